import type {EngineEvent} from '../../engine/engine.ts';
import {LockedError} from '../../errors.ts';
import {labels} from '../../model/labels.ts';
import {runningServices} from '../../plan/lifecycle.ts';
import type {State} from '../../state/state.ts';
import type {Change, Duty, EnvironmentWorld, Upcoming} from '../duty.ts';
import type {AgentAction} from '../events.ts';
import {type Ailment, findAilments} from './ailments.ts';
import type {Outcome} from './apply-healing.ts';
import {createServiceProbes, noProbes, readSharedChecks} from './checks.ts';
import {type Decision, decide, wasStopped} from './decide.ts';
import {heal} from './heal.ts';
import {emptyLedger, type Ledger, pruned, withAttempt, withEvent, withoutObject} from './ledger.ts';
import {type Looked, look} from './look.ts';

const name = 'healing';

/** How often the router's checks are read, if services have a readiness path. */
const checkMs = 20_000;

/** The same, while a check fails. */
const failingMs = 5000;

/** How often everything is read, in case an event was lost. */
const lookMs = 5 * 60_000;

/** How soon everything is read again after the agent has connected: what happens meanwhile may be lost. */
const settleMs = 5000;

/** How soon another try is made while a command holds the lock. */
const lockedMs = 1000;

/** After these, something may be wrong. */
const telling: readonly string[] = ['die', 'destroy', 'pause', 'rename', 'disconnect', 'oom'];

/** After these, the ledger has something to note. */
const noted: readonly string[] = ['kill', 'die'];

/** Whether an event is about a container of the environment, or the router. A network's event names it by its id only. */
const isOurs = ({object, attributes}: EngineEvent, lineage: string, known: ReadonlySet<string>): boolean =>
	object === 'network'
		? known.has(attributes['container'] ?? '')
		: attributes[labels.lineage] === lineage || attributes[labels.router] === 'true';

const hasReadiness = (state: State): boolean => runningServices({state}).some(({readiness}) => readiness !== undefined);

const sentence = ({address}: Ailment, {type, message}: Outcome): string => {
	switch (type) {
		case 'healed':
			return `healed: ${message}`;
		case 'unready':
		case 'error':
			return `cannot heal it: ${message}`;
		case 'given-up':
			return `crash loop: ${address.slice(address.indexOf('.') + 1)} ${message}; it is left alone until the next apply`;
	}
};

/** What the user is notified of. */
function newsOf({type, crashLoop}: Outcome): AgentAction['news'] {
	if (type === 'healed') return {event: 'healed'};
	if (!crashLoop) return undefined;
	const {exitCode, isOutOfMemory, lastLines: lines} = crashLoop;
	return {event: 'crash-loop', exitCode, isOutOfMemory, lines};
}

/** Keeps the containers of an environment as the last apply left them. */
export function createHealing(world: EnvironmentWorld): Duty {
	const {clock, lineage} = world;
	let ledger: Ledger = emptyLedger;
	/** Address → the deployment or container that was there last. */
	const identities = new Map<string, string>();
	/** Addresses that were healed, and may have a new identity because of that. */
	const healed = new Set<string>();
	/** The ids of its containers and of the router. */
	let known: ReadonlySet<string> = new Set();
	let nextCheck = 0;
	let nextLook = 0;
	/** What is tried again later. */
	let waiting: Decision['wait'] = [];
	const serviceProbes = createServiceProbes(world);

	const note = (changes: readonly Change[]) => {
		for (const change of changes)
			if (change.type === 'event' && noted.includes(change.event.action))
				ledger = withEvent(ledger, change.event, clock.steady());
	};

	/** An apply in between begins a new count. */
	const noteIdentities = (ailments: readonly Ailment[]) => {
		for (const ailment of ailments) {
			const {address, identity} = ailment;
			const before = identities.get(address);
			identities.set(address, identity);
			const isHealed = healed.delete(address);
			if (before !== undefined && before !== identity && !isHealed) ledger = withoutObject(ledger, ailment);
		}
	};

	const decideOn = ({sight}: Looked): Decision => {
		const ailments = findAilments(sight);
		noteIdentities(ailments);
		return decide(ailments, ledger, clock.steady());
	};

	const onOutcome = (ailment: Ailment, outcome: Outcome) => {
		const {address} = ailment;
		const isFromOutside = !ailment.hasEnded ? ailment.remedy !== 'replace' : wasStopped(ledger, ailment);
		ledger =
			outcome.type === 'given-up'
				? withoutObject(ledger, ailment)
				: withAttempt(ledger, {address, at: clock.steady(), outcome: outcome.type, isFromOutside});
		if (outcome.type === 'healed' || outcome.type === 'unready') healed.add(address);
		world.act({
			duty: name,
			address,
			outcome: outcome.type === 'healed' ? 'done' : 'failed',
			message: sentence(ailment, outcome),
			news: newsOf(outcome),
		});
	};

	/** Whether the router says that a service of this environment hangs. */
	const findsHung = async (): Promise<boolean> => {
		const checks = await readSharedChecks(world);
		const failing = checks.filter(check => check.lineage === lineage && check.failures > 0);
		nextCheck = clock.steady() + (failing.length > 0 ? failingMs : checkMs);
		return failing.some(({failures}) => failures === 3);
	};

	const upcoming = (state: State): Upcoming[] => {
		const now = clock.steady();
		return [
			...waiting.map(({ailment, until}) => ({at: clock.now() + until - now, what: `heal ${ailment.address}`})),
			{at: clock.now() + Math.min(nextLook, hasReadiness(state) ? nextCheck : nextLook) - now, what: null},
		];
	};

	return {
		name,
		concerns: change =>
			change.type !== 'event' ||
			([...telling, ...noted].includes(change.event.action) && isOurs(change.event, lineage, known)),
		async run(changes, signal) {
			note(changes);
			ledger = pruned(ledger, clock.steady());
			const state = await world.readState();
			if (!state) return [];
			const now = clock.steady();
			const isHung = hasReadiness(state) && now >= nextCheck && (await findsHung());
			const isDue = changes.length > 0 || now >= nextLook || waiting.some(({until}) => now >= until);
			if (!isDue && !isHung) return upcoming(state);
			const probes = isHung ? serviceProbes : noProbes;
			const looked = await look(world, state, probes);
			const {observed, router} = looked.sight;
			known = new Set([...observed.containers.map(({id}) => id), ...(router.containerId ? [router.containerId] : [])]);
			const isNew = changes.some(({type}) => type === 'connected');
			nextLook = clock.steady() + (isNew ? settleMs : lookMs);
			const decision = decideOn(looked);
			waiting = decision.wait;
			if (decision.act.length + decision.giveUp.length + looked.renamed.length === 0) return upcoming(state);
			// What comes next is decided after that, by another look.
			nextLook = 0;
			try {
				await heal({world, readProbes: probes, decide: decideOn, signal, onOutcome});
			} catch (error) {
				if (!(error instanceof LockedError)) throw error;
				const addresses = decision.act.map(({address}) => address).join(', ');
				return [{at: clock.now() + lockedMs, what: `heal ${addresses || 'the environment'}, after another command`}];
			}
			return [{at: clock.now(), what: null}];
		},
	};
}
