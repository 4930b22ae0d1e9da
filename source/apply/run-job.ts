import type {ContainerSpec, Engine} from '../engine/engine.ts';
import {type OwnEngine, ownEngine} from '../engine/own-engine.ts';
import {untilAnswered} from '../engine/until-answered.ts';
import {isOutcomeUnknown} from '../errors.ts';
import {newId} from '../model/ids.ts';
import type {Desired} from '../model/specs.ts';
import type {RouterOptions} from '../router/router.ts';
import {openRunLog} from '../state/run-log.ts';
import type {JobRun, State} from '../state/state.ts';
import {jobContainer} from './job-container.ts';
import {followJobLog} from './job-log.ts';
import {deployedJob, withRun, withState} from './job-records.ts';
import {createSecretReader} from './secret-reader.ts';

/** As the lock names it. */
const operation = 'job run';

export type JobRequest = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly directory: string;
	readonly desired: Desired;
	readonly service: string;
	/** Arguments after `--`, appended to the job's command. */
	readonly arguments: readonly string[];
	/** How long to wait for another command before the run starts, in milliseconds; without it a held lock is an error. */
	readonly waitMs?: number | undefined;
	/** Reports that the outcome cannot be recorded yet. */
	readonly say: (message: string) => void;
	readonly onLine: (text: string, stream: 'stdout' | 'stderr') => void;
	readonly signal: AbortSignal;
};

/**
 * Starts the container of a run. Without an answer, the engine may have started it under its name, which it allows once; one
 * that it has not started may be incomplete.
 */
async function startContainer(engine: OwnEngine, spec: ContainerSpec, signal: AbortSignal): Promise<string> {
	try {
		return await engine.run(spec);
	} catch (error) {
		if (!isOutcomeUnknown(error)) throw error;
		const made = await untilAnswered(() => engine.inspectContainer(spec.name), signal);
		if (made && made.state !== 'created') return made.id;
		if (made) await untilAnswered(() => engine.remove(made.id), signal);
		throw error;
	}
}

async function runContainer(
	{engine: anyEngine, router, desired, signal, onLine, ...request}: JobRequest,
	state: State,
	run: JobRun,
): Promise<number> {
	const deployment = deployedJob(state, request.service);
	const engine = ownEngine(anyEngine, state, router.name);
	const secrets = createSecretReader(() => state);
	const spec = await jobContainer({engine, state, deployment, run, secrets, desired});
	const id = await startContainer(engine, spec, signal);
	const log = openRunLog(request.directory, run.id);
	try {
		const lines = async () => {
			for await (const line of followJobLog(engine, id, secrets, signal)) {
				log.write(line);
				onLine(line.text, line.stream);
			}
		};
		const [exitCode] = await Promise.all([untilAnswered(() => engine.wait(id, signal), signal), lines()]);
		return exitCode;
	} finally {
		await log.close();
		// The next command removes what the engine does not answer for.
		await untilAnswered(() => engine.remove(id)).catch((error: unknown) => {
			if (!isOutcomeUnknown(error)) throw error;
		});
	}
}

/**
 * Runs a deployed job to completion, with its variables and in the environment's networks, and records the run with its
 * exit code. Aborting `signal` stops it.
 */
export async function runJob(request: JobRequest): Promise<JobRun> {
	const {directory, service, waitMs, say, engine, router} = request;
	const started: JobRun = {
		id: newId('job'),
		service,
		deployment: '',
		trigger: 'manual',
		arguments: request.arguments,
		status: 'running',
		startedAt: new Date().toISOString(),
	};
	const state = await withState(directory, {engine, router, operation, waitMs}, (current, write) =>
		write(withRun(current, {...started, deployment: deployedJob(current, service).id})),
	);
	const run = state.jobs.find(({id}) => id === started.id)!;
	const settle = async (exitCode: number | undefined, reason?: string): Promise<JobRun> => {
		const status = exitCode === 0 ? 'succeeded' : 'failed';
		const settled: JobRun = {...run, status, exitCode, reason, completedAt: new Date().toISOString()};
		// The outcome is recorded however long an apply holds the lock.
		const onWait = (message: string) => say(`${message}. The job has ended; its outcome will be recorded after that.`);
		const waiting = {engine, router, operation, waitMs: Number.POSITIVE_INFINITY, onWait};
		await withState(directory, waiting, (current, write) => write(withRun(current, settled)));
		return settled;
	};
	try {
		return await settle(await runContainer(request, state, run));
	} catch (error) {
		const reason = 'the engine did not answer, so how it ended is unknown';
		await settle(undefined, isOutcomeUnknown(error) ? reason : undefined);
		throw error;
	}
}
