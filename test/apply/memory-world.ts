import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ApplyEvent, ApplyResult} from '../../source/apply/events.ts';
import {runApply} from '../../source/apply/run-apply.ts';
import {createSecretReader} from '../../source/apply/secret-reader.ts';
import {lockAndRecover} from '../../source/apply/session.ts';
import {type DueOutcome, runDueBackups} from '../../source/backup/run-due.ts';
import {type Work, type WorkPlace, withWork} from '../../source/backup/work.ts';
import type {Project} from '../../source/descriptor/project.ts';
import type {ContainerSpec, Engine} from '../../source/engine/engine.ts';
import {createMemoryEngine, type MemoryEngine, type MemoryOptions} from '../../source/engine/memory.ts';
import type {Method} from '../../source/engine/memory-calls.ts';
import {labels} from '../../source/model/labels.ts';
import type {Owner} from '../../source/model/own.ts';
import {skippedBy, withoutSkipped} from '../../source/plan/approval.ts';
import type {Plan} from '../../source/plan/plan.ts';
import {type PlanRequest, plainRequest} from '../../source/refresh/plan-request.ts';
import {createProbeReader} from '../../source/refresh/read-probes.ts';
import {type Refreshed, refresh} from '../../source/refresh/refresh.ts';
import {routerOptions} from '../../source/router/from-settings.ts';
import {routerImage} from '../../source/router/options.ts';
import {readCertificates as readServed} from '../../source/router/router.ts';
import {readSettings, type Settings} from '../../source/settings/settings.ts';
import {ensureDirectory} from '../../source/state/directory.ts';
import type {State} from '../../source/state/state.ts';
import {newState, readState, writeState} from '../../source/state/store.ts';
import {read} from '../descriptor/support.ts';
import {createFaults, type Failure, type Fate} from './memory-faults.ts';
import {createMemoryRouter} from './memory-router.ts';
import {createMemoryStates} from './memory-states.ts';

/** Images of a memory engine. Besides working ones: one exits, one never becomes ready, one listens on another port. */
export const images = {
	good: 'app:good',
	better: 'app:better',
	crashing: 'app:crashing',
	sick: 'app:sick',
	deaf: 'app:deaf',
	finished: 'app:finished',
	database: 'db:1',
	postgres: 'postgres:16',
};

/** Images that the engine has to pull, with their digests. */
export const registered = {
	'registry.example/app:1': `registry.example/app@sha256:${'1'.repeat(64)}`,
	'registry.example/db:1': `registry.example/db@sha256:${'2'.repeat(64)}`,
};

export type Applied = {
	readonly plan: Plan;
	readonly events: readonly ApplyEvent[];
	/** Undefined when the plan is blocked, so that nothing ran. */
	readonly result: ApplyResult | undefined;
};

/** A project on a memory engine with its state on disk, used as the commands do. */
export type MemoryWorld = {
	readonly engine: MemoryEngine;
	/** The engine as commands reach it, whose calls fail when a test wants it. */
	readonly reached: Engine;
	readonly router: ReturnType<typeof createMemoryRouter>['router'];
	readonly directory: string;
	/** Makes the next engine calls of this kind fail while a plan is made or applied. */
	readonly failNext: (method: Method, times: number, how?: Failure) => void;
	readonly clearFailures: () => void;
	/** Decides the fate of each engine call while a plan is made or applied, before `failNext` does; undefined: no more. */
	readonly interfere: (fate: Fate | undefined) => void;
	/** From now on containers of this image answer 503, or 200 again. */
	readonly sicken: (image: string) => void;
	readonly heal: (image: string) => void;
	/** From now on a container answers every probe with this, such as `503 Service Unavailable`; or well again. */
	readonly breakContainer: (id: string, answer: string | undefined) => void;
	readonly plan: (descriptor: string, request?: Partial<PlanRequest>, routes?: string) => Promise<Refreshed>;
	readonly apply: (descriptor: string, request?: Partial<PlanRequest>, routes?: string) => Promise<Applied>;
	/** Applies a plan after these actions have been deselected. */
	readonly applyWithout: (
		descriptor: string,
		deselected: readonly string[],
		request?: Partial<PlanRequest>,
	) => Promise<Applied>;
	/** Runs work on resources, as the backup commands do. */
	readonly work: <Result>(descriptor: string, run: (work: Work) => Promise<Result>) => Promise<Result>;
	/** Makes the scheduled backups that are due at a time. */
	readonly due: (descriptor: string, now: () => number) => Promise<readonly DueOutcome[]>;
	/** Changes the state on disk, as a command between two applies would. */
	readonly changeState: (change: (state: State) => State) => Promise<void>;
	/** The state on disk. */
	readonly state: () => Promise<State | undefined>;
	/** The engine loses the states that it has. */
	readonly loseStates: () => Promise<void>;
	readonly close: () => void;
};

