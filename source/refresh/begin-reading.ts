import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {labels} from '../model/labels.ts';
import {type Checked, observeRouter, type RouterOptions, readChecks} from '../router/router.ts';
import type {ProbeReader} from './read-probes.ts';

/** Reads in progress. A read that fails throws where its result is used. */
export type Begun = {
	/** The engine to plan with, without writes. */
	readonly engine: ReadonlyEngine;
	readonly readProbes: ProbeReader;
};

/** Starts the reads that every plan needs, so that they run while the caller reads the descriptor. */
export function beginReading(engine: Engine, router: RouterOptions): Begun {
	const reads = rememberReads(engine);
	const asker = {engine, reads, options: router};
	const observed = reads.observe({[labels.lineage]: ''});
	const readServed = async (): Promise<readonly Checked[]> => {
		const {containers} = await observed;
		// An exec in the router takes longer than all other reads together.
		return containers.some(container => container.labels[labels.deployment]) ? readChecks(asker) : [];
	};
	const checks = readServed();
	void Promise.allSettled([reads.info(), observed, observeRouter(reads, router), checks]);
	const readProbes: ProbeReader = async state => {
		const {createProbeReader} = await import('./read-probes.ts');
		return createProbeReader(asker, checks)(state);
	};
	return {engine: reads, readProbes};
}
