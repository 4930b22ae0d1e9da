import {setTimeout as pause} from 'node:timers/promises';
import {isKeptUp} from '../model/container-state.ts';
import type {EnvironmentContext} from './context.ts';

/** How long an engine may take to begin a restart. */
const restartMs = 300;

export type Outcome<T> =
	| {readonly hasEnded: false; readonly value: T}
	| {readonly hasEnded: true; readonly exitCode: number};

/**
 * Waits for a condition of a container, but no longer than the container runs. Other steps work meanwhile.
 * @param endsAllowed how often its restart policy may restart it meanwhile
 * @param wait aborted when the container has exited once more than that
 */
export async function unlessEnded<T>(
	{engine, signal, idle = wait => wait()}: Pick<EnvironmentContext, 'engine' | 'signal' | 'idle'>,
	containerId: string,
	endsAllowed: number,
	wait: (signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
	const ended = new AbortController();
	const finished = new AbortController();
	let exitCode: number | undefined;
	const watch = async () => {
		for (let ends = 0; ; ends++) {
			const code = await engine.wait(containerId, finished.signal);
			if (ends < endsAllowed) {
				await pause(restartMs, undefined, {signal: finished.signal});
				if (isKeptUp(await engine.inspectContainer(containerId))) continue;
			}
			exitCode = code;
			return ended.abort();
		}
	};
	// If the engine does not answer, `wait` fails too.
	watch().catch(() => undefined);
	try {
		const value = await idle(() => wait(AbortSignal.any([signal, ended.signal])));
		return exitCode === undefined ? {hasEnded: false, value} : {hasEnded: true, exitCode};
	} catch (error) {
		if (exitCode === undefined || signal.aborted) throw error;
		return {hasEnded: true, exitCode};
	} finally {
		finished.abort();
	}
}
