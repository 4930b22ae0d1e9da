import {eachLine} from '../engine/each-line.ts';
import type {Engine} from '../engine/engine.ts';
import {ownEngine} from '../engine/own-engine.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {jobAddress} from '../model/address.ts';
import {newId} from '../model/ids.ts';
import {labelsOf} from '../model/labels.ts';
import {serviceContainerName} from '../model/names.ts';
import type {Desired} from '../model/specs.ts';
import {activeDeployment} from '../state/deployments.ts';
import {newOpId} from '../state/journal.ts';
import {acquireLock} from '../state/lock.ts';
import {openRunLog} from '../state/run-log.ts';
import type {Deployment, JobRun, State} from '../state/state.ts';
import {readState, writeState} from '../state/store.ts';
import {needsInit} from './own-init.ts';
import {createSecretReader} from './secret-reader.ts';
import {containerVariables, oneOffParts} from './service-container.ts';

/** How many runs the state keeps, over all jobs of the environment. */
const keptRuns = 200;

export type JobRequest = {
	readonly engine: Engine;
	/** Name of the router's container. */
	readonly routerName: string;
	readonly directory: string;
	readonly desired: Desired;
	readonly service: string;
	readonly trigger: JobRun['trigger'];
	/** Arguments after `--`, appended to the job's command. */
	readonly arguments: readonly string[];
	/** How long to wait for another command before the run starts, in milliseconds; without it a held lock is an error. */
	readonly waitMs?: number | undefined;
	/** Reports that the outcome cannot be recorded yet. */
	readonly say: (message: string) => void;
	readonly onLine: (text: string, stream: 'stdout' | 'stderr') => void;
	readonly signal: AbortSignal;
};

type Waiting = Pick<Parameters<typeof acquireLock>[1], 'waitMs' | 'onWait'>;

/** Changes the state under the lock, which is not held while the job runs: a long job must not block a deploy. */
async function change(directory: string, waiting: Waiting, update: (state: State) => State): Promise<State> {
	const lock = await acquireLock(directory, {operation: 'job run', ...waiting});
	try {
		const state = await readState(directory);
		if (!state) throw new UserError('The project has not been deployed yet.', {hint: command('apply')});
		return await writeState(directory, update(state), state);
	} finally {
		await lock.release();
	}
}

const withRun = (state: State, run: JobRun): State => ({
	...state,
	jobs: [...state.jobs.filter(({id}) => id !== run.id), run].slice(-keptRuns),
});

function deployedJob(state: State, service: string): Deployment {
	const deployment = activeDeployment(state, service);
	if (!deployment)
		throw new UserError(`job ${service} has not been deployed yet`, {hint: command('apply', '--service', service)});
	if (deployment.kind === 'job' || deployment.kind === 'cron') return deployment;
	throw new UserError(`service ${service} is of kind ${deployment.kind}, not a job`, {hint: command('job list')});
}

/** The command of one run: the job's command with the given arguments. */
async function commandOf(engine: Engine, {spec, imageId}: Deployment, extra: readonly string[]) {
	if (spec.command !== undefined)
		return {
			entrypoint: ['/bin/sh', '-c'],
			command: [extra.length > 0 ? `${spec.command} "$@"` : spec.command, 'sh', ...extra],
			hasInit: true,
		};
	const image = await engine.findImage(imageId);
	const own = extra.length === 0 ? {} : {command: [...(image?.command ?? []), ...extra]};
	return {...own, hasInit: needsInit(image, own, spec)};
}

async function runContainer(
	{engine: anyEngine, routerName, desired, signal, onLine, ...request}: JobRequest,
	state: State,
	run: JobRun,
): Promise<number> {
	const deployment = deployedJob(state, request.service);
	const {project, environment, lineage} = state;
	const address = jobAddress(run.service);
	const engine = ownEngine(anyEngine, state, routerName);
	const secrets = createSecretReader(() => state);
	const id = await engine.run({
		name: serviceContainerName(project, environment, run.service, run.id),
		...oneOffParts(state, deployment),
		labels: labelsOf({lineage, project, environment, address, op: newOpId(), serial: state.serial}),
		...(await commandOf(engine, deployment, run.arguments)),
		env: {...(await secrets.resolveEnv(deployment.spec.env, desired)), ...containerVariables(state, deployment)},
	});
	const log = openRunLog(request.directory, run.id);
	try {
		const lines = async () => {
			for await (const line of eachLine(engine.logs(id, {follow: true, signal}))) {
				const text = secrets.mask(line.text);
				log.write({at: line.at, stream: line.stream, text});
				onLine(text, line.stream);
			}
		};
		const [exitCode] = await Promise.all([engine.wait(id, signal), lines()]);
		return exitCode;
	} finally {
		await log.close();
		await engine.remove(id);
	}
}

/**
 * Runs a deployed job to completion, with its variables and in the environment's networks, and records the run with its
 * exit code. Aborting `signal` stops it.
 */
export async function runJob(request: JobRequest): Promise<JobRun> {
	const {directory, service, trigger, waitMs, say} = request;
	const started: JobRun = {
		id: newId('job'),
		service,
		deployment: '',
		trigger,
		arguments: request.arguments,
		status: 'running',
		startedAt: new Date().toISOString(),
	};
	const state = await change(directory, {waitMs}, current =>
		withRun(current, {...started, deployment: deployedJob(current, service).id}),
	);
	const run = state.jobs.find(({id}) => id === started.id)!;
	const settle = async (exitCode: number | undefined): Promise<JobRun> => {
		const status = exitCode === 0 ? 'succeeded' : 'failed';
		const settled: JobRun = {...run, status, exitCode, completedAt: new Date().toISOString()};
		// The outcome is recorded however long an apply holds the lock.
		const onWait = (message: string) => say(`${message}. The job has ended; its outcome will be recorded after that.`);
		await change(directory, {waitMs: Number.POSITIVE_INFINITY, onWait}, current => withRun(current, settled));
		return settled;
	};
	try {
		return await settle(await runContainer(request, state, run));
	} catch (error) {
		await settle(undefined);
		throw error;
	}
}
