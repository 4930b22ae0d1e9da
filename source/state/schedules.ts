import {describeSchedule} from '../descriptor/schedules.ts';
import {isRunning} from '../model/kinds.ts';
import {lookAhead, type Outlook, type ScheduleHistory, withRange} from '../model/schedule.ts';
import type {Deployment, ScheduleRecord, State} from './state.ts';

/** How long before an agent first sees a schedule its occurrences still count. */
const firstSightMs = 5 * 60_000;

/** The active deployment of a cron service with a schedule. */
export type ScheduledDeployment = Deployment & Required<Pick<Deployment, 'schedule'>>;

const isScheduled = (deployment: Deployment | undefined): deployment is ScheduledDeployment =>
	deployment?.kind === 'cron' && deployment.schedule !== undefined;

/** Whether an environment was stopped: nothing of it is meant to run. */
function isStopped({active, deployments, resources}: State): boolean {
	const services = Object.values(active).flatMap(id => deployments[id] ?? []);
	const states = [...services.filter(({kind}) => isRunning(kind)), ...Object.values(resources)];
	return states.length > 0 && states.every(({status}) => status === 'stopped');
}

/** The cron services that run on a schedule now: none of an environment that was stopped. */
export const scheduledDeployments = (state: State): ScheduledDeployment[] =>
	isStopped(state)
		? []
		: Object.values(state.active)
				.flatMap(id => state.deployments[id] ?? [])
				.filter(isScheduled);

const time = (text: string): number => Date.parse(text);
const text = (milliseconds: number): string => new Date(milliseconds).toISOString();

const historyOf = ({since, ran}: ScheduleRecord): Required<ScheduleHistory> => ({
	since: time(since),
	ran: ran.map(({from, to}) => ({from: time(from), to: time(to)})),
});

/** The record of a schedule: the one of the state, or what an agent that sees it for the first time, or changed, records. */
function recordOf(state: State, {service, schedule, createdAt}: ScheduledDeployment, now: number): ScheduleRecord {
	const known = Object.hasOwn(state.schedules ?? {}, service) ? state.schedules?.[service] : undefined;
	const name = describeSchedule(schedule);
	if (known?.schedule === name) return known;
	// While no agent was running, an earlier time would make a run of every service due at the agent's first start.
	const since = Math.min(now, Math.max(time(createdAt), known ? 0 : now - firstSightMs));
	return {schedule: name, since: text(since), ran: known?.ran ?? []};
}

/** What the schedule of a cron service asks for. Pure. @param now milliseconds since the epoch */
export const outlookOf = (state: State, deployment: ScheduledDeployment, now: number): Outlook =>
	lookAhead(deployment.schedule, historyOf(recordOf(state, deployment, now)), now);

const withRecord = (state: State, service: string, record: ScheduleRecord): State => ({
	...state,
	schedules: {...state.schedules, [service]: record},
});

/** The state without the records of services that are gone: one of that name which comes later begins anew. */
function withoutGone(state: State): State {
	const kept = Object.entries(state.schedules ?? {}).filter(([service]) => Object.hasOwn(state.active, service));
	const isSame = kept.length === Object.keys(state.schedules ?? {}).length;
	return isSame ? state : {...state, schedules: Object.fromEntries(kept)};
}

/**
 * The state with a record of every schedule, so that what is missed from now on is made up for; the same state when there is
 * nothing to change.
 */
export function withSchedules(state: State, now: number): State {
	let next = withoutGone(state);
	for (const deployment of scheduledDeployments(state)) {
		const record = recordOf(state, deployment, now);
		if (record !== state.schedules?.[deployment.service]) next = withRecord(next, deployment.service, record);
	}
	return next;
}

/** The state after a run was started for a time, or could not be. Then the time has had its run. */
export function withStart(state: State, deployment: ScheduledDeployment, due: number, now: number): State {
	const record = recordOf(state, deployment, now);
	const ran = withRange(deployment.schedule, historyOf(record).ran, due);
	const ranges = ran.map(({from, to}) => ({from: text(from), to: text(to)}));
	return withRecord(state, deployment.service, {...record, ran: ranges});
}
