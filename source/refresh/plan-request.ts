import type {Hint} from '../hint.ts';
import type {PlanInput} from '../plan/input.ts';
import type {PlanMode} from '../plan/plan.ts';
import type {Deployment} from '../state/state.ts';

/** What `promote --from` brings along from the other environment. */
export type Promotion = {
	readonly from: string;
	/** Service → its serving deployment there. */
	readonly deployments: Readonly<Record<string, Deployment>>;
};

/** What the user asked to be planned. */
export type PlanRequest = {
	readonly mode: PlanMode;
	/** Null means all. */
	readonly services: readonly string[] | null;
	readonly rebuild: boolean;
	readonly replace: readonly string[];
	readonly deleteData: boolean;
	readonly isHold: boolean;
	/** Only with `rotate`: name of the resource. */
	readonly rotated?: string;
	readonly release: PlanInput['release'];
	/** Only with `rollback`: one deployment, else the last good one of every service. */
	readonly rollbackTo?: string;
	/** Images of another environment's serving deployments, instead of builds (`promote --from`). */
	readonly promotion?: Promotion;
	/** What else the plan has to say before it is approved. */
	readonly warnings?: readonly Hint[];
};

/** A request with nothing special asked for. */
export const plainRequest: PlanRequest = {
	mode: 'apply',
	services: null,
	rebuild: false,
	replace: [],
	deleteData: false,
	isHold: false,
	release: 'ask',
};
