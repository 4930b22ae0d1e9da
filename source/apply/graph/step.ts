import type {ReadAhead} from '../../router/router.ts';
import type {Deployment, RoutesRecord} from '../../state/state.ts';

/**
 * A node of an apply. Several nodes can make one visible step: a service starts with its candidate and is done when
 * its previous deployment is retired.
 */
export type ApplyStep = {
	readonly id: string;
	/** The action it belongs to; null for nodes that nobody sees, such as a switch when no rule changes. */
	readonly address: string | null;
	readonly isFirst: boolean;
	readonly isLast: boolean;
	readonly dependsOn: readonly string[];
	readonly run: () => Promise<void>;
};

/** A visible step that is one node. */
export const whole = {isFirst: true, isLast: true} as const;

/** Ids of nodes that are no action of the plan. */
export const joinId = 'join';
export const switchId = 'switch';
export const watchId = 'watch';
export const candidateId = (address: string): string => `${address} candidate`;

/** What the nodes of one apply tell each other. */
export type Shared = {
	/** Service → deployment that its release command opened. */
	readonly opened: Record<string, Deployment>;
	/** Service → candidate that is ready. */
	readonly ready: Record<string, string>;
	/** Service → deployment that serves before the switch. */
	readonly previous: Record<string, Deployment>;
	readonly previousRoutes: RoutesRecord | null;
	/** What the router held before anything became ready. */
	ahead?: Promise<ReadAhead>;
};
