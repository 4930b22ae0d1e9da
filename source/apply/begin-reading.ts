import type {ReadonlyEngine} from '../engine/engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import {labels} from '../model/labels.ts';
import {observeRouter, type RouterOptions} from '../router/router.ts';

/**
 * Asks the engine what every plan wants to know, so that it answers while the caller still reads the descriptor.
 * Returns the engine to plan with; a question that failed fails there.
 */
export function beginReading(engine: ReadonlyEngine, router: RouterOptions): ReadonlyEngine {
	const reads = rememberReads(engine);
	void Promise.allSettled([reads.info(), reads.observe({[labels.lineage]: ''}), observeRouter(reads, router)]);
	return reads;
}
