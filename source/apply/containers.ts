import type {ContainerDetails, Engine} from '../engine/engine.ts';
import {EngineError, UserError} from '../errors.ts';
import type {DeploymentFailure} from '../state/state.ts';
import type {ApplyContext} from './context.ts';

/** Lines of a failed container that a report carries. */
const reportedLines = 20;

/** How long a report waits for a container that ends again and again. */
const nextEndMs = 5000;

/**
 * Hides every sensitive value of the environment: a container that is started again prints some that this apply had no
 * need of. Where they cannot be read, whole lines are hidden.
 */
async function readMask({secrets}: Pick<ApplyContext, 'secrets'>): Promise<(text: string) => string> {
	try {
		await secrets.readAll();
		return secrets.mask;
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return () => `‹hidden: ${error.message}›`;
	}
}

/**
 * Streams a container's output into the apply's events until the signal aborts or the container is gone. Resolves then;
 * most callers go on meanwhile.
 */
export function followLogs(
	context: Pick<ApplyContext, 'engine' | 'emit' | 'secrets'>,
	address: string,
	containerId: string,
	signal: AbortSignal,
): Promise<void> {
	const follow = async () => {
		const mask = await readMask(context);
		for await (const line of context.engine.logs(containerId, {follow: true, signal})) {
			const text = mask(line.text);
			context.emit({type: 'log', at: Date.now(), address, stream: line.stream, text});
		}
	};
	// Logs are a view: losing them must not fail the step that they illustrate.
	return follow().catch(() => undefined);
}

async function lastLines(context: Pick<ApplyContext, 'engine' | 'secrets'>, containerId: string): Promise<string[]> {
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
