import {counted} from '../counted.ts';
import {UserError} from '../errors.ts';
import {minuteText} from '../model/lifetime.ts';
import {hasChanges} from '../plan/plan.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import {appendAudit} from '../state/audit.ts';
import {hasExpired, lifetimeOf} from '../state/expired.ts';
import type {Lifetime} from '../state/state.ts';
import {applyPlan, planRecorded} from './apply-plan.ts';
import type {Duty, EnvironmentWorld} from './duty.ts';
import {openDutySession} from './duty-session.ts';

const name = 'lifetimes';

/**
 * How long an environment must have been due before it is destroyed, by a clock that is never set: when the machine's clock
 * is wrong, as after a boot, there is time to set it right.
 */
const graceMs = 10 * 60_000;

const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

/** Destroys an environment that has expired, as `destroy` does; false if an apply has extended it. */
async function destroyExpired(world: EnvironmentWorld, signal: AbortSignal): Promise<boolean> {
	const {directory, clock} = world;
	const session = await openDutySession(world, name);
	try {
		const state = session.state.current();
		if (!hasExpired(state, clock.now())) return false;
		const {deletesData: deleteData} = lifetimeOf(state)!;
		const refreshed = await planRecorded(world, session, {...plainRequest, mode: 'destroy', deleteData});
		if (hasChanges(refreshed.plan)) {
			const {outcome, done, failed, heldBack, skipped} = await applyPlan(world, session, refreshed, {signal});
			const status = outcome === 'done' ? 'succeeded' : 'failed';
			const details = {run: session.run, done, failed, heldBack, skipped};
			appendAudit(directory, {type: 'environment.destroyed', status, target: state.environment, details});
			if (outcome !== 'done') throw new UserError(`${counted(failed, 'step')} of the destroy failed`);
		}
		// What has no network left has no step that clears it.
		if (session.state.current().lifetime) await session.state.update(current => ({...current, lifetime: null}));
		return true;
	} finally {
		await session.close();
	}
}

/** The duty that destroys an environment when its lifetime is over (docs/rules.md, "Lifetime of an environment"). */
export function createLifetimeDuty(world: EnvironmentWorld): Duty {
	const {clock, act, environment} = world;
	/** By the steady clock: since when it is due, and when to try again after a failure. */
	let dueSince: number | undefined;
	let retryAt = 0;
	let pauseMs = firstPauseMs;

	async function destroy({expiresAt, deletesData}: Lifetime, signal: AbortSignal): Promise<void> {
		try {
			if (!(await destroyExpired(world, signal))) return;
			const data = deletesData ? 'with its data' : 'its data is kept';
			const message = `destroyed ${environment}, which expired at ${minuteText(expiresAt)}; ${data}`;
			act({duty: name, address: null, outcome: 'done', message});
		} catch (error) {
			if (!(error instanceof UserError) || signal.aborted) throw error;
			retryAt = clock.steady() + pauseMs;
			pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
			act({
				duty: name,
				address: null,
				outcome: 'failed',
				message: `could not destroy ${environment}: ${error.message}`,
			});
		}
	}

	return {
		name,
		concerns: ({type}) => type !== 'event',
		async run(_changes, signal) {
			const state = await world.readState();
			const lifetime = state && lifetimeOf(state);
			if (!lifetime) return [];
			const what = `destroy ${environment}${lifetime.deletesData ? ' with its data' : ''}`;
			if (!hasExpired(state, clock.now())) {
				dueSince = undefined;
				return [{at: Date.parse(lifetime.expiresAt), what}];
			}
			dueSince ??= clock.steady();
			const waitMs = Math.max(dueSince + graceMs, retryAt) - clock.steady();
			if (waitMs > 0) return [{at: clock.now() + waitMs, what}];
			if (!signal.aborted) await destroy(lifetime, signal);
			const after = await world.readState();
			if (!after || !lifetimeOf(after)) return [];
			return [{at: clock.now() + Math.max(1000, retryAt - clock.steady()), what}];
		},
	};
}
