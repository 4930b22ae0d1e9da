import type {PythonInstall} from '../../detect/python-install.ts';
import {joinPath} from '../../detect/source-files.ts';
import {
	buildVariables,
	type CacheMount,
	copyFiles,
	copySource,
	environment,
	installPackages,
	placeOf,
	run,
} from './dockerfile-lines.ts';
import type {BuildWishes} from './recipe.ts';

/** Folder of the dependencies, in the install stage and in the image. */
export const virtualEnvironment = '/opt/venv';

const cache: CacheMount = {target: '/root/.cache'};

const listRequirements = `python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb")).get("project", {}).get("dependencies", []), sep="\\n")'`;

const toolFolder = '/opt/tool';

/** The `install` stage, which puts all dependencies into the virtual environment. */
export function installStage(
	image: string,
	{files, folder, packages, env}: Pick<BuildWishes, 'files' | 'folder' | 'packages' | 'env'>,
	install: PythonInstall,
	systemPackages: readonly string[],
): string[] {
	const {tool, command, needsWholeSource} = install;
	const present = install.files.map(path => joinPath(folder, path)).filter(path => files.has(path));
	const isPlainProject = tool === undefined && !present.some(path => path.endsWith('.txt'));
	return [
		`FROM ${image} AS install`,
		...installPackages([...new Set([...packages.build, ...systemPackages])]),
		...environment(
			{
				VIRTUAL_ENV: virtualEnvironment,
				UV_PROJECT_ENVIRONMENT: virtualEnvironment,
				UV_LINK_MODE: 'copy',
				UV_PYTHON_DOWNLOADS: 'never',
				PIPENV_VERBOSITY: '-1',
				PIP_DISABLE_PIP_VERSION_CHECK: '1',
				PATH: `${virtualEnvironment}/bin:$PATH${tool ? `:${toolFolder}/bin` : ''}`,
			},
			env,
		),
		run(`python -m venv ${virtualEnvironment}`),
		...(tool ? [run(`python -m venv ${toolFolder} && ${toolFolder}/bin/pip install ${tool}`, [cache])] : []),
		`WORKDIR ${placeOf(folder)}`,
		...(needsWholeSource ? [...buildVariables(env), copySource()] : copyFiles(present)),
		run(
			isPlainProject ? `${listRequirements} > /tmp/requirements.txt && pip install -r /tmp/requirements.txt` : command,
			[cache],
		),
	];
}

/** The line that installs the source itself. */
export const installProject = ({project}: PythonInstall): string[] =>
	project === undefined ? [] : [run(project, [cache])];
