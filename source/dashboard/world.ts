import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {defaultEnvironment} from '../command-names.ts';
import {findPlace} from '../descriptor/discover.ts';
import {loadProject} from '../descriptor/load.ts';
import {descriptorFile} from '../descriptor/names.ts';
import type {Project} from '../descriptor/project.ts';
import type {Observed} from '../engine/engine.ts';
import {findUnlabelled, observeEverything, type Unlabelled, withUnlabelled} from '../engine/own-engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {messageOf, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import type {AgentReport} from '../output/agent/agent-words.ts';
import type {Drift} from '../plan/plan.ts';
import {noVitals, type Vitals} from '../plan/vitals.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import {readVitals} from '../refresh/read-vitals.ts';
import {refresh} from '../refresh/refresh.ts';
import {renderHint} from '../render-hint.ts';
import {observeRouter} from '../router/router.ts';
import {stateDirectory} from '../state/directory.ts';
import {recordedEnvironments} from '../state/engine-record.ts';
import {listEnvironments} from '../state/environments.ts';
import {isOnEngine} from '../state/place.ts';
import type {State} from '../state/state.ts';
import {readState} from '../state/store.ts';
import type {EnvironmentView, Problem} from '../ui/dashboard/data.ts';
import {here} from '../workspace/invocation.ts';
import {findCopy} from '../workspace/state-place.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import {byConnection, type Connections} from './connections.ts';
import {viewEnvironment} from './environments.ts';
import type {Pending} from './pending.ts';

/** One read of the files, without the engine. */
export type Files = {
	readonly project: Project | undefined;
	/** Name of the project, from compartment.yml or a state. */
	readonly name: string | undefined;
	readonly directory: string;
	/** Whether there is no compartment.yml. */
	readonly isMissing: boolean;
	/** Why compartment.yml cannot be read. */
	readonly trouble: UserError | undefined;
	readonly environments: readonly {
		readonly name: string;
		readonly directory: string;
		readonly state: State | undefined;
		readonly problem: string | undefined;
		/** Its engine. */
		readonly connection: EngineConnection;
	}[];
};

type Entry = Files['environments'][number];

/** Reads compartment.yml and every state, and selects their engines. Reports an unreadable file, and reads the others. */
export async function readFiles(connectionOf: Connections): Promise<Files> {
	const {directory} = findPlace(process.cwd());
	let project: Project | undefined;
	let trouble: UserError | undefined;
	try {
		project = await loadProject(process.cwd());
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		trouble = error;
	}
	const entries = await listEnvironments(directory);
	const environments = await Promise.all(
		entries.map(async ({environment, directory: folder, problem}) => {
			const state = problem === undefined ? await readState(folder) : undefined;
			return {name: environment, directory: folder, state, problem, connection: await connectionOf(environment)};
		}),
	);
	// The default environment is always listed, and those whose engine the user has chosen.
	const known = new Set(environments.map(({name}) => name));
	const others = project ? [defaultEnvironment, ...recordedEnvironments(project.name)] : [];
	for (const name of new Set(others))
		if (!known.has(name))
			environments.push({
				name,
				directory: stateDirectory(directory, name),
				state: undefined,
				problem: undefined,
				connection: await connectionOf(name),
			});
	environments.sort((a, b) => (a.name < b.name ? -1 : 1));
	const name = project?.name ?? environments.find(({state}) => state)?.state?.project;
	const isMissing = trouble !== undefined && !existsSync(join(directory, descriptorFile));
	return {project, name, directory, isMissing, trouble, environments};
}

/** Brings copies of states on the engine up to date, looks there for those missing here, and reads the files again. */
export async function readCopies(connections: Connections, files: Files): Promise<Files> {
	const {name: project, directory: folder} = files;
	const shared = files.environments.filter(
		({directory, state, problem}) => isOnEngine(directory) || (!state && problem === undefined),
	);
	if (shared.length === 0 || project === undefined) return files;
	// What was last read is better than nothing.
	await Promise.allSettled(
		shared.map(({name: environment, directory, connection}) =>
			findCopy({project: {name: project, directory: folder}, environment, directory, ...connection}),
		),
	);
	return readFiles(connections);
}

/** Why nothing can be shown; undefined when something can. */
export function problemOf({trouble, environments, isMissing}: Files): Problem | undefined {
	if (!trouble || environments.length > 0) return undefined;
	return {
		message: trouble.message,
		hint: renderHint(
			isMissing
				? hint`Press i to create one in this folder (${command('init')}).`
				: (trouble.hint ?? 'Correct the file; the dashboard reloads it automatically.'),
			here(),
		),
		canInit: isMissing,
	};
}