/** Runs an operation container: a backup writes a file, and the command `fail` fails. */
function startOperation({env, volumes = {}, command = []}: ContainerSpec) {
	if (command.includes('fail')) return {type: 'exits', code: 4} as const;
	const isRestore = Object.values(volumes).some(({isReadOnly}) => isReadOnly);
	const files = isRestore ? {} : {[`${env['COMPARTMENT_BACKUP_DIR']}/dump`]: 'data'};
	return {type: 'exits', code: 0, files} as const;
}

const startOf = (spec: ContainerSpec) => {
	if ('COMPARTMENT_BACKUP_DIR' in spec.env) return startOperation(spec);
	// What empties the volumes of a restore: find FOLDER -mindepth 2 -delete.
	if (spec.entrypoint?.[0] === 'find') return {type: 'exits', code: 0, empties: spec.command?.[0] ?? ''} as const;
	const {image} = spec;
	if (spec.labels[labels.address]?.startsWith('release.')) return {type: 'exits', code: 0} as const;
	if (image.includes(images.crashing)) return {type: 'exits', code: 1, output: ['it broke']} as const;
	return image.includes(images.finished) ? ({type: 'exits', code: 0} as const) : ({type: 'runs'} as const);
};

/** /proc/net/tcp with port 8080 listening. */
const deafSockets = `  sl  local_address rem_address   st
   0: 0B00007F:A1B2 00000000:0000 0A 00000000:00000000
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000
`;

/** Images are run by id; a container's behaviour follows from the reference of that id. */
function createEngine({clockOffsetMs = 0, architecture}: Pick<MemoryOptions, 'clockOffsetMs' | 'architecture'>) {
	const ids = new Map<string, string>();
	const sick = new Set<string>([images.sick]);
	const broken = new Map<string, string>();
	const isAt = (container: {id: string; networks: Readonly<Record<string, string>>}, place: string) =>
		Object.values(container.networks).includes(place) ||
		[...engine.look(container.id).attachments.values()].some(({aliases = []}) => aliases.includes(place));
	const inside = createMemoryRouter((place, type) => {
		const container = [...known.values()].find(candidate => isAt(candidate, place));
		if (!container) return "can't connect to remote host: Connection refused";
		if (broken.has(container.id)) return broken.get(container.id);
		const image = ids.get(container.imageId);
		if (image === images.deaf) return "can't connect to remote host: Connection refused";
		return sick.has(image ?? '') && type === 'http' ? '503 Service Unavailable\tno database' : undefined;
	}, findRunning);
	const known = new Map<string, {id: string; imageId: string; networks: Readonly<Record<string, string>>}>();
	const states = createMemoryStates(() => engine);
	const engine: MemoryEngine = createMemoryEngine({
		clockOffsetMs,
		...(architecture === undefined ? {} : {architecture}),
		images: {[routerImage]: {}, ...Object.fromEntries(Object.values(images).map(name => [name, {}]))},
		registry: Object.fromEntries(Object.entries(registered).map(([name, digest]) => [name, {digests: [digest]}])),
		start: spec => startOf({...spec, image: ids.get(spec.image) ?? spec.image}),
		async exec(call) {
			// A database that accepts every password.
			if (call.command.some(part => part.includes('psql'))) return {exitCode: 0, stdout: '', stderr: ''};
			if (call.command[0] === 'cat') return {stdout: deafSockets};
			if (states.isFor(call)) return states.exec(call);
			return inside.exec(call);
		},
	});
	async function findRunning(): Promise<void> {
		const {containers} = await engine.observe({});
		known.clear();
		for (const container of containers) if (container.state === 'running') known.set(container.id, container);
	}
	inside.connect(engine);
	const learn = async () => {
		for (const name of Object.values(images)) ids.set((await engine.findImage(name))!.id, name);
	};
	return {engine, inside, states, learn, sick, broken};
}

/**
 * @param clockOffsetMs how far the engine's clock is ahead of ours
 * @param architecture the engine's processor
 * @param minHealthyMs how long new deployments are watched after the switch; not at all by default
 */
