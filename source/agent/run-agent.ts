import {hostname} from 'node:os';
import type {Engine} from '../engine/engine.ts';
import {followEvents} from '../engine/follow-events.ts';
import {UserError} from '../errors.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings/settings.ts';
import {userName} from '../state/user-name.ts';
import {awaitEngine} from './await-engine.ts';
import type {Clock} from './clock.ts';
import type {AgentWorld, DutyFactory} from './duty.ts';
import {createDutyLoops, type DutyLoops} from './duty-loops.ts';
import {createEnvironmentReader} from './environments.ts';
import type {Report} from './events.ts';
import {takePresence} from './presence.ts';
import {readRegistry} from './registry.ts';
import {createStatusKeeper} from './status-keeper.ts';

/** How often the files of registered projects are looked at, which commands of other processes change. */
const lookMs = 10_000;

type AgentOptions = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly settings: Settings;
	readonly clock: Clock;
	readonly duties: DutyFactory;
	readonly report: Report;
	/** Aborts to stop the agent, which finishes what it has begun. */
	readonly signal: AbortSignal;
};

/**
 * Runs the agent of an engine until the signal aborts: the loops of its duties, and what wakes them.
 * @throws LockedError when another agent of this engine runs; UserError when another engine takes its place
 */
export async function runAgent(options: AgentOptions): Promise<void> {
	const {engine, router, settings, clock, duties, report: passOn} = options;
	const info = await awaitEngine({engine, clock, report: passOn, signal: options.signal});
	if (!info) return;
	const {id, name, address} = info;
	const presence = await takePresence(id, {clock, signal: options.signal});
	const stop = new AbortController();
	const signal = AbortSignal.any([options.signal, stop.signal]);
	const owner = {pid: process.pid, host: hostname(), user: userName()};
	const {directory} = presence;
	const keeper = createStatusKeeper({directory, clock, owner, engine: {id, name, address}, report: passOn});
	const {report} = keeper;
	let loops: DutyLoops | undefined;
	const readEnvironments = createEnvironmentReader(id, process.env, async directory => {
		const {bringCopy} = await import('../engine-state/bring-copy.ts');
		await bringCopy({directory, engine, router, mayBeWithoutRouter: true});
	});
	const environments: AgentWorld['environments'] = async () => {
		const read = await readEnvironments();
		if (read.hasChanged) {
			keeper.onEnvironments(read);
			if (!signal.aborted) loops?.onEnvironments(read);
		}
		return read.environments;
	};
	const watchFiles = async () => {
		while (!signal.aborted) {
			await environments().catch((error: unknown) => keeper.onProblem('projects', error));
			await clock.sleep(lookMs, signal);
		}
	};
	let failure: UserError | undefined;
	const follow = () =>
		followEvents({
			engine,
			labels: {},
			signal,
			sleep: clock.sleep,
			onConnected(found) {
				keeper.onFound();
				loops?.notice({type: 'connected'});
				if (found.id === id) return;
				failure = new UserError(`another engine answers at ${address} now`);
				stop.abort();
			},
			onEvent: event => loops?.notice({type: 'event', event}),
			onLost: keeper.onLost,
		});
	try {
		report({type: 'started', at: clock.now(), engine: address, projects: readRegistry().length});
		const world: AgentWorld = {
			engine,
			engineId: id,
			router,
			settings,
			clock,
			environments,
			report,
			noteDisk: keeper.onDisk,
		};
		loops = createDutyLoops({world, duties, keeper, signal});
		await Promise.all([follow(), watchFiles()]);
		if (failure) throw failure;
	} finally {
		stop.abort();
		await loops?.ended();
		report({type: 'stopped', at: clock.now()});
		await presence.release();
	}
}
