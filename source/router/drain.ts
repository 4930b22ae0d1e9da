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
	/** Called when the number of connections changes. */
	readonly onProgress?: (message: string) => void;
};

/**
 * Waits until no client has an idle connection to an old worker, which a reload leaves behind. From then on the last
 * published configuration answers every request. Takes up to the keep-alive time of a connection.
 * @returns false if the deadline passed first
 */
export async function settleWorkers(engine: Engine, options: RouterOptions, deadlineMs: number): Promise<boolean> {
	const containerId = await findRouter(engine, options);
	return (await runScript(engine, containerId, drainScript, [Math.ceil(deadlineMs / 10)])).exitCode === 0;
}

/**
 * Waits until nothing can reach the given slots: they have no sessions, neither in the current worker nor in old ones,
 * and no client has an idle connection to an old worker. Shortly after a reload this takes up to the keep-alive time,
 * eight seconds. Call it after the publish that took the slots out of service.
 * @returns false if the deadline passed first
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
			onProgress?.(line === '1' ? 'waiting for 1 connection' : `waiting for ${line} connections`);
	};
	const args = [Math.ceil(deadlineMs / 10), ...names];
	const {exitCode} = await runScript(engine, containerId, drainScript, args, {signal, onLine});
	return exitCode === 0;
}
