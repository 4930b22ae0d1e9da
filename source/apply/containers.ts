import {eachLine} from '../engine/each-line.ts';
import type {ContainerDetails, Engine} from '../engine/engine.ts';
import {EngineError, UserError} from '../errors.ts';
import type {DeploymentFailure} from '../state/state.ts';
import type {EnvironmentContext} from './context.ts';

/** How many of a failed container's last lines are reported. */
const reportedLines = 20;

/** How long to wait for the next exit of a crashing container. */
const nextEndMs = 5000;

/**
 * Masks all sensitive values of the environment in container output, because a restarted container may print values that this
 * apply has not read. Hides whole lines when the values cannot be read.
 */
export async function readMask({secrets}: Pick<EnvironmentContext, 'secrets'>): Promise<(text: string) => string> {
	try {
		await secrets.readAll();
		return secrets.mask;
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return () => `‹hidden: ${error.message}›`;
	}
}

/** How long before the recorded start a program may write its first line. */
const earliestLineMs = 1000;

/**
 * The time, by the engine's clock, from which a container's log belongs to its current run. It lies between the last exit and
 * this start, because a program may write before the engine records the start. Undefined after a single run.
 */
function startOfRun({startedAt, finishedAt}: Pick<ContainerDetails, 'startedAt' | 'finishedAt'>) {
	if (startedAt === undefined || finishedAt === undefined) return undefined;
	const time = finishedAt < startedAt ? Math.ceil((finishedAt + startedAt) / 2) : startedAt - earliestLineMs;
	return new Date(time).toISOString();
}

type FollowOptions = {
	readonly signal: AbortSignal;
	/** The log has earlier runs, which are skipped. */
	readonly isStartedAgain: boolean;
};

/**
 * Streams the output of a container into the apply's events. Resolves when the signal aborts or the container is gone; most
 * callers do not wait for it.
 */
export function followLogs(
	context: Pick<EnvironmentContext, 'engine' | 'emit' | 'secrets'>,
	address: string,
	containerId: string,
	{signal, isStartedAgain}: FollowOptions,
): Promise<void> {
	const follow = async () => {
		const mask = await readMask(context);
		const details = isStartedAgain ? await context.engine.inspectContainer(containerId) : undefined;
		const since = details && startOfRun(details);
		const options = {follow: true, hasTerminal: false, since, signal} as const;
		for await (const line of eachLine(context.engine.logs(containerId, options))) {
			const text = mask(line.text);
			context.emit({type: 'log', at: Date.now(), address, stream: line.stream, text});
		}
	};
	// Losing the log must not fail the step.
	return follow().catch(() => undefined);
}

/** The last 20 lines of a container; none when they cannot be read. */
export async function lastLines(
	context: Pick<EnvironmentContext, 'engine' | 'secrets'>,
	containerId: string,
): Promise<string[]> {
	const lines: string[] = [];
	const mask = await readMask(context);
	try {
		for await (const {text} of eachLine(context.engine.logs(containerId, {tail: reportedLines})))
			lines.push(mask(text));
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
	}
	return lines.slice(-reportedLines);
}

/** The exit code of a container; for one that is being restarted, its last or its next. */
async function exitCodeOf(engine: Engine, {id, state, exitCode, restartCount}: ContainerDetails) {
	if (state !== 'running') return exitCode;
	if (restartCount === 0) return undefined;
	const latest = await engine.lastExitCode(id).catch(() => undefined);
	return latest ?? engine.wait(id, AbortSignal.timeout(nextEndMs)).catch(() => undefined);
}

/** Collects what helps to find out why a container failed. */
export async function describeFailure(
	context: Pick<EnvironmentContext, 'engine' | 'secrets'>,
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
