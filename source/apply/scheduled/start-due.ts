import type {ObservedContainer} from '../../engine/engine.ts';
import {type OwnEngine, observeOwn} from '../../engine/own-engine.ts';
import {messageOf} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {jobAddress} from '../../model/address.ts';
import {isOver} from '../../model/container-state.ts';
import {newId} from '../../model/ids.ts';
import {labels} from '../../model/labels.ts';
import {idInName} from '../../model/names.ts';
import {recordedDesired} from '../../plan/recorded.ts';
import {outlookOf, type ScheduledDeployment, scheduledDeployments, withStart} from '../../state/schedules.ts';
import type {JobRun, State} from '../../state/state.ts';
import {jobContainer} from '../job-container.ts';
import {type Write, withRun, withState} from '../job-records.ts';
import {createSecretReader} from '../secret-reader.ts';
import {engineOf, hasFailed, isOpen, isoTime, lockOptions, type ScheduleWorld} from './world.ts';

/** What became of a service whose run seemed to be due. */
export type StartOutcome =
	| {readonly type: 'started' | 'failed'; readonly run: JobRun}
	/** The schedule forbids a second run beside this one. */
	| {readonly type: 'waiting'; readonly containerName: string}
	/** Another agent has started it, or it is not due any more. */
	| {readonly type: 'nothing'};

/** The containers of a job that run or will run, without those of runs that have ended, which are removed. */
async function busyContainers(engine: OwnEngine, state: State, service: string): Promise<ObservedContainer[]> {
	const {containers} = await observeOwn(engine, state, {[labels.address]: jobAddress(service)});
	const busy: ObservedContainer[] = [];
	for (const container of containers) {
		const run = state.jobs.find(({id}) => id === idInName(container.name));
		const isUp = container.state !== 'created' && !isOver(container);
		if (isUp || (container.state === 'created' && run && isOpen(run))) busy.push(container);
		// Of a run that was not recorded before its agent died, or whose end is recorded.
		else if (run?.status !== 'running') await engine.remove(container.id);
	}
	return busy;
}

const replaced = 'replaced by the next run';

/** Stops the runs that the next one replaces. Their ends are recorded like all others. */
async function replace(
	{stopGraceSeconds}: ScheduleWorld,
	engine: OwnEngine,
	state: State,
	busy: readonly ObservedContainer[],
): Promise<State> {
	const ids = new Set(busy.map(({name}) => idInName(name)));
	await Promise.all(busy.map(({id}) => engine.stop(id, stopGraceSeconds)));
	const jobs = state.jobs.map(run => (ids.has(run.id) && isOpen(run) ? {...run, reason: replaced} : run));
	return {...state, jobs};
}

/**
 * Starts the run of a service that is due (docs/rules.md, "One run for each time"). Its container is created, then recorded,
 * then started, all under the lock: so whoever finds it later knows whether it has run.
 */
export async function startDue(world: ScheduleWorld, service: string): Promise<StartOutcome> {
	return withState(world.directory, lockOptions(world), async (state, write) => {
		const deployment = scheduledDeployments(state).find(each => each.service === service);
		if (!deployment) return {type: 'nothing'};
		const {due} = outlookOf(state, deployment, world.now());
		if (due === undefined) return {type: 'nothing'};
		const engine = engineOf(world, state);
		const busy = await busyContainers(engine, state, service);
		const {concurrency = 'forbid'} = deployment.schedule;
		if (busy[0] && concurrency === 'forbid') return {type: 'waiting', containerName: busy[0].name};
		const next = concurrency === 'replace' ? await replace(world, engine, state, busy) : state;
		return start(world, {engine, state: next, deployment, due}, write);
	});
}

type Due = {
	readonly engine: OwnEngine;
	readonly state: State;
	readonly deployment: ScheduledDeployment;
	readonly due: number;
};

async function start(world: ScheduleWorld, {engine, state, deployment, due}: Due, write: Write): Promise<StartOutcome> {
	const now = world.now();
	const {service} = deployment;
	const run: JobRun = {
		id: newId('job', now),
		service,
		deployment: deployment.id,
		trigger: 'scheduled',
		arguments: [],
		status: 'running',
		startedAt: isoTime(now),
		scheduledFor: isoTime(due),
	};
	const record = (recorded: JobRun) => write(withRun(withStart(state, deployment, due, now), recorded));
	const fail = async (error: unknown, current: State): Promise<StartOutcome> => {
		if (!hasFailed(error)) throw error;
		const failed: JobRun = {...run, status: 'failed', reason: messageOf(error), completedAt: isoTime(world.now())};
		await write(withRun(withStart(current, deployment, due, now), failed));
		return {type: 'failed', run: failed};
	};
	const secrets = createSecretReader(() => state);
	const desired = recordedDesired(state);
	let containerId: string;
	try {
		const scheduled = run.scheduledFor;
		containerId = await engine.create(
			await jobContainer({engine, state, deployment, run, scheduled, secrets, desired}),
		);
	} catch (error) {
		return fail(error, state);
	}
	failpoint('job.after-create');
	const started = {...run, containerId};
	const recorded = await record(started);
	failpoint('job.after-record');
	try {
		await engine.start(containerId);
	} catch (error) {
		const outcome = await fail(error, recorded);
		await engine.remove(containerId);
		return outcome;
	}
	failpoint('job.after-start');
	return {type: 'started', run: started};
}