type EngineAnswer = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly observed: Observed;
	/** By environment: what it has that no label shows. */
	readonly unlabelled: ReadonlyMap<string, Unlabelled>;
	readonly routerState: 'missing' | 'running' | 'stopped' | 'foreign';
	/** By environment. */
	readonly vitals: ReadonlyMap<string, Vitals>;
};

/** Reads environments from their engine. */
async function askEngine(
	{engine, router, readProbes}: EngineConnection,
	environments: readonly Entry[],
): Promise<EngineAnswer> {
	const [observed, {state: routerState}] = await Promise.all([
		observeEverything(engine),
		observeRouter(engine, router),
	]);
	// Shared reads, such as the engine's time, are sent once.
	const reads = rememberReads(engine);
	const read = async ({name, state}: Entry) => {
		if (!state) return [];
		const unlabelled = await findUnlabelled(reads, state);
		const scene = {state, observed: withUnlabelled(observed, state, unlabelled)};
		return [{name, unlabelled, vitals: await readVitals(reads, scene, readProbes)}];
	};
	const found = (await Promise.all(environments.map(read))).flat();
	return {
		at: Date.now(),
		observed,
		routerState,
		unlabelled: new Map(found.map(({name, unlabelled}) => [name, unlabelled])),
		vitals: new Map(found.map(({name, vitals}) => [name, vitals])),
	};
}

/** What the engine of each environment answered, by the environment's name. */
export type EngineAnswers = ReadonlyMap<string, EngineAnswer>;

/**
 * Reads every environment from its engine. While an engine does not answer, what it said before counts.
 * @throws EngineError when none answers
 */
export async function askEngines({environments}: Files, previous: EngineAnswers = new Map()): Promise<EngineAnswers> {
	const groups = [...byConnection(environments)];
	const asked = await Promise.allSettled(groups.map(([connection, group]) => askEngine(connection, group)));
	const failures = asked.flatMap(result => (result.status === 'rejected' ? [result.reason as unknown] : []));
	if (groups.length > 0 && failures.length === groups.length) throw failures[0];
	return new Map(
		groups.flatMap(([, group], index) =>
			group.flatMap(({name}) => {
				const result = asked[index]!;
				const answer = result.status === 'fulfilled' ? result.value : previous.get(name);
				return answer ? [[name, answer] as const] : [];
			}),
		),
	);
}

const nothing: Observed = {containers: [], networks: [], volumes: []};

/** The drift since the last apply, found by planning, which only reads. */
export async function readDrift(
	connection: EngineConnection,
	project: Project,
	state: State,
	directory: string,
): Promise<{drift: readonly Drift[]; problem?: string}> {
	try {
		const {plan} = await refresh({...connection, project, state, directory}, {...plainRequest, mode: 'refresh-only'});
		return {drift: plan.drift};
	} catch (error) {
		if (error instanceof UserError) return {drift: [], problem: messageOf(error)};
		throw error;
	}
}

type Answers = {
	readonly engines: EngineAnswers;
	readonly agents: ReadonlyMap<string, AgentReport> | undefined;
	/** By environment. */
	readonly drift: ReadonlyMap<string, Awaited<ReturnType<typeof readDrift>>>;
	/** By environment. */
	readonly pending?: ReadonlyMap<string, Pending>;
};

const silence: Omit<EngineAnswer, 'at'> = {
	observed: nothing,
	unlabelled: new Map(),
	routerState: 'missing',
	vitals: new Map(),
};

/** All environments of the dashboard. Until its engine answers, nothing of an environment is shown as running. */
export const viewEnvironments = (files: Files, {engines, agents, drift, pending}: Answers): EnvironmentView[] =>
	files.environments.map(({name, state, problem, connection}) => {
		const {observed, unlabelled, routerState, vitals} = engines.get(name) ?? silence;
		return viewEnvironment({
			...connection,
			project: files.project,
			name,
			state,
			observed: state ? withUnlabelled(observed, state, unlabelled.get(name) ?? nothing) : nothing,
			vitals: vitals.get(name) ?? noVitals,
			routerState,
			asOf: engines.get(name)?.at ?? null,
			pending: pending?.get(name),
			agent: agents?.get(name),
			drift: drift.get(name)?.drift ?? [],
			problem: problem ?? drift.get(name)?.problem,
		});
	});
