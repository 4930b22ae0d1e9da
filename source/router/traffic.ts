import type {Engine} from '../engine/engine.ts';
import type {Slot} from '../model/specs.ts';
import {findRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {isSlot, parseBackendName} from './safe-names.ts';
import {trafficScript} from './scripts.ts';
import {readStatLines} from './stat-lines.ts';

/** The traffic of one slot since the router was last loaded. */
export type Traffic = {
	readonly lineage: string;
	readonly service: string;
	readonly slot: Slot;
	readonly requests: number;
	/** Requests in the last second. */
	readonly requestsPerSecond: number;
	/** 5xx responses, failed connections and broken responses. */
	readonly errors: number;
	/** Requests in progress. */
	readonly sessions: number;
	/** Milliseconds to the first byte: the mean of the last 1024 requests, and the maximum. */
	readonly responseMs: number;
	readonly slowestResponseMs: number;
};

/** Reads the traffic of all slots. Counters restart at zero after a reload. */
export async function readTraffic(engine: Engine, options: RouterOptions): Promise<readonly Traffic[]> {
	const containerId = await findRouter(engine, options);
	return parseTraffic((await runScript(engine, containerId, trafficScript)).stdout);
}

/** Parses the CSV of `show stat`. */
export function parseTraffic(text: string): Traffic[] {
	return readStatLines(text).flatMap(line => {
		const figure = (column: string): number => Number(line(column)) || 0;
		const backend = parseBackendName(line('pxname'));
		const slot = line('svname');
		if (!backend || !isSlot(slot)) return [];
		return [
			{
				...backend,
				slot,
				requests: figure('stot'),
				requestsPerSecond: figure('rate'),
				errors: figure('hrsp_5xx') + figure('econ') + figure('eresp'),
				sessions: figure('scur'),
				responseMs: figure('rtime'),
				slowestResponseMs: figure('rtime_max'),
			},
		];
	});
}
