import type {ContainerFacts, ProbeFacts} from '../model/health-facts.ts';

/** What was read of what runs, beside the lists of the engine. */
export type Vitals = {
	/** By container id. A container that is not here is known from its list alone. */
	readonly containers: ReadonlyMap<string, ContainerFacts>;
	/** By address; absent where there is no probe, or nothing to ask it with. */
	readonly probes: Readonly<Record<string, ProbeFacts>>;
	/** Milliseconds since the epoch, on the clock of the engine: the times that it is compared with are the engine's. */
	readonly readAt: number;
};

/** Nothing was read but the lists of the engine. */
export const noVitals: Vitals = {containers: new Map(), probes: {}, readAt: 0};
