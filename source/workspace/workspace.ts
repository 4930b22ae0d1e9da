import {existsSync} from 'node:fs';
import {defaultEnvironment} from '../command-names.ts';
import {examineProject, loadProject} from '../descriptor/load.ts';
import {DescriptorError} from '../descriptor/problem.ts';
import type {Project} from '../descriptor/project.ts';
import {connectDocker} from '../engine/docker.ts';
import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import {nearest} from '../nearest.ts';
import {createProbeReader, type ProbeReader} from '../refresh/read-probes.ts';
import {routerOptions} from '../router/from-settings.ts';
import type {RouterOptions} from '../router/router.ts';
import {readSettings, type Settings} from '../settings/settings.ts';
import {checkDirectory, stateDirectory} from '../state/directory.ts';
import {listEnvironments} from '../state/environments.ts';
import type {State} from '../state/state.ts';
import {newState, readState} from '../state/store.ts';
import {chooseEngine, type EngineChoice} from './choose-engine.ts';
import type {CommonFlags} from './flags.ts';
import {actOn, isFolder} from './invocation.ts';
import {findCopy} from './state-place.ts';

/** What a command works on: the project of this folder, one of its environments, and the engine. */
export type Workspace = {
	readonly project: Project;
	readonly environment: string;
	readonly settings: Settings;
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly readProbes: ProbeReader;
	/** State folder of the environment; it need not exist yet. */
	readonly directory: string;
	/** Problems that were corrected automatically. */
	readonly warnings: readonly string[];
	/** Whether an agent looks after the project on an engine; on any, by default. */
	readonly isAttended: (engineId?: string) => Promise<boolean>;
	/** Milliseconds to wait for another command on this environment; default none. */
	readonly lockWaitMs?: number;
};

/** The part of a workspace that needs no project. */
export type EngineConnection = Pick<Workspace, 'settings' | 'engine' | 'router' | 'readProbes'>;

/**
 * Reads the settings and selects the engine, without connecting to it.
 * @param environment whose engine is wanted; without it, the one that the docker client would use
 */
export async function openEngine(environment?: string): Promise<EngineConnection> {
	return connectTo(await chooseEngine(environment));
}

/** Reads the settings for an engine, and selects it, without connecting to it. */
export async function connectTo({machine, ...place}: EngineChoice): Promise<EngineConnection> {
	const settings = await readSettings(process.env, machine);
	const engine = connectDocker(place);
	const router = routerOptions(settings);
	return {settings, engine, router, readProbes: createProbeReader({engine, reads: engine, options: router})};
}

/** Loads the project. If a file is invalid, checks its paths as well, so that the error has every problem at once. */
async function loadValidProject(directory: string): Promise<Project> {
	try {
		return await loadProject(directory);
	} catch (error) {
		if (!(error instanceof DescriptorError)) throw error;
		const {findSourceProblems} = await import('../build/source-problems.ts');
		return examineProject(directory, findSourceProblems);
	}
}

/** Asks whether an agent looks after a project. Loads what it needs only then. */
export const attendanceOf =
	({directory}: Pick<Project, 'directory'>): Workspace['isAttended'] =>
	async engineId =>
		(await import('../agent/is-attended.ts')).isAttended(directory, engineId);

/** Reads the settings and compartment.yml, and selects the engine. */
export async function openWorkspace(flags: CommonFlags, connection?: EngineConnection): Promise<Workspace> {
	const environment = flags.env ?? defaultEnvironment;
	const {settings, engine, router, readProbes} = connection ?? (await openEngine(environment));
	const project = await loadValidProject(process.cwd());
	if (flags.project !== undefined && !isFolder(flags.project) && flags.project !== project.name)
		throw new UserError(`compartment.yml is of project ${project.name}, not ${flags.project}`, {
			hint: `Run the command in the folder of project ${flags.project}, or name that folder: --project ../${flags.project}`,
		});
	actOn(environment);
	return {
		project,
		environment,
		settings,
		engine,
		router,
		readProbes,
		directory: stateDirectory(project.directory, environment),
		warnings: checkDirectory(project.directory, environment),
		isAttended: attendanceOf(project),
		lockWaitMs: flags.lockTimeout ?? 0,
	};
}

/** The environment's state, or a new one in memory if it was never deployed. */
export async function readOrNewState(
	workspace: Workspace,
	reads?: ReadonlyEngine,
): Promise<{state: State; isNew: boolean}> {
	const {project, environment, directory} = workspace;
	await findCopy(workspace, reads);
	const state = await readState(directory);
	if (!state) return {state: newState({project: project.name, environment}), isNew: true};
	if (state.project !== project.name)
		throw new UserError(
			`the state in ${directory} is of project ${state.project}, but compartment.yml names ${project.name}`,
			{
				hint: hint`If this folder is a copy of another project's: ${command('state forget')}. If the project was renamed: rename it back, ${command('destroy')}, then rename, because a project's name is part of every object it has.`,
			},
		);
	return {state, isNew: false};
}

/** The state of an environment that must exist. */
export async function readExistingState(workspace: Workspace): Promise<State> {
	const {state, isNew} = await readOrNewState(workspace);
	if (!isNew) return state;
	throw await unknownEnvironment(workspace);
}

/** The error for an environment without a state that has objects on the engine; undefined if it has none. */
export async function findLostState({engine, project, environment, router}: Workspace): Promise<UserError | undefined> {
	const {lostState, strangersOf} = await import('../refresh/lost-state.ts');
	const name = {project: project.name, environment, lineage: ''};
	const wanted = {[labels.project]: project.name, [labels.environment]: environment};
	// Without an engine there is nothing to find.
	const observed = await engine.observe(wanted).catch(() => undefined);
	return observed && lostState(strangersOf(observed, name), name, {hasState: false, router: router.name});
}

/** The error for an unknown environment, which lists the known ones: a mistyped name must not create another. */
export async function unknownEnvironment(workspace: Workspace): Promise<UserError> {
	const lost = await findLostState(workspace);
	if (lost) return lost;
	const {project, environment} = workspace;
	const known = (await listEnvironments(project.directory)).map(entry => entry.environment);
	const meant = nearest(environment, known);
	const suggestion = meant === undefined ? '' : `, did you mean ${meant}?`;
	const list = known.length === 0 ? '' : `There are: ${known.join(', ')}. `;
	return new UserError(`environment ${environment} of ${project.name} has not been deployed yet${suggestion}`, {
		hint: hint`${list}${command('apply')} deploys this one`,
	});
}

/** Refuses an environment that does not exist, before anything is created for it. */
export async function assertEnvironment(workspace: Workspace): Promise<void> {
	if (existsSync(workspace.directory)) return;
	await findCopy(workspace);
	if (!existsSync(workspace.directory)) throw await unknownEnvironment(workspace);
}
