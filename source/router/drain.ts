import type {Engine} from '../engine/engine.ts';
import type {Slot} from '../model/specs.ts';
import {findRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {backendName} from './safe-names.ts';
import {drainScript} from './scripts.ts';

export type DrainTarget = {readonly lineage: string; readonly service: string; readonly slot: Slot};

type DrainOptions = {
	/** Milliseconds. */
	readonly deadlineMs: number;
	readonly signal?: AbortSignal;
	/** Called whenever the number of connections changes. */
	readonly onProgress?: (message: string) => void;
};

/**
 * Waits until no client has an idle connection left to a worker that a previous reload left behind: from then on every
 * request is answered by what was published last. Takes up to the keep-alive time of a connection.
 * @returns whether that is so; false at the deadline
 */
export async function settleWorkers(engine: Engine, options: RouterOptions, deadlineMs: number): Promise<boolean> {
	const containerId = await findRouter(engine, options);
	return (await runScript(engine, containerId, drainScript, [Math.ceil(deadlineMs / 10)])).exitCode === 0;
}

/**
 * Waits until nothing can reach the given slots any more: no session is left in them, in the current worker or in those
 * that previous reloads left behind, and those hold no idle connection of a client either. So soon after a reload it takes
 * up to the keep-alive time, eight seconds. Call it after the publish that took the slots out of service.
 * @returns whether they are empty; false at the deadline
 */
export async function drain(
	engine: Engine,
	options: RouterOptions,
	targets: readonly DrainTarget[],
	{deadlineMs, signal, onProgress}: DrainOptions,
): Promise<boolean> {
	if (targets.length === 0) return true;
	const containerId = await findRouter(engine, options);
	const names = targets.map(({lineage, service, slot}) => `${backendName(lineage, service)}/${slot}`);
	const onLine = (line: string): void => {
		if (/^[1-9]\d*$/.test(line))
			onProgress?.(line === '1' ? 'waits for 1 connection' : `waits for ${line} connections`);
	};
	const args = [Math.ceil(deadlineMs / 10), ...names];
	const {exitCode} = await runScript(engine, containerId, drainScript, args, {signal, onLine});
	return exitCode === 0;
}