export async function createMemoryWorld({
	clockOffsetMs = 0,
	architecture,
	minHealthyMs = 0,
	environment = 'production',
	...networks
}: {
	readonly clockOffsetMs?: number;
	readonly architecture?: string;
	readonly minHealthyMs?: number;
	readonly environment?: string;
	readonly networkPool?: string;
	readonly networkPrefix?: number;
} = {}): Promise<MemoryWorld> {
	// Every write is synced to disk, which costs nothing in memory.
	const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'compartment-memory-'));
	const settings: Settings = {
		...(await readSettings({COMPARTMENT_CONFIG_HOME: join(base, 'config')})),
		...networks,
		minHealthyMs,
		drainSeconds: 0,
	};
	const {engine, inside, states, learn, sick, broken} = createEngine({clockOffsetMs, architecture});
	const {faulty, failNext, clearFailures, interfere} = createFaults(engine);
	await learn();
	const options = routerOptions(settings);
	const readProbes = createProbeReader({engine, reads: engine, options});
	const readCertificates = (own: Owner, isDestroy: boolean) => readServed(engine, engine, options, own, isDestroy);
	const {path: directory} = ensureDirectory(base, environment);
	const projectOf = (descriptor: string, routes?: string): Project => read(descriptor, routes, {directory: base});
	const stateOf = async (project: Project) => {
		const found = await readState(directory);
		return {state: found ?? newState({project: project.name, environment}), isNew: !found};
	};

	const planWith = (project: Project, state: State, request: Partial<PlanRequest> = {}) =>
		refresh(
			{project, settings, engine: faulty, router: options, readProbes, readCertificates, state, directory},
			{...plainRequest, ...request},
		);

	return {
		engine,
		reached: faulty,
		router: inside.router,
		directory,
		failNext,
		clearFailures,
		interfere,
		sicken: image => void sick.add(image),
		heal: image => void sick.delete(image),
		breakContainer: (id, answer) => void (answer === undefined ? broken.delete(id) : broken.set(id, answer)),
		async plan(descriptor, request, routes) {
			const project = projectOf(descriptor, routes);
			return planWith(project, (await stateOf(project)).state, request);
		},
		work: (descriptor, run) => withWork(placeOf(projectOf(descriptor)), 'resource backup', run),
		due: (descriptor, now) => runDueBackups({...placeOf(projectOf(descriptor)), now}),
		async changeState(change) {
			const state = (await readState(directory))!;
			await writeState(directory, change(state), state);
		},
		apply: (descriptor, request, routes) => applyPart(descriptor, [], request, routes),
		applyWithout: (descriptor, deselected, request) => applyPart(descriptor, deselected, request),
		state: () => readState(directory),
		loseStates: async () => states.lose((await engine.findByName('container', options.name))!.id),
		close() {
			states.close();
			rmSync(base, {recursive: true, force: true});
		},
	};

	function placeOf(project: Project): WorkPlace {
		return {
			project,
			router: options,
			settings,
			directory,
			signal: new AbortController().signal,
			emit: () => undefined,
			engine: faulty,
			readState: async () => (await stateOf(project)).state,
			notify: () => undefined,
			say: () => undefined,
			user: null,
		};
	}

	async function applyPart(
		descriptor: string,
		deselected: readonly string[],
		request?: Partial<PlanRequest>,
		routes?: string,
	): Promise<Applied> {
		const project = projectOf(descriptor, routes);
		const events: ApplyEvent[] = [];
		const session = await lockAndRecover({
			directory,
			operation: 'apply',
			engine: faulty,
			router: options,
			settings,
			readState: () => stateOf(project),
			say: message => void events.push({type: 'notice', at: 0, level: 'info', message}),
		});
		try {
			const {plan: whole, builds, scene, engineId} = await planWith(project, session.state.current(), request);
			const plan = withoutSkipped(whole, skippedBy(whole, deselected));
			if (plan.actions.some(({kind}) => kind === 'blocked')) return {plan, events, result: undefined};
			const result = await runApply(
				{
					plan,
					project,
					engine: session.engine,
					router: options,
					settings,
					directory,
					state: session.state,
					journal: session.journal,
					secrets: createSecretReader(session.state.current),
					limitBuilds: task => task(),
					builds,
					found: {observed: scene.observed, engineId},
					run: session.run,
					label: undefined,
					emit: event => void events.push(event),
					stopping: new AbortController().signal,
					signal: new AbortController().signal,
				},
				{parallelism: 4},
			);
			return {plan, events, result};
		} finally {
			await session.close();
		}
	}
}
