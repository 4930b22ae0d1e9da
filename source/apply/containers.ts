import type {ContainerDetails, Engine} from '../engine/engine.ts';
import {EngineError, UserError} from '../errors.ts';
import type {DeploymentFailure} from '../state/state.ts';
import type {ApplyContext} from './context.ts';

/** Lines of a failed container that a report carries. */
const reportedLines = 20;

/** How long a report waits for a container that ends again and again. */
const nextEndMs = 5000;

/**
 * Hides every sensitive value of the environment in what a container prints or answers: one that is started again prints
 * some that this apply had no need of. Where they cannot be read, whole lines are hidden.
 */
export async function readMask({secrets}: Pick<ApplyContext, 'secrets'>): Promise<(text: string) => string> {
	try {
		await secrets.readAll();
		return secrets.mask;
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return () => `‹hidden: ${error.message}›`;
	}
}

/** How long before the engine notes a start the program may write its first line. */
const earliestLineMs = 1000;

/**
 * The time, by the engine's clock, from which a container's log is of its present run: between its last end and this
 * start, because a program may write before the engine has noted that it runs. Undefined while there was one run only.
 */
export function startOfRun({startedAt, finishedAt}: Pick<ContainerDetails, 'startedAt' | 'finishedAt'>) {
	if (startedAt === undefined || finishedAt === undefined) return undefined;
	const time = finishedAt < startedAt ? Math.ceil((finishedAt + startedAt) / 2) : startedAt - earliestLineMs;
	return new Date(time).toISOString();
}

type FollowOptions = {
	readonly signal: AbortSignal;
	/** Its log holds earlier runs, which are not told again. */
	readonly isStartedAgain: boolean;
};

/**
 * Streams the output of a container that was just started into the apply's events until the signal aborts or the
 * container is gone. Resolves then; most callers go on meanwhile.
 */
export function followLogs(
	context: Pick<ApplyContext, 'engine' | 'emit' | 'secrets'>,
	address: string,
	containerId: string,
	{signal, isStartedAgain}: FollowOptions,
): Promise<void> {
	const follow = async () => {
		const mask = await readMask(context);
		const details = isStartedAgain ? await context.engine.inspectContainer(containerId) : undefined;
		const since = details && startOfRun(details);
		for await (const line of context.engine.logs(containerId, {follow: true, since, signal})) {
			const text = mask(line.text);
			context.emit({type: 'log', at: Date.now(), address, stream: line.stream, text});
		}
	};
	// Logs are a view: losing them must not fail the step that they illustrate.
	return follow().catch(() => undefined);
}

/** The last 20 lines of a container; none when they cannot be read. */
export async function lastLines(
	context: Pick<ApplyContext, 'engine' | 'secrets'>,
	containerId: string,
): Promise<string[]> {
	const lines: string[] = [];
	const mask = await readMask(context);
	try {
		for await (const {text} of context.engine.logs(containerId, {tail: reportedLines})) lines.push(mask(text));
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
	}
	return lines.slice(-reportedLines);
}

/** A container that the engine restarts over and over has told its exit code, or does so at its next end. */
async function exitCodeOf(engine: Engine, {id, state, exitCode, restartCount}: ContainerDetails) {
	if (state !== 'running') return exitCode;
	if (restartCount === 0) return undefined;
	const latest = await engine.lastExitCode(id).catch(() => undefined);
	return latest ?? engine.wait(id, AbortSignal.timeout(nextEndMs)).catch(() => undefined);
}

/** What a person needs to find out why a container did not become what it should. */
export async function describeFailure(
	context: Pick<ApplyContext, 'engine' | 'secrets'>,
	containerId: string | undefined,
	message: string,
	lastProbe?: string,
): Promise<DeploymentFailure> {
	if (containerId === undefined) return {message, lastLines: []};
	const details = await context.engine.inspectContainer(containerId).catch(() => undefined);
	return {
		message,
		lastProbe,
		exitCode: details && (await exitCodeOf(context.engine, details)),
		isOutOfMemory: details?.isOutOfMemory || undefined,
		lastLines: await lastLines(context, containerId),
	};
}

/** Whether the container still runs; a restarting one does not. */
export {runsNow as isUp} from '../model/container-state.ts';
