import {lockEnvironment} from '../../apply/lock-environment.ts';
import {openSession, type Session} from '../../apply/session.ts';
import type {Renamed} from '../../engine/renamed.ts';
import {routerAddress} from '../../model/address.ts';
import {labels} from '../../model/labels.ts';
import type {ProbeReader} from '../../refresh/read-probes.ts';
import {agentOperation} from '../../state/lock.ts';
import type {EnvironmentWorld} from '../duty.ts';
import {readUnderLock} from '../under-lock.ts';
import type {Ailment} from './ailments.ts';
import {applyHealing, type Outcome} from './apply-healing.ts';
import type {Decision} from './decide.ts';
import {forget, giveUp} from './give-up.ts';
import {type Looked, look} from './look.ts';

export type HealOptions = {
	readonly world: EnvironmentWorld;
	readonly readProbes: ProbeReader;
	/** Decides again, under the lock. */
	readonly decide: (looked: Looked) => Decision;
	/** Aborts to begin nothing more. */
	readonly signal: AbortSignal;
	/** Called with what came of each ailment, as soon as it is known. */
	readonly onOutcome: (ailment: Ailment, outcome: Outcome) => void;
};

/**
 * What can be put right together. A service that gets a new deployment is alone: if one of several did not become ready, none
 * would be switched.
 */
function inGroups(act: readonly Ailment[]): readonly (readonly Ailment[])[] {
	const isAlone = ({address, remedy}: Ailment) => address.startsWith('service.') && remedy !== 'start';
	const router = act.filter(({address}) => address === routerAddress);
	const together = act.filter(ailment => ailment.address !== routerAddress && !isAlone(ailment));
	return [router, together, ...act.filter(isAlone).map(ailment => [ailment])].filter(group => group.length > 0);
}

/** Says which containers have their names back, since a session was opened. */
function tellNames({act}: EnvironmentWorld, renamed: readonly Renamed[]): void {
	for (const {container, name} of renamed) {
		const address = container.labels[labels.address] ?? null;
		const message = `healed: ${container.name} has its name ${name} back`;
		act({duty: 'healing', address, outcome: 'done', message, news: {event: 'healed'}});
	}
}

/**
 * Puts right what is wrong in an environment, under its lock: what is wrong is found and decided again there, because a command
 * may have changed everything since. What that command left unfinished is recovered first.
 * @throws LockedError while another command works on the environment
 */
export async function heal({world, readProbes, decide, signal, onOutcome}: HealOptions): Promise<void> {
	const {directory, engine, router, settings} = world;
	const locked = await lockEnvironment({
		directory,
		operation: agentOperation,
		engine,
		router,
		// It keeps the state, so it is there before anything else is looked at.
		inform: message =>
			world.act({duty: 'healing', address: routerAddress, outcome: 'done', message, news: {event: 'healed'}}),
		readState: async () => ({state: await readUnderLock(world), isNew: false}),
	});
	let session: Session | undefined;
	const open = async (keepsHistory = true) => {
		const options = {directory, engine, router, settings, keepsHistory, say: () => undefined};
		session ??= await openSession(locked, options);
		return session;
	};
	try {
		// What a command left unfinished is finished or undone first.
		const state = locked.isSettled ? locked.state : (await open()).state.current();
		tellNames(world, locked.renamed);
		const looked = await look(world, state, readProbes);
		const decision = decide(looked);
		if (decision.act.length + decision.giveUp.length === 0) return;
		// A start changes nothing that a previous state is kept for.
		const opened = await open(decision.act.some(({remedy}) => remedy !== 'start'));
		for (const {ailment, cause} of decision.giveUp) {
			const crashLoop = await giveUp({world, session: opened, ailment, cause});
			onOutcome(ailment, {type: 'given-up', message: cause, crashLoop});
		}
		for (const ailment of decision.act.filter(({remedy}) => remedy === 'forget')) {
			await forget(opened, ailment.address);
			onOutcome(ailment, {type: 'healed', message: ailment.reason});
		}
		for (const group of inGroups(decision.act.filter(({remedy}) => remedy !== 'forget'))) {
			if (signal.aborted) return;
			await applyHealing({world, session: opened, group, signal, onOutcome});
		}
	} finally {
		await (session ? session.close() : locked.release());
	}
}
