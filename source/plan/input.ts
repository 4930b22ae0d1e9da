import type {Observed, ObservedContainer} from '../engine/engine.ts';
import type {Renamed} from '../engine/renamed.ts';
import type {Hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import type {Desired} from '../model/specs.ts';
import type {TakenPort} from '../router/port-owner.ts';
import type {OutdatedPart} from '../router/router.ts';
import type {ServedCertificate} from '../router/served-certificates.ts';
import type {State} from '../state/state.ts';
import type {AdoptedContainer} from './adoption.ts';
import type {Healing, LifetimeRequest, PlanMode, PlannedImage} from './plan.ts';
import type {Vitals} from './vitals.ts';

/** The next image of a service, and why it is built or pulled. Without a reason the recorded image is used. */
export type ImageFinding = {
	readonly planned: PlannedImage;
	readonly reasons: readonly string[];
	/** Why the service gets an image that already exists, such as `promoted from staging`. */
	readonly note?: string;
	/** Source files that differ from those of the recorded image. */
	readonly files: readonly string[];
	/** TCP ports that the image exposes, in its order; absent until the image is known. */
	readonly exposedPorts?: readonly number[];
	/** Why it cannot be built, with the command that unblocks it. */
	readonly obstacle?: {readonly reason: string; readonly unblock: Hint};
};

/** A host that another environment on this engine already serves. */
export type TakenHost = {readonly host: string; readonly project: string; readonly environment: string};

/** Everything that a plan is made from, already read: planning has no side effects. */
export type PlanInput = {
	readonly mode: PlanMode;
	readonly desired: Desired;
	readonly state: State;
	/** Objects of this environment and lineage. */
	readonly observed: Observed;
	/** Containers in `observed` that somebody has renamed. */
	readonly renamed: readonly Renamed[];
	/** Container and probe facts, from which health is derived. */
	readonly vitals: Vitals;
	readonly images: readonly ImageFinding[];
	/** Image reference of a resource → id that it resolves to now; absent when the engine does not have it. */
	readonly resourceImages: Readonly<Record<string, string>>;
	readonly router: 'missing' | 'running' | 'stopped' | 'foreign';
	readonly routerName: string;
	/** Parts of an existing router that are outdated; any of them causes a replacement. */
	readonly routerOutdated: readonly OutdatedPart[];
	/** Where subnets come from. `used` are those of the engine, read only when a network has to be created. */
	readonly pool: {
		readonly cidr: string;
		readonly prefix: number;
		readonly routerPrefix: number;
		readonly used: readonly string[];
	};
	/** The first of the router's ports that something else uses. */
	readonly routerTakenPort: TakenPort | null;
	readonly takenHosts: readonly TakenHost[];
	/** The certificates of this environment and of others in the router; null if it does not run, or the state never had any. */
	readonly servedCertificates: readonly ServedCertificate[] | null;
	/** Host of the ACME server that issues certificates; null if the settings name none. */
	readonly acmeServer: string | null;
	readonly baseDomain: string;
	/** Only with `renew`: the hosts that get a new certificate. */
	readonly renewed?: readonly string[] | undefined;
	/** How long browsers shall insist on https for hosts with a certificate. */
	readonly hstsSeconds: number;
	/** Engine objects that have one of our names but not our label: address → name. */
	readonly foreign: Readonly<Record<string, string>>;
	/** Whether other environments use the router; a destroy then keeps it. */
	readonly isRouterShared: boolean;
	/** Containers to take over; empty unless `adopt` names some. */
	readonly adopted: readonly AdoptedContainer[];
	/** Whether containers of a Compose project are adopted as they are, if they match. */
	readonly isInPlace: boolean;
	/** The containers without our labels that run on external volumes, by the volume's name. */
	readonly volumeUsers: Readonly<Record<string, readonly {readonly id: string; readonly name: string}[]>>;
	/** The networks of containers that were taken over in which nothing of somebody else runs any more. */
	readonly deserted: readonly string[];
	readonly services: readonly string[] | null;
	readonly rebuild: boolean;
	/** Addresses given with `--replace`. */
	readonly replace: readonly string[];
	readonly deleteData: boolean;
	/** Only with `destroy`: external volumes to delete, as `db.data`; `deleteData` alone keeps them. */
	readonly deleteExternal: readonly string[];
	readonly isHold: boolean;
	/** What was asked of the environment's lifetime; undefined leaves it, or extends it. */
	readonly lifetime?: LifetimeRequest | undefined;
	/** Whether the plan replaces the networks, so that every service gets a new deployment on them. */
	readonly isMoving?: boolean;
	/** Only with `heal`: what is broken, by address. */
	readonly healing?: Readonly<Record<string, Healing>>;
	/** Only with `rotate`: the resource whose passwords change. */
	readonly rotated?: string;
	/** `promote` when the images come from another environment; release commands do not run then. */
	readonly deploymentType: 'deploy' | 'promote';
	/** What to do with a release command that an interrupted apply may have run. */
	readonly release: 'ask' | 'again' | 'done';
	/** Service → deployment to roll back to; the active one where an interrupted rollback got that far. */
	readonly rollback: Readonly<Record<string, string>>;
	/** Image ids of recorded deployments that the engine still has. */
	readonly availableImages: ReadonlySet<string>;
	readonly descriptorHash: string;
	readonly warnings: readonly Hint[];
	readonly now: string;
};

/** The container of a deployment, if the engine still has it; the one of its release command does not count. */
export const containerOf = (observed: Observed, deployment: string): ObservedContainer | undefined =>
	observed.containers.find(
		({labels: own}) => own[labels.deployment] === deployment && own[labels.address]?.startsWith('service.'),
	);

/** The container of a resource; one that was renamed to `-previous` does not count. */
export const resourceContainer = (observed: Observed, name: string): ObservedContainer | undefined =>
	observed.containers.find(container => container.name === name);

export const isSelected = (input: Pick<PlanInput, 'services'>, service: string): boolean =>
	input.services === null || input.services.includes(service);
