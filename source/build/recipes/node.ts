import {findNodeApp, readNodeSource} from '../../detect/node.ts';
import type {NodeApp} from '../../detect/node-app.ts';
import {callsManager, nodeStartRules, startsWithoutDevelopment} from '../../detect/node-start.ts';
import {joinPath} from '../../detect/source-files.ts';
import {placeOf, writeStages} from './dockerfile-lines.ts';
import {type NodeBuild, serverStage, stagesUntilBuilt} from './node-stages.ts';
import {asGuess, type BuildWishes, type Recipe} from './recipe.ts';
import {noStartError, problemError} from './start-error.ts';
import {serveFiles} from './static-server.ts';

const versionsOf = ({node, manager}: NodeBuild) => ({
	node,
	...(manager.version !== undefined && {[manager.name]: manager.version}),
});

function siteRecipe(build: NodeBuild, outputFolder: string, doubts: readonly string[]): Recipe {
	const site = serveFiles({folder: placeOf(outputFolder), from: 'build'});
	return {
		versions: versionsOf(build),
		commands: {
			...(build.isInstalling && {install: build.manager.install}),
			...(build.build !== undefined && {build: build.build}),
			serve: outputFolder,
		},
		dockerfile: writeStages([
			...stagesUntilBuilt({...build, build: build.build ?? 'true'}, {isSite: true}),
			...site.stages,
		]),
		files: site.files,
		notes: doubts.map(asGuess),
	};
}

function serverRecipe(build: NodeBuild, app: NodeApp): Recipe {
	const {wishes, packages, manager, isInstalling, needsWholeSource} = build;
	const detected = app.start;
	const start = wishes.runCommand ?? detected;
	if (start === undefined && app.problem !== undefined) throw problemError(app.framework ?? 'Node', app.problem);
	if (start === undefined) throw noStartError('Node', nodeStartRules);
	const manifests = [...packages.values()];
	const hasDevelopment = manifests.some(({devDependencies}) => Object.keys(devDependencies).length > 0);
	const isTrimmed = hasDevelopment && !needsWholeSource && startsWithoutDevelopment(start, manifests);
	const install = isTrimmed && build.build === undefined ? manager.installProduction : manager.install;
	const needsManager = manager.package !== undefined && (manager.hasLoader || callsManager(start, manager));
	const image = manager.hasLoader && detected !== undefined ? `yarn exec ${detected}` : detected;
	return {
		versions: versionsOf(build),
		commands: {
			...(isInstalling && {install}),
			...(build.build !== undefined && {build: build.build}),
			start,
		},
		dockerfile: writeStages([
			...stagesUntilBuilt(build, {isTrimmed, needsManager}),
			serverStage(build, {isTrimmed, needsManager, start: image}),
		]),
		files: {},
		notes: wishes.runCommand === undefined ? app.doubts.map(asGuess) : [],
	};
}

/** A Node source: a server, or a front end that is served as files once it is built. */
export async function writeNode(wishes: BuildWishes): Promise<Recipe> {
	const source = await readNodeSource(wishes.files, wishes.folder, wishes.serviceFolder);
	const app = await findNodeApp(source);
	const build = {...source, wishes, build: wishes.command ?? app.build ?? source.buildScript};
	if (wishes.outputFolder !== undefined) return siteRecipe(build, wishes.outputFolder, []);
	const isSite = wishes.runCommand === undefined && app.site !== undefined;
	return isSite ? siteRecipe(build, joinPath(wishes.folder, app.site), app.doubts) : serverRecipe(build, app);
}
