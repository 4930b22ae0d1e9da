import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {labels} from '../model/labels.ts';
import {type Checked, observeRouter, type RouterOptions, readChecks} from '../router/router.ts';
import type {ProbeReader} from './read-probes.ts';

/** What is being read. A question that failed fails where its answer is wanted. */
export type Begun = {
	/** The engine to plan with: it cannot write. */
	readonly engine: ReadonlyEngine;
	readonly readProbes: ProbeReader;
};

/** Asks the engine what every plan wants to know, so that it answers while the caller still reads the descriptor. */
export function beginReading(engine: Engine, router: RouterOptions): Begun {
	const reads = rememberReads(engine);
	const asker = {engine, reads, options: router};
	const observed = reads.observe({[labels.lineage]: ''});
	const readServed = async (): Promise<readonly Checked[]> => {
		const {containers} = await observed;
		// To enter the router costs more than everything else together.
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
