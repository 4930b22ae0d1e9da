import type {HttpReadiness, RouteRule, Schedule, ServiceKind} from '../descriptor/project.ts';
import type {Hint} from '../hint.ts';
import type {ImageOrigin} from '../model/image-origin.ts';
import type {PortChoice} from '../model/service-port.ts';
import type {Desired, ServiceSpec} from '../model/specs.ts';
import type {DeploymentType, RoutesRecord} from '../state/state.ts';
import type {Adoption} from './adoption.ts';
import type {ObtainableCertificate} from './obtainable.ts';

/**
 * What an action does to its object. `replace` has an order: a service's new container comes first (`+/-`), a
 * resource with data stops first (`-/+`). `adopt` takes over what Compartment did not make, also in an order, or in place.
 */
export type ActionKind = 'create' | 'update' | 'replace' | 'adopt' | 'delete' | 'run' | 'none' | 'blocked';

export type ObjectType =
	| 'network'
	| 'volume'
	| 'resource'
	| 'image'
	| 'release'
	| 'service'
	| 'routes'
	| 'router'
	| 'container'
	| 'lifetime'
	| 'certificate';

/** A value as a plan shows it. Sensitive values never appear; computed ones are not known yet. */
export type ShownValue =
	| {readonly type: 'text'; readonly text: string}
	| {readonly type: 'sensitive'}
	/** `note` is what is already known, such as `will be built from 9f8e7d6`. */
	| {readonly type: 'computed'; readonly note?: string}
	| {readonly type: 'absent'};

/** One attribute of an object: `env.POSTGRES_DB`, `image`, `rules`. */
export type Change = {readonly name: string; readonly before: ShownValue; readonly after: ShownValue};

export type Action = {
	/** Address of the object, such as `service.web`. */
	readonly address: string;
	readonly object: ObjectType;
	readonly kind: ActionKind;
	/** Only with `replace`, and with `adopt` where it makes a container. */
	readonly order?: 'create-first' | 'destroy-first';
	/** Why: at least one unless the kind is `none`. The first is the main one. */
	readonly reasons: readonly string[];
	readonly changes: readonly Change[];
	/** Number of attributes that stay the same; they are not listed. */
	readonly unchanged: number;
	/** Addresses of actions that must be done first. */
	readonly dependsOn: readonly string[];
	/** Only with `blocked`: the exact command, or edit, that unblocks. */
	readonly unblock?: Hint;
	/** Whether data is deleted: asks for a typed confirmation. */
	readonly deletesData?: boolean;
};

/** A difference from what the last apply left that Compartment did not make. */
export type Drift = {
	readonly address: string;
	readonly message: string;
	/** It runs as the last apply left it but does not work: it is hung or crashing. */
	readonly isUnhealthy?: true;
};

/** The next image of a service, as far as planning can know it. */
export type PlannedImage = {
	readonly service: string;
	/** Hash of the build's inputs; for a prebuilt image, the digest it is pinned to. */
	readonly key: string;
	readonly builder: string;
	/** Repository and tag of the result, or the prebuilt reference. */
	readonly reference: string;
	/** Null when the image has to be built or pulled first. */
	readonly imageId: string | null;
	readonly origin?: ImageOrigin;
};

/**
 * A deployment that the plan creates. Only `deploy` runs release commands: promoted and rolled back deployments reuse
 * an image that has been released before.
 */
export type PlannedDeployment = {
	readonly service: string;
	readonly kind: ServiceKind;
	readonly type: DeploymentType;
	readonly spec: ServiceSpec;
	readonly readiness?: HttpReadiness;
	readonly schedule?: Schedule;
	/** Port that it will listen on, and why; without a number the image decides. */
	readonly port: PortChoice;
	/** Absent when the service has none or this deployment must not run it. */
	readonly release?: {readonly command: string};
	/** `id` is null when this plan builds or pulls the image. */
	readonly image: {
		readonly id: string | null;
		readonly reference: string;
		readonly key: string;
		readonly origin?: ImageOrigin;
	};
	/** Hosts for the container's label. */
	readonly hosts: readonly string[];
	/** The rules with `on` this service. */
	readonly rules: readonly RouteRule[];
	/** See `Deployment.unfinishedRollback`. */
	readonly unfinishedRollback?: string;
};

/** What the user asked of an environment's lifetime. */
export type LifetimeRequest = {
	/** Null: it never expires. */
	readonly lifetimeMs: number | null;
	/** Whether its data is deleted too. */
	readonly deletesData: boolean;
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
	/** A database gets new passwords, and the services that use them new deployments. */
	| 'rotate'
	/** Certificates are obtained again. */
	| 'renew'
	/** The agent puts right what has broken, as the last apply left it. */
	| 'heal';

/** A plan is data: it can be shown, saved, and applied later if nothing has changed since. */
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
	/** What the router serves afterwards; null when nothing is routed. */
	readonly routes: RoutesRecord | null;
	/** The containers that it takes over; absent if none. */
	readonly adoption?: Adoption;
	/** The certificates that it obtains; absent if none. */
	readonly certificates?: readonly ObtainableCertificate[];
	/** What the lifetime of the environment becomes; `lifetimeMs` counts from the apply. Null when it stays as it is. */
	readonly lifetime: LifetimeRequest | null;
	/** Leaves ready candidates beside the active deployments, for `promote`. */
	readonly isHold: boolean;
	/** Selected services; null means all. */
	readonly services: readonly string[] | null;
	/** Inputs of the plan. An apply computes them again and refuses a stale plan. */
	readonly basis: {
		readonly descriptor: string;
		/** Address → fingerprint of the object on the engine. */
		readonly live: Readonly<Record<string, string>>;
		/** Service → build key. */
		readonly contexts: Readonly<Record<string, string>>;
		/** Variable address → revision. */
		readonly variables: Readonly<Record<string, string>>;
	};
};

/** How one object is put right: its container is started, created again, or replaced by a new one beside it. */
export type Healing = {readonly remedy: 'start' | 'create' | 'replace'; readonly reason: string};

export type PlanCounts = {
	readonly create: number;
	readonly update: number;
	readonly replace: number;
	readonly adopt: number;
	readonly delete: number;
	readonly run: number;
	readonly blocked: number;
	readonly unchanged: number;
};

/** Counts actions by kind. */
export function countActions(actions: readonly Action[]): PlanCounts {
	const count = (kind: ActionKind) => actions.filter(action => action.kind === kind).length;
	return {
		create: count('create'),
		update: count('update'),
		replace: count('replace'),
		adopt: count('adopt'),
		delete: count('delete'),
		run: count('run'),
		blocked: count('blocked'),
		unchanged: count('none'),
	};
}

/** The actions that change something, which an apply carries out. */
export const busyActions = ({actions}: Pick<Plan, 'actions'>): Action[] => actions.filter(({kind}) => kind !== 'none');

/** Whether an apply of this plan would do anything. */
export const hasChanges = (plan: Plan): boolean => busyActions(plan).length > 0;

/** The sign of an action (docs/rules.md, "Signs"). */
export function signOf(action: Pick<Action, 'kind' | 'order'>): string {
	switch (action.kind) {
		case 'create':
			return '+';
		case 'update':
			return '~';
		case 'replace':
			return action.order === 'destroy-first' ? '-/+' : '+/-';
		case 'adopt':
			return '@';
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
