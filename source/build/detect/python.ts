import {
	addAppUser,
	appFolder,
	appUser,
	buildVariables,
	copy,
	copySource,
	environment,
	installPackages,
	placeOf,
	run,
	startWith,
	writeStages,
} from './dockerfile-lines.ts';
import {installProject, installStage, readInstall, virtualEnvironment} from './python-install.ts';
import {findPythonStart, mainFiles, pythonStartRules, readDependencies} from './python-start.ts';
import {systemPackagesFor} from './python-system.ts';
import type {Stack} from './recipe.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';
import {noStartError} from './start-error.ts';
import {serveFiles} from './static-server.ts';
import {readToolVersion, readVersionFile} from './tool-version.ts';
import {pickLine} from './version-range.ts';

const lines = {preferred: '3.13', known: ['3.14', '3.13', '3.12', '3.11', '3.10']};

const toLine = (text: string | undefined) => (text === undefined ? undefined : pickLine(text, lines));

/**
 * Python's version, such as `3.13`: from .python-version, .tool-versions or mise.toml, runtime.txt, Pipfile or
 * pyproject.toml, in this order.
 */
async function readPythonVersion(files: SourceFiles): Promise<string> {
	const pipfile = /^\s*python_(?:full_)?version\s*=\s*["']([^"']+)/m.exec((await files.read('Pipfile')) ?? '');
	const required = /^\s*requires-python\s*=\s*["']([^"']+)/m.exec((await files.read('pyproject.toml')) ?? '');
	return (
		toLine(await readVersionFile(files, '.python-version')) ??
		toLine(await readToolVersion(files, ['python'])) ??
		toLine((await readVersionFile(files, 'runtime.txt'))?.replace(/^python-/, '')) ??
		toLine(pipfile?.[1]) ??
		toLine(required?.[1]) ??
		lines.preferred
	);
}

const runtimeEnvironment = {
	PYTHONFAULTHANDLER: '1',
	PYTHONUNBUFFERED: '1',
	PYTHONDONTWRITEBYTECODE: '1',
};

export const pythonStack: Stack = {
	name: 'Python',
	lookedFor: `requirements.txt, pyproject.toml, Pipfile, ${mainFiles.join(', ')}`,
	detect: files => ['requirements.txt', 'pyproject.toml', 'Pipfile', ...mainFiles].some(files.has),
	async write(wishes) {
		const {folder, packages, env, command, outputFolder} = wishes;
		const files = filesBelow(wishes.files, folder);
		const version = await readPythonVersion(files);
		const image = `python:${version}-slim`;
		const install = await readInstall(files);
		const system = systemPackagesFor(await readDependencies(files));
		const stages: string[][] = [];
		if (install) stages.push(installStage(image, wishes, install, system.build));

		const isBuilding = command !== undefined || install?.project !== undefined;
		if (isBuilding) {
			stages.push([
				`FROM ${install ? 'install' : image} AS build`,
				...(install ? [] : installPackages(packages.build)),
				`WORKDIR ${placeOf(folder)}`,
				...buildVariables(env),
				copySource(),
				...(install ? installProject(install) : []),
				...(command === undefined ? [] : [run(command)]),
			]);
		}
		const shown = {
			versions: {python: version},
			notes: [],
			commands: {...(install && {install: install.command}), ...(command !== undefined && {build: command})},
		};
		if (outputFolder !== undefined) {
			const site = serveFiles({folder: placeOf(outputFolder), from: 'build'});
			const dockerfile = writeStages([...stages, ...site.stages]);
			return {...shown, commands: {...shown.commands, serve: outputFolder}, dockerfile, files: site.files};
		}

		const detected = await findPythonStart(files);
		const start = wishes.runCommand ?? detected;
		if (start === undefined) throw noStartError('Python', pythonStartRules);
		const owner = appUser;
		const from = isBuilding ? 'build' : 'install';
		stages.push([
			`FROM ${image}`,
			...installPackages([...new Set([...packages.runtime, ...system.runtime])]),
			addAppUser,
			...environment({
				...runtimeEnvironment,
				...(install && {VIRTUAL_ENV: virtualEnvironment, PATH: `${virtualEnvironment}/bin:$PATH`}),
			}),
			...(install ? [copy([`${virtualEnvironment}/`], `${virtualEnvironment}/`, {from})] : []),
			isBuilding ? copy([`${appFolder}/`], `${appFolder}/`, {from: 'build', owner}) : copySource({owner}),
			`WORKDIR ${placeOf(folder)}`,
			`USER ${owner}`,
			...startWith(detected),
		]);
		return {...shown, commands: {...shown.commands, start}, dockerfile: writeStages(stages), files: {}};
	},
};
