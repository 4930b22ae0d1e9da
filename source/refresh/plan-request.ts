import type {Hint} from '../hint.ts';
import type {PlanInput} from '../plan/input.ts';
import type {LifetimeRequest, PlanMode} from '../plan/plan.ts';
import type {Deployment} from '../state/state.ts';

/** What `promote --from` takes from the other environment. */
export type Promotion = {
	readonly from: string;
	/** Service → its active deployment there. */
	readonly deployments: Readonly<Record<string, Deployment>>;
};

/** What `adopt` takes over. */
export type AdoptRequest = {
	/** All containers of this Compose project. */
	readonly compose?: string;
	/** `CONTAINER`, or `CONTAINER=NAME` with the service or resource that it becomes. */
	readonly containers: readonly string[];
	/** Whether containers of a Compose project are adopted as they are, if they match. */
	readonly isInPlace?: boolean;
};

/** What the user asked to be planned. */
export type PlanRequest = {
	readonly mode: PlanMode;
	/** Null means all. */
	readonly services: readonly string[] | null;
	readonly rebuild: boolean;
	readonly replace: readonly string[];
	readonly deleteData: boolean;
	readonly deleteExternal: PlanInput['deleteExternal'];
	readonly isHold: boolean;
	/** Of an apply: when the environment expires. */
	readonly lifetime?: LifetimeRequest;
	/** Only with `destroy`: refused unless the environment has expired at this time, in milliseconds since 1970. */
	readonly expiredAt?: number;
	/** Only with `heal`: what is broken, by address. */
	readonly healing?: PlanInput['healing'];
	/** Only with `renew`: hosts that get a new certificate. */
	readonly renewed?: PlanInput['renewed'];
	/** Of an apply: containers that Compartment did not make, to take over. */
	readonly adopt?: AdoptRequest;
	/** Only with `rotate`: name of the resource. */
	readonly rotated?: string;
	readonly release: PlanInput['release'];
	/** Only with `rollback`: the deployment to return to; by default the last good one of every service. */
	readonly rollbackTo?: string;
	/** Images of another environment's active deployments, instead of builds (`promote --from`). */
	readonly promotion?: Promotion;
	/** More warnings for the plan. */
	readonly warnings?: readonly Hint[];
};

/** A plain apply: the defaults of a request. */
export const plainRequest: PlanRequest = {
	mode: 'apply',
	services: null,
	rebuild: false,
	replace: [],
	deleteData: false,
	deleteExternal: [],
	isHold: false,
	release: 'ask',
};
