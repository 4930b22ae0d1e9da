import type {Project} from '../descriptor/project.ts';
import type {Engine, Labels, ReadonlyEngine} from '../engine/engine.ts';
import {observeEverything} from '../engine/own-engine.ts';
import {labels} from '../model/labels.ts';
import type {RouterOptions} from '../router/router.ts';
import {ensureDirectory} from '../state/directory.ts';
import {readPlace, type StateSite, writePlace} from '../state/place.ts';
import type {EnvironmentName} from '../state/state.ts';
import {hasState} from '../state/state-file.ts';

/** The part of a workspace that says where its state is. */
type StateWorkspace = {
	readonly project: Pick<Project, 'name' | 'directory'>;
	readonly environment: string;
	/** State folder. */
	readonly directory: string;
	readonly engine: Engine;
	readonly router: RouterOptions;
};

/**
 * Brings the copy of a state on the engine up to date. In a folder without a state it looks for one there, as after a clone:
 * on another machine's engine always, on this machine's only if it has objects of the environment.
 * @param reads what the command reads with, so that nothing is read twice
 */
export async function findCopy(workspace: StateWorkspace, reads: ReadonlyEngine = workspace.engine): Promise<void> {
	const {project, environment, directory, router} = workspace;
	const place = readPlace(directory);
	if (place?.state === 'local' || (!place && hasState(directory))) return;
	if (place) {
		const {bringCopy} = await import('../engine-state/bring-copy.ts');
		return bringCopy({directory, engine: reads, router});
	}
	const name = {project: project.name, environment};
	if (reads.isLocal && !(await hasObjects(reads, name))) return;
	const {findState} = await import('../engine-state/find-state.ts');
	await findState({engine: reads, router}, project.directory, name);
}

/** Whether the engine has objects of the environment. One that does not answer has none to show. */
async function hasObjects(engine: ReadonlyEngine, {project, environment}: EnvironmentName): Promise<boolean> {
	const observed = await observeEverything(engine).catch(() => undefined);
	return Object.values(observed ?? {}).some((objects: readonly {readonly labels: Labels}[]) =>
		objects.some(({labels: own}) => own[labels.project] === project && own[labels.environment] === environment),
	);
}

/**
 * Makes the folder of an environment that is about to be changed. A new one on another machine's engine has its state there.
 * @returns problems that were corrected, for the user
 */
export async function prepareFolder(workspace: StateWorkspace, reads?: ReadonlyEngine): Promise<readonly string[]> {
	const {project, environment, directory, engine} = workspace;
	// The lock brings a copy up to date.
	if (!readPlace(directory)) await findCopy(workspace, reads);
	const {path, warnings} = ensureDirectory(project.directory, environment);
	if (!engine.isLocal && !hasState(directory) && !readPlace(directory))
		writePlace(path, {state: 'engine', project: project.name, environment});
	return warnings;
}

/**
 * Says where the state of a new environment is to be. A state of its name that is already on the engine is used.
 * @returns where it is; `isFound` if there is one already
 */
export async function choosePlace(
	workspace: StateWorkspace,
	place: StateSite,
): Promise<{readonly isFound: boolean; readonly warnings: readonly string[]}> {
	const {project, environment, engine, router} = workspace;
	const name = {project: project.name, environment};
	if (place === 'engine') {
		const {findState} = await import('../engine-state/find-state.ts');
		if (await findState({engine, router}, project.directory, name)) return {isFound: true, warnings: []};
	}
	const {path, warnings} = ensureDirectory(project.directory, environment);
	writePlace(path, {...name, state: place});
	return {isFound: false, warnings};
}
