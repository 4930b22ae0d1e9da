import type {ReadAhead} from '../../router/router.ts';
import type {Deployment, RoutesRecord} from '../../state/state.ts';

/**
 * A step of an apply. Several steps can carry out one action: a service begins with its candidate and is done when its
 * previous deployment is retired.
 */
export type ApplyStep = {
	readonly id: string;
	/** The action it belongs to; null for internal steps, such as a switch that changes no route. */
	readonly address: string | null;
	readonly isFirst: boolean;
	readonly isLast: boolean;
	readonly dependsOn: readonly string[];
	readonly run: () => Promise<void>;
};

/** An action with a single step. */
export const whole = {isFirst: true, isLast: true} as const;

/** Ids of steps that are not actions of the plan. */
export const joinId = 'join';
export const switchId = 'switch';
export const watchId = 'watch';
export const candidateId = (address: string): string => `${address} candidate`;

/** What the steps of one apply pass to each other. */
export type Shared = {
	/** Service → deployment that was opened for its release command. */
	readonly opened: Record<string, Deployment>;
	/** Service → candidate that is ready. */
	readonly ready: Record<string, string>;
	/** Service → deployment that was active before the switch. */
	readonly previous: Record<string, Deployment>;
	readonly previousRoutes: RoutesRecord | null;
	/** What the router had before any candidate became ready. */
	ahead?: Promise<ReadAhead>;
};
