import type {HttpReadiness, RouteRule, Schedule, ServiceKind} from '../descriptor/project.ts';
import type {Hint} from '../hint.ts';
import type {ImageOrigin} from '../model/image-origin.ts';
import type {PortChoice} from '../model/service-port.ts';
import type {Desired, ServiceSpec} from '../model/specs.ts';
import type {DeploymentType, RoutesRecord} from '../state/state.ts';

/**
 * What an action does to its object. `replace` has an order: a service's new container comes first (`+/-`), a
 * resource with data stops first (`-/+`).
 */
export type ActionKind = 'create' | 'update' | 'replace' | 'delete' | 'run' | 'none' | 'blocked';

export type ObjectType =
	| 'network'
	| 'volume'
	| 'resource'
	| 'image'
	| 'release'
	| 'service'
	| 'routes'
	| 'router'
	| 'container';

/** How a value is shown. Sensitive ones never appear; computed ones are not known yet. */
export type ShownValue =
	| {readonly type: 'text'; readonly text: string}
	| {readonly type: 'sensitive'}
	/** `note` says what is known already, such as `will be built from 9f8e7d6`. */
	| {readonly type: 'computed'; readonly note?: string}
	| {readonly type: 'absent'};

/** One attribute of an object: `env.POSTGRES_DB`, `image`, `rules`. */
export type Change = {readonly name: string; readonly before: ShownValue; readonly after: ShownValue};

export type Action = {
	/** Object's address, such as `service.web`. */
	readonly address: string;
	readonly object: ObjectType;
	readonly kind: ActionKind;
	/** Only with `replace`. */
	readonly order?: 'create-first' | 'destroy-first';
	/** Why, at least one for everything but `none`; the first is the main one. */
	readonly reasons: readonly string[];
	readonly changes: readonly Change[];
	/** Attributes that stay as they are: counted, hidden. */
	readonly unchanged: number;
	/** Addresses of actions that must be done before. */
	readonly dependsOn: readonly string[];
	/** Only with `blocked`: the exact command, or edit, that unblocks. */
	readonly unblock?: Hint;
	/** Whether data is deleted: asks for a typed confirmation. */
	readonly deletesData?: boolean;
};

/** Something that differs from what the last apply left, and that Compartment did not do. */
export type Drift = {
	readonly address: string;
	readonly message: string;
	/** It runs as it was left, and does not work: it hangs or crashes. */
	readonly isUnhealthy?: true;
};

/** What a service's next image will be made from, found out while planning. */
export type PlannedImage = {
	readonly service: string;
	/** Content address of the build's inputs; for a prebuilt image the digest it is pinned to. */
	readonly key: string;
	readonly builder: string;
	/** Repository and tag the result gets, or the prebuilt reference. */
	readonly reference: string;
	/** Known when nothing has to be built or pulled. */
	readonly imageId: string | null;
	readonly origin?: ImageOrigin;
};

/**
 * A deployment that the plan makes: what runs, and why it exists. Release commands belong to `deploy` alone; promoted
 * and rolled back deployments reuse an image that was released before.
 */
export type PlannedDeployment = {
	readonly service: string;
	readonly kind: ServiceKind;
	readonly type: DeploymentType;
	readonly spec: ServiceSpec;
	readonly readiness?: HttpReadiness;
	readonly schedule?: Schedule;
	/** Where it will listen, and why; without a number its image decides. */
	readonly port: PortChoice;
	/** Absent when the service has none, or when this deployment must not run it. */
	readonly release?: {readonly command: string};
	/** `id` is null when the image step of this very plan makes it. */
	readonly image: {
		readonly id: string | null;
		readonly reference: string;
		readonly key: string;
		readonly origin?: ImageOrigin;
	};
	/** Hosts for its label. */
	readonly hosts: readonly string[];
	/** The rules with `on` this service. */
	readonly rules: readonly RouteRule[];
};

export type PlanMode =
	| 'apply'
	| 'destroy'
	| 'refresh-only'
	/** Held candidates become active. */
	| 'promote'
	/** Held candidates are removed. */
	| 'discard'
	| 'rollback'
	| 'stop'
	| 'start'
	| 'restart'
	/** A database gets new passwords, and what uses them a new deployment. */
	| 'rotate';

/** A plan is data: it can be shown, saved, and run later if nothing moved. */
export type Plan = {
	readonly format: 1;
	readonly mode: PlanMode;
	readonly project: string;
	readonly environment: string;
	readonly lineage: string;
	readonly serial: number;
	readonly createdAt: string;
	readonly actions: readonly Action[];
	readonly drift: readonly Drift[];
	readonly warnings: readonly Hint[];
	readonly desired: Desired;
	readonly images: readonly PlannedImage[];
	readonly deployments: readonly PlannedDeployment[];
	/** What the router serves afterwards; null where nothing is routed. */
	readonly routes: RoutesRecord | null;
	/** Leave ready candidates beside the serving deployments, for `promote`. */
	readonly isHold: boolean;
	/** Services that are deployed; null means all. */
	readonly services: readonly string[] | null;
	/** What the plan was made from; apply recomputes it and refuses when something moved. */
	readonly basis: {
		readonly descriptor: string;
		/** Address → fingerprint of what the engine had. */
		readonly live: Readonly<Record<string, string>>;
		/** Service → build key. */
		readonly contexts: Readonly<Record<string, string>>;
		/** Variable address → revision. */
		readonly variables: Readonly<Record<string, string>>;
	};
};

export type PlanCounts = {
	readonly create: number;
	readonly update: number;
	readonly replace: number;
	readonly delete: number;
	readonly run: number;
	readonly blocked: number;
	readonly unchanged: number;
};

/** Counts of a plan's actions by kind. */
export function countActions(actions: readonly Action[]): PlanCounts {
	const count = (kind: ActionKind) => actions.filter(action => action.kind === kind).length;
	return {
		create: count('create'),
		update: count('update'),
		replace: count('replace'),
		delete: count('delete'),
		run: count('run'),
		blocked: count('blocked'),
		unchanged: count('none'),
	};
}

/** Whether an apply of this plan would do anything. */
export const hasChanges = (plan: Plan): boolean => plan.actions.some(action => action.kind !== 'none');

/** The sign of an action (docs/rules.md, "Signs"). */
export function signOf(action: Pick<Action, 'kind' | 'order'>): string {
	switch (action.kind) {
		case 'create':
			return '+';
		case 'update':
			return '~';
		case 'replace':
			return action.order === 'destroy-first' ? '-/+' : '+/-';
		case 'delete':
			return '-';
		case 'run':
			return '>';
		case 'blocked':
			return '!';
		case 'none':
			return '=';
	}
}
