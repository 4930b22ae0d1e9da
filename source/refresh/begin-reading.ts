import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import {observeEverything} from '../engine/own-engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {observeRouter, type RouterOptions} from '../router/router.ts';
import {createProbeReader, type ProbeReader} from './read-probes.ts';

/** Reads in progress. A read that fails throws where its result is used. */
export type Begun = {
	/** The engine to plan with, without writes. */
	readonly engine: ReadonlyEngine;
	readonly readProbes: ProbeReader;
};

/** Starts the reads that every plan needs, so that they run while the caller reads the descriptor. */
export function beginReading(engine: Engine, router: RouterOptions): Begun {
	const reads = rememberReads(engine);
	void Promise.allSettled([reads.info(), observeEverything(reads), observeRouter(reads, router)]);
	return {engine: reads, readProbes: createProbeReader({engine, reads, options: router})};
}
