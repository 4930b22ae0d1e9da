import {withState} from '../apply/job-records.ts';
import {settleRuns, stopRun} from '../apply/scheduled/settle-runs.ts';
import {startDue} from '../apply/scheduled/start-due.ts';
import type {OpenRun, ScheduleWorld} from '../apply/scheduled/world.ts';
import {lockOptions} from '../apply/scheduled/world.ts';
import {LockedError} from '../errors.ts';
import {isRunAddress, jobAddress} from '../model/address.ts';
import {labels} from '../model/labels.ts';
import {outlookOf, scheduledDeployments, withSchedules} from '../state/schedules.ts';
import type {JobRun, State} from '../state/state.ts';
import type {Change, Duty, EnvironmentWorld, Upcoming} from './duty.ts';

/** How long to wait for a command that holds the environment's lock, before other things that are due. */
const lockWaitMs = 1000;
/** When to try again after that. */
const lockedMs = 2000;
/** When to look again whether a run has ended, in case its event was lost. */
const lookMs = 60_000;

const name = 'cron';

/** Whether a change may mean that a run has ended, or that a schedule has changed. */
function concerns(change: Change): boolean {
	if (change.type !== 'event') return true;
	const {object, action, attributes} = change.event;
	const isEnd = action === 'die' || action === 'destroy';
	return object === 'container' && isEnd && isRunAddress(attributes[labels.address] ?? '');
}

const endOf = ({exitCode, reason}: JobRun): string =>
	reason ?? (exitCode === 0 ? 'succeeded' : `failed with exit code ${exitCode ?? 'unknown'}`);

/** Measures how long runs take, by a clock that is never set. */
function createTimeLimits({clock}: EnvironmentWorld) {
	const seen = new Map<string, number>();
	return {
		begin: ({id}: JobRun) => seen.set(id, clock.steady()),
		/** When a run has taken too long, in milliseconds since the epoch; undefined without a limit. */
		deadlineOf(state: State, {run}: OpenRun): {readonly at: number; readonly timeoutMs: number} | undefined {
			const timeoutMs = state.deployments[run.deployment]?.schedule?.timeoutMs;
			if (timeoutMs === undefined) return undefined;
			// What was started before this agent is measured from its record.
			const before = Math.min(timeoutMs, Math.max(0, clock.now() - Date.parse(run.startedAt)));
			const startedAt = seen.get(run.id) ?? clock.steady() - before;
			seen.set(run.id, startedAt);
			return {at: clock.now() + startedAt + timeoutMs - clock.steady(), timeoutMs};
		},
		forget(ended: readonly JobRun[]) {
			for (const {id} of ended) seen.delete(id);
		},
	};
}

/**
 * The duty that runs the cron services of an environment on their schedules, and records the ends of their runs
 * (docs/rules.md, "One run for each time").
 */
export function createCronDuty(world: EnvironmentWorld): Duty {
	const {engine, router, settings, directory, clock, act} = world;
	const runs: ScheduleWorld = {
		engine,
		router,
		directory,
		now: clock.now,
		stopGraceSeconds: settings.stopGraceSeconds,
		waitMs: lockWaitMs,
	};
	const limits = createTimeLimits(world);

	const report = (run: JobRun, message: string) =>
		act({duty: name, address: jobAddress(run.service), outcome: run.status === 'failed' ? 'failed' : 'done', message});

	async function settle(state: State, signal: AbortSignal): Promise<Upcoming[]> {
		const {ended, open} = await settleRuns(runs, state);
		for (const run of ended) report(run, `run ${run.id} of ${run.service}: ${endOf(run)}`);
		limits.forget(ended);
		const next: Upcoming[] = [];
		for (const each of open) {
			const limit = limits.deadlineOf(state, each);
			const isOver = limit !== undefined && limit.at <= clock.now() && !signal.aborted;
			if (isOver) await stopRun(runs, each, `it took longer than schedule.timeoutMs, ${limit.timeoutMs} ms`);
			next.push({at: isOver || !limit ? clock.now() + lookMs : Math.min(limit.at, clock.now() + lookMs), what: null});
		}
		return next;
	}

	async function start(service: string): Promise<Upcoming[]> {
		const outcome = await startDue(runs, service);
		if (outcome.type === 'started') {
			limits.begin(outcome.run);
			report(outcome.run, `started run ${outcome.run.id} of ${service}`);
		}
		if (outcome.type === 'failed') report(outcome.run, `could not start ${service}: ${outcome.run.reason}`);
		// The end of the run that it waits for wakes this duty.
		return outcome.type === 'waiting'
			? [{at: clock.now() + lookMs, what: `run of ${service}, after the current one`}]
			: [];
	}

	async function run(signal: AbortSignal): Promise<Upcoming[]> {
		let state = await world.readState();
		if (!state) return [];
		if (withSchedules(state, clock.now()) !== state)
			state = await withState(directory, lockOptions(runs), (current, write) => {
				const next = withSchedules(current, clock.now());
				return next === current ? Promise.resolve(current) : write(next);
			});
		const next = await settle(state, signal);
		for (const deployment of scheduledDeployments(state)) {
			const {service} = deployment;
			const {due} = outlookOf(state, deployment, clock.now());
			const waiting = due === undefined || signal.aborted ? [] : await start(service);
			const later = outlookOf((await world.readState()) ?? state, deployment, clock.now());
			next.push(...waiting);
			if (waiting.length === 0 && later.next !== undefined)
				next.push({at: later.due === undefined ? later.next : clock.now(), what: `run of ${service}`});
		}
		return next;
	}

	return {
		name,
		concerns,
		async run(_changes, signal) {
			try {
				return await run(signal);
			} catch (error) {
				if (!(error instanceof LockedError)) throw error;
				return [{at: clock.now() + lockedMs, what: null}];
			}
		},
	};
}
