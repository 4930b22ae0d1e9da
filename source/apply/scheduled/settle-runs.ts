import {byOurClock, readClockOffset} from '../../engine/engine-clock.ts';
import type {OwnEngine} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {isOver} from '../../model/container-state.ts';
import {openRunLog} from '../../state/run-log.ts';
import type {JobRun, State} from '../../state/state.ts';
import {readJobLog} from '../job-log.ts';
import {withRun, withState} from '../job-records.ts';
import {createSecretReader} from '../secret-reader.ts';
import {engineOf, hasFailed, isOpen, isoTime, lockOptions, type OpenRun, type ScheduleWorld} from './world.ts';

export type Settled = {
	/** Runs whose end was recorded now. */
	readonly ended: readonly JobRun[];
	readonly open: readonly OpenRun[];
};

/**
 * Writes the log of a run that has ended, as a whole: whoever recorded its start may have died meanwhile. Without the
 * secrets, which have to be masked, there is no log.
 */
async function keepLog({directory}: ScheduleWorld, engine: OwnEngine, state: State, id: string, container: string) {
	const secrets = createSecretReader(() => state);
	try {
		await secrets.readAll();
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return;
	}
	const log = openRunLog(directory, id, {isWhole: true});
	try {
		for await (const line of readJobLog(engine, container, secrets)) log.write(line);
	} finally {
		await log.close();
	}
}

type End = Pick<JobRun, 'exitCode' | 'reason'> & {readonly completedAt: number};

/** Records the end of a run, unless another agent has. */
async function recordEnd(world: ScheduleWorld, id: string, end: End): Promise<JobRun | undefined> {
	const {exitCode, reason, completedAt} = end;
	failpoint('job.before-end');
	return withState(world.directory, lockOptions(world), async (state, write) => {
		const run = state.jobs.find(each => each.id === id);
		if (!run || !isOpen(run)) return undefined;
		const why = run.reason ?? reason;
		const ended: JobRun = {
			...run,
			status: exitCode === 0 && why === undefined ? 'succeeded' : 'failed',
			...(exitCode === undefined ? {} : {exitCode}),
			...(why === undefined ? {} : {reason: why}),
			completedAt: isoTime(Math.max(Date.parse(run.startedAt), completedAt)),
		};
		await write(withRun(state, ended));
		failpoint('job.after-end');
		return ended;
	});
}

/** Starts a run whose agent died before it could. Under the lock, so that two agents cannot start it twice. */
async function startRecorded(world: ScheduleWorld, id: string, containerId: string): Promise<JobRun | undefined> {
	try {
		await withState(world.directory, lockOptions(world), async state => {
			const engine = engineOf(world, state);
			const run = state.jobs.find(each => each.id === id);
			if (!run || !isOpen(run)) return;
			const container = await engine.inspectContainer(containerId);
			if (container?.state === 'created') await engine.start(containerId);
		});
		return undefined;
	} catch (error) {
		if (!hasFailed(error)) throw error;
		return recordEnd(world, id, {reason: error.message, completedAt: world.now()});
	}
}

/** Records the ends of scheduled runs, with exit code and log, and starts those that were recorded and never started. */
export async function settleRuns(world: ScheduleWorld, state: State): Promise<Settled> {
	const engine = engineOf(world, state);
	const ended: (JobRun | undefined)[] = [];
	const open: OpenRun[] = [];
	for (const run of state.jobs.filter(isOpen)) {
		const {id, containerId = ''} = run;
		const container = await engine.inspectContainer(containerId);
		if (!container) {
			const reason = 'its container is gone';
			ended.push(await recordEnd(world, id, {reason, completedAt: world.now()}));
		} else if (container.state === 'created' && run.reason === undefined) {
			ended.push(await startRecorded(world, id, containerId));
		} else if (isOver(container) || container.state === 'created') {
			const {exitCode, isOutOfMemory, finishedAt} = container;
			if (container.state !== 'created') await keepLog(world, engine, state, id, containerId);
			const reason = isOutOfMemory ? 'it ran out of memory' : undefined;
			const offset = await readClockOffset(engine);
			const completedAt = finishedAt === undefined ? world.now() : byOurClock(finishedAt, offset);
			ended.push(await recordEnd(world, id, {exitCode, reason, completedAt}));
			await engine.remove(containerId);
		} else open.push({run, container});
	}
	return {ended: ended.filter(run => run !== undefined), open};
}

/** Stops a run that takes too long. Its end is recorded like all others. */
export async function stopRun(world: ScheduleWorld, {run}: OpenRun, reason: string): Promise<void> {
	const state = await withState(world.directory, lockOptions(world), async (current, write) => {
		const known = current.jobs.find(({id}) => id === run.id);
		return known && isOpen(known) ? write(withRun(current, {...known, reason})) : current;
	});
	await engineOf(world, state).stop(run.containerId ?? '', world.stopGraceSeconds);
}
