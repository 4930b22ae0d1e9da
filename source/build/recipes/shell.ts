import {findShellProgram} from '../../detect/shell.ts';
import {filesBelow} from '../../detect/source-files.ts';
import {
	addAppUser,
	appFolder,
	appUser,
	buildVariables,
	copy,
	copySource,
	installPackages,
	placeOf,
	run,
	startWith,
	writeStages,
} from './dockerfile-lines.ts';
import type {BuildWishes, Recipe} from './recipe.ts';
import {noStartError, problemError} from './start-error.ts';
import {serveFiles} from './static-server.ts';

const image = 'debian:trixie-slim';

function buildStage({packages, folder, env, command}: BuildWishes): string[] {
	return [
		`FROM ${image} AS build`,
		...installPackages(packages.build),
		`WORKDIR ${placeOf(folder)}`,
		...buildVariables(env),
		copySource(),
		...(command === undefined ? [] : [run(command)]),
	];
}

/** Runs a build command on plain Debian, for a static service without a known stack. */
export function buildSite(wishes: BuildWishes, outputFolder: string): Recipe {
	const site = serveFiles({folder: placeOf(outputFolder), from: 'build'});
	return {
		versions: {},
		commands: {...(wishes.command !== undefined && {build: wishes.command}), serve: outputFolder},
		dockerfile: writeStages([buildStage(wishes), ...site.stages]),
		files: site.files,
		notes: [],
	};
}

/** A source with only a start command. */
export async function writeShell(wishes: BuildWishes): Promise<Recipe> {
	const {folder, packages, command} = wishes;
	const files = filesBelow(wishes.files, folder);
	const {start: detected, shellPackage, problem} = await findShellProgram(files);
	const start = wishes.runCommand ?? detected;
	if (start === undefined) throw noStartError('a Procfile', 'a process in the Procfile, start.sh');
	const isOwnShell = wishes.runCommand === undefined && packages.runtime.length === 0;
	if (problem !== undefined && isOwnShell) throw problemError('a script', problem);
	const shells = shellPackage === undefined ? [] : [shellPackage];
	const isBuilding = command !== undefined;
	const owner = appUser;
	const last = [
		`FROM ${image}`,
		...installPackages([...new Set([...shells, ...packages.runtime])]),
		addAppUser,
		isBuilding ? copy([`${appFolder}/`], `${appFolder}/`, {from: 'build', owner}) : copySource({owner}),
		`WORKDIR ${placeOf(folder)}`,
		`USER ${owner}`,
		...startWith(detected),
	];
	return {
		versions: {},
		commands: {...(isBuilding && {build: command}), start},
		dockerfile: writeStages(isBuilding ? [buildStage(wishes), last] : [last]),
		files: {},
		notes: [],
	};
}
