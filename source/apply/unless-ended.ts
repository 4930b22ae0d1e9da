import {setTimeout as pause} from 'node:timers/promises';
import {isKeptUp} from '../model/container-state.ts';
import type {ApplyContext} from './context.ts';

/** How long an engine may take to begin with starting a container again. */
const restartMs = 300;

export type Outcome<T> =
	| {readonly hasEnded: false; readonly value: T}
	| {readonly hasEnded: true; readonly exitCode: number};

/**
 * Waits for something that a container is to become, and no longer than the container runs.
 * @param endsAllowed how often its restart policy may start it again meanwhile
 * @param wait is aborted when the container has ended once more than that
 */
export async function unlessEnded<T>(
	{engine, signal}: Pick<ApplyContext, 'engine' | 'signal'>,
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
	// An engine that does not answer fails the wait itself.
	watch().catch(() => undefined);
	try {
		const value = await wait(AbortSignal.any([signal, ended.signal]));
		return exitCode === undefined ? {hasEnded: false, value} : {hasEnded: true, exitCode};
	} catch (error) {
		if (exitCode === undefined || signal.aborted) throw error;
		return {hasEnded: true, exitCode};
	} finally {
		finished.abort();
	}
}
