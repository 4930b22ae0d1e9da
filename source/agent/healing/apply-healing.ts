import type {ApplyEvent} from '../../apply/events.ts';
import type {Session} from '../../apply/session.ts';
import {isLeaving} from '../../model/container-state.ts';
import type {Plan} from '../../plan/plan.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {appendAudit} from '../../state/audit.ts';
import type {CrashLoop} from '../../state/state.ts';
import {applyPlan, planRecorded} from '../apply-plan.ts';
import type {EnvironmentWorld} from '../duty.ts';
import type {Ailment} from './ailments.ts';

/** What came of an ailment. `unready`: its container was started, and did not become ready. `error`: nothing was started. */
export type Outcome = {
	readonly type: 'healed' | 'unready' | 'error' | 'given-up';
	/** Foreign text, masked. */
	readonly message: string;
	/** Only with `given-up`. */
	readonly crashLoop?: CrashLoop;
};

/** What came of the action at an address. */
function outcomeOf(plan: Plan, events: readonly ApplyEvent[], {address, reason}: Ailment): Outcome {
	const blocked = plan.actions.find(action => action.address === address && action.kind === 'blocked');
	if (blocked) return {type: 'error', message: blocked.reasons[0]!};
	const own = events.filter(event => 'address' in event && event.address === address);
	const failed = own.find(event => event.type === 'step-failed');
	if (failed) return {type: failed.failure ? 'unready' : 'error', message: failed.message};
	if (own.some(({type}) => type === 'step-done')) return {type: 'healed', message: reason};
	const kept = own.find(event => event.type === 'step-skipped' || event.type === 'step-held-back');
	return {type: 'error', message: kept?.reason ?? 'it was not reached'};
}

/**
 * Whether somebody removes the container of an ailment, or has. `docker rm -f` kills it first, so it was found ended, and is gone
 * when it is started: nothing was tried then, and the next look finds it missing.
 */
async function isBeingRemoved({engine}: EnvironmentWorld, {containerId}: Ailment): Promise<boolean> {
	if (containerId === undefined) return false;
	try {
		const container = await engine.inspectContainer(containerId);
		return container === undefined || isLeaving(container);
	} catch {
		return false;
	}
}

type Options = {
	readonly world: EnvironmentWorld;
	readonly session: Session;
	readonly group: readonly Ailment[];
	readonly signal: AbortSignal;
	readonly onOutcome: (ailment: Ailment, outcome: Outcome) => void;
};

/** Plans what puts a group of ailments right, from what is recorded, and applies it. */
export async function applyHealing({world, session, group, signal, onOutcome}: Options): Promise<void> {
	const healing = Object.fromEntries(
		group.flatMap(({address, remedy, reason}) =>
			remedy === 'none' || remedy === 'forget' ? [] : [[address, {remedy, reason}] as const],
		),
	);
	const refreshed = await planRecorded(world, session, {...plainRequest, mode: 'heal', healing});
	const {plan} = refreshed;
	const events: ApplyEvent[] = [];
	if (!plan.actions.some(({kind}) => kind === 'blocked')) {
		const {done, failed, outcome} = await applyPlan(world, session, refreshed, {
			signal,
			emit(event) {
				if (event.type !== 'log') events.push(event);
			},
		});
		appendAudit(world.directory, {
			type: 'environment.healed',
			status: outcome === 'done' ? 'succeeded' : 'failed',
			target: group.map(({address}) => address).join(', '),
			details: {run: session.run, done, failed},
		});
	}
	for (const ailment of group) {
		const outcome = outcomeOf(plan, events, ailment);
		if (outcome.type === 'healed' || !(await isBeingRemoved(world, ailment))) onOutcome(ailment, outcome);
	}
}
