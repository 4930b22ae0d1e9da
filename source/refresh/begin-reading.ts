import type {Engine, ReadonlyEngine} from '../engine/engine.ts';
import {observeEverything} from '../engine/own-engine.ts';
import {rememberReads} from '../engine/remember-reads.ts';
import type {Owner} from '../model/own.ts';
import {observeRouter, type RouterOptions, readCertificates} from '../router/router.ts';
import type {ServedCertificate} from '../router/served-certificates.ts';
import {createProbeReader, type ProbeReader} from './read-probes.ts';

/**
 * Reads the certificates of an environment and its neighbours in the running router, which takes an exec, as reading probes does.
 * A destroy gets those too that an earlier life of the environment left there.
 */
export type CertificateReader = (own: Owner, isDestroy: boolean) => Promise<readonly ServedCertificate[]>;

/** Reads in progress. A read that fails throws where its result is used. */
export type Begun = {
	/** The engine to plan with, without writes. */
	readonly engine: ReadonlyEngine;
	readonly readProbes: ProbeReader;
	readonly readCertificates: CertificateReader;
};

/** Starts the reads that every plan needs, so that they run while the caller reads the descriptor. */
export function beginReading(engine: Engine, router: RouterOptions): Begun {
	const reads = rememberReads(engine);
	void Promise.allSettled([reads.info(), observeEverything(reads), observeRouter(reads, router)]);
	return {
		engine: reads,
		readProbes: createProbeReader({engine, reads, options: router}),
		readCertificates: (own, isDestroy) => readCertificates(engine, reads, router, own, isDestroy),
	};
}
