import {readInstall} from '../../detect/python-install.ts';
import {findPythonProgram, pythonStartRules, readPythonDependencies} from '../../detect/python-start.ts';
import {readPythonVersion} from '../../detect/python-version.ts';
import {filesBelow} from '../../detect/source-files.ts';
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
import {installProject, installStage, virtualEnvironment} from './python-stages.ts';
import {systemPackagesFor} from './python-system.ts';
import {asGuess, type BuildWishes, type Recipe} from './recipe.ts';
import {noStartError} from './start-error.ts';
import {serveFiles} from './static-server.ts';

const runtimeEnvironment = {
	PYTHONFAULTHANDLER: '1',
	PYTHONUNBUFFERED: '1',
	PYTHONDONTWRITEBYTECODE: '1',
};

/** A Python source: its dependencies in a virtual environment, and the source beside it. */
export async function writePython(wishes: BuildWishes): Promise<Recipe> {
	const {folder, packages, env, command, outputFolder} = wishes;
	const files = filesBelow(wishes.files, folder);
	const version = await readPythonVersion(files);
	const image = `python:${version}-slim`;
	const install = await readInstall(files);
	const system = systemPackagesFor(await readPythonDependencies(files));
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

	const {start: detected, doubts} = await findPythonProgram(files);
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
	const isLockIgnored = files.has('pdm.lock') && install?.tool === undefined;
	const notes = [
		...(wishes.runCommand === undefined ? doubts.map(asGuess) : []),
		...(isLockIgnored ? ['pdm.lock is not read: versions come from pyproject.toml'] : []),
	];
	return {...shown, notes, commands: {...shown.commands, start}, dockerfile: writeStages(stages), files: {}};
}
