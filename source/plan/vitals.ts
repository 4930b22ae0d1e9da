import type {ContainerFacts, ProbeFacts} from '../model/health-facts.ts';

/** What health needs beyond the engine's lists. */
export type Vitals = {
	/** By container id. For a container that is missing here, only its list entry is known. */
	readonly containers: ReadonlyMap<string, ContainerFacts>;
	/** By address; absent without a probe, or when the probe could not run. */
	readonly probes: Readonly<Record<string, ProbeFacts>>;
	/** Milliseconds since the epoch by the engine's clock, like the times that it is compared with. */
	readonly readAt: number;
	/** How far that clock is ahead of ours, in milliseconds. */
	readonly clockOffsetMs: number;
};

/** Only the engine's lists were read. */
export const noVitals: Vitals = {containers: new Map(), probes: {}, readAt: 0, clockOffsetMs: 0};
