import type {EnvironmentContext} from '../apply/context.ts';
import {createSecretReader} from '../apply/secret-reader.ts';
import {lockAndRecover, type Session} from '../apply/session.ts';
import {connectResources} from '../apply/steps/connect-resources.ts';
import {createNetworks} from '../apply/steps/create-networks.ts';
import type {Engine} from '../engine/engine.ts';
import type {DesiredResource, DesiredVolume} from '../model/specs.ts';
import {volumesOf} from '../model/volumes.ts';
import {ensureRouter, joinEnvironment, optionsFor} from '../router/router.ts';
import {newestNetworkName} from '../state/networks.ts';
import {assertOwnEngine} from '../state/own-engine.ts';
import type {State} from '../state/state.ts';
import {knownResource} from './definition.ts';
import type {Notify} from './events.ts';
import {settleInterrupted} from './interrupted.ts';
import {backupRoot} from './root.ts';

/** What work on resources needs. */
export type WorkPlace = Pick<
	EnvironmentContext,
	'project' | 'router' | 'settings' | 'directory' | 'signal' | 'emit'
> & {
	readonly engine: Engine;
	readonly readState: () => Promise<State>;
	readonly notify: Notify;
	/** Reports what recovery did, and warnings. */
	readonly say: (message: string) => void;
	/** Name of the user; null for scheduled work. */
	readonly user: string | null;
	/** How long to wait for the environment's lock, in milliseconds; default 0. */
	readonly waitMs?: number;
	/** As the lock names the work, if not by the command that it is part of. */
	readonly operation?: string;
	/** Milliseconds since the epoch; default: the machine's clock. */
	readonly now?: () => number;
};

/** Exclusive work on the resources of one environment. */
export type Work = Pick<WorkPlace, 'notify' | 'say' | 'user'> & {
	readonly now: () => number;
	/** For the steps on resources that an apply has too. */
	readonly context: EnvironmentContext;
	/** Folder of all backups. */
	readonly root: string;
};

/** Every resource that exists, as recorded: nothing of the descriptor is applied. */
function recordedEnvironment({project}: WorkPlace, state: State): EnvironmentContext['plan'] {
	const resources = Object.values(state.resources).map(record => knownResource(project, record));
	const volumes = resources.flatMap(resource => volumesOf(state, resource));
	const {project: name, environment, lineage} = state;
	const desired = {project: name, environment, resources, volumes, services: [], routes: []};
	return {project: name, environment, lineage, desired};
}

/** The same work with one more resource and its volumes. */
export function withResource(work: Work, resource: DesiredResource, volumes: readonly DesiredVolume[]): Work {
	const {plan} = work.context;
	const desired = {
		...plan.desired,
		resources: [...plan.desired.resources.filter(({name}) => name !== resource.name), resource],
		volumes: [...plan.desired.volumes.filter(({owner}) => owner !== resource.name), ...volumes],
	};
	return {...work, context: {...work.context, plan: {...plan, desired}}};
}

/**
 * Prepares what a container needs to become ready: the environment's networks, with its resources, and the router if it is
 * probed. All of it may have been removed by hand, and an apply is blocked while a resource is half restored.
 */
export async function prepareNetwork({context}: Work, isProbed: boolean): Promise<void> {
	const {engine, router, state} = context;
	await createNetworks(context);
	const network = newestNetworkName(state.current());
	await connectResources(context, network);
	if (!isProbed) return;
	await ensureRouter(engine, optionsFor(router, state.current()));
	await joinEnvironment(engine, router, network);
}

const openLocked = (place: WorkPlace, operation: string): Promise<Session> => {
	const {directory, engine, router, settings, say, waitMs} = place;
	const readState = async () => ({state: await place.readState(), isNew: false});
	return lockAndRecover({directory, operation, waitMs, engine, router, settings, readState, say});
};

/**
 * Works on an environment's resources under its lock, after cleaning up after interrupted commands.
 * @param operation the command, for the lock: `resource backup create`
 */
export async function withWork<Result>(
	place: WorkPlace,
	operation: string,
	run: (work: Work) => Promise<Result>,
): Promise<Result> {
	assertOwnEngine(await place.readState(), await place.engine.info(), place.settings);
	const session = await openLocked(place, operation);
	try {
		const {engine} = session;
		const {project, router, settings, directory, signal, emit, notify, say, user} = place;
		const context: EnvironmentContext = {
			plan: recordedEnvironment(place, session.state.current()),
			project,
			engine,
			router,
			settings,
			directory,
			state: session.state,
			journal: session.journal,
			secrets: createSecretReader(session.state.current),
			run: session.run,
			emit,
			stopping: signal,
			signal,
		};
		const root = backupRoot(settings, directory);
		await settleInterrupted({engine, state: session.state, root, say});
		return await run({context, notify, say, user, root, now: place.now ?? Date.now});
	} finally {
		await session.close();
	}
}
