import {
	buildVariables,
	type CacheMount,
	copyFiles,
	copySource,
	environment,
	installPackages,
	joinPath,
	placeOf,
	run,
} from './dockerfile-lines.ts';
import type {BuildWishes} from './recipe.ts';
import type {SourceFiles} from './source-files.ts';

/** Folder of the dependencies, in the install stage and in the image. */
export const virtualEnvironment = '/opt/venv';

/** How the dependencies of a Python source are installed. */
export type PythonInstall = {
	/** The command, as plans show it. */
	readonly command: string;
	/** The tool needed besides pip. */
	readonly tool?: 'uv' | 'poetry' | 'pipenv';
	/** The files that determine the dependencies. */
	readonly files: readonly string[];
	readonly needsWholeSource?: boolean;
	/** Installs the source itself if it is a package. */
	readonly project?: string;
};

const cache: CacheMount = {target: '/root/.cache'};

const listRequirements = `python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb")).get("project", {}).get("dependencies", []), sep="\\n")'`;

/** Detects how a Python source is installed: requirements.txt, then uv, poetry or plain pyproject.toml, then Pipfile. */
export async function readInstall(files: SourceFiles): Promise<PythonInstall | undefined> {
	const requirements = await files.read('requirements.txt');
	if (requirements !== undefined) {
		const isLocal = /^\s*(?:-e\s|--editable|\.{1,2}\/|\.\s*$|file:)|@\s*file:/m.test(requirements);
		return {
			command: 'pip install -r requirements.txt',
			files: files.paths.filter(path => /^(?:requirements[^/]*|constraints[^/]*|requirements\/.+)\.txt$/.test(path)),
			needsWholeSource: isLocal,
		};
	}
	const project = await files.read('pyproject.toml');
	if (project !== undefined) {
		const isPackage = /^\s*\[build-system\]/m.test(project);
		if (files.has('uv.lock') || (/^\s*\[tool\.uv/m.test(project) && !files.has('poetry.lock'))) {
			const sync = `uv sync --no-dev${files.has('uv.lock') ? ' --locked' : ''}`;
			return {
				tool: 'uv',
				command: `${sync} --no-install-project`,
				files: ['pyproject.toml', 'uv.lock'],
				needsWholeSource: /^\s*\[tool\.uv\.workspace\]/m.test(project),
				...(isPackage && {project: sync}),
			};
		}
		if (files.has('poetry.lock') || /^\s*\[tool\.poetry/m.test(project)) {
			const install = 'poetry install --only main --no-interaction';
			const isRootPackage = !/^\s*package-mode\s*=\s*false/m.test(project);
			return {
				tool: 'poetry',
				command: `${install} --no-root`,
				files: ['pyproject.toml', 'poetry.lock'],
				...(isPackage && isRootPackage && {project: install}),
			};
		}
		return {
			command: 'pip install (dependencies of pyproject.toml)',
			files: ['pyproject.toml'],
			...(isPackage && {project: 'pip install --no-deps --editable .'}),
		};
	}
	if (files.has('Pipfile')) {
		const command = files.has('Pipfile.lock') ? 'pipenv sync' : 'pipenv install --skip-lock';
		return {tool: 'pipenv', command, files: ['Pipfile', 'Pipfile.lock']};
	}
	return undefined;
}

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
