import type {Observed, ObservedContainer} from '../engine/engine.ts';
import type {Hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import type {Desired} from '../model/specs.ts';
import type {OutdatedPart} from '../router/router.ts';
import type {Deployment, State} from '../state/state.ts';
import type {PlanMode, PlannedImage} from './plan.ts';
import type {Vitals} from './vitals.ts';

/** What a service's image will be, and why it is made anew: no reason means that the recorded one is used. */
export type ImageFinding = {
	readonly planned: PlannedImage;
	readonly reasons: readonly string[];
	/** Why the service gets this image although nothing has to be made, such as `promoted from staging`. */
	readonly note?: string;
	/** Source files that differ from the recorded image's. */
	readonly files: readonly string[];
	/** TCP ports that the image exposes, in its order; absent while the image is not known. */
	readonly exposedPorts?: readonly number[];
	/** What keeps it from being built, with the command that helps. */
	readonly obstacle?: {readonly reason: string; readonly unblock: Hint};
};

/** A host that another environment of this engine serves already. */
export type TakenHost = {readonly host: string; readonly project: string; readonly environment: string};

/** Everything a plan is made from. The caller has read it; planning itself touches nothing. */
export type PlanInput = {
	readonly mode: PlanMode;
	readonly desired: Desired;
	readonly state: State;
	/** Objects of this environment, whatever their lineage. */
	readonly observed: Observed;
	/** What was read of what runs, for the rule of health. */
	readonly vitals: Vitals;
	readonly images: readonly ImageFinding[];
	/** Image reference of a resource → id it resolves to now; absent when it is not on the engine. */
	readonly resourceImages: Readonly<Record<string, string>>;
	readonly router: 'missing' | 'running' | 'stopped' | 'foreign';
	readonly routerName: string;
	/** What is different about a router that exists; it is replaced for that. */
	readonly routerOutdated: readonly OutdatedPart[];
	/** Where networks are taken from. `used` are the subnets of the engine, read when one has to be made. */
	readonly pool: {
		readonly cidr: string;
		readonly prefix: number;
		readonly routerPrefix: number;
		readonly used: readonly string[];
	};
	/** What else listens where the router should, when the router does not run. */
	readonly routerPortOwner: string | null;
	readonly takenHosts: readonly TakenHost[];
	/** Engine objects without our label that have one of our names: address → name. */
	readonly foreign: Readonly<Record<string, string>>;
	/** Whether other environments use the router, so that a destroy leaves it. */
	readonly isRouterShared: boolean;
	readonly services: readonly string[] | null;
	readonly rebuild: boolean;
	/** Addresses the user wants replaced. */
	readonly replace: readonly string[];
	readonly deleteData: boolean;
	readonly isHold: boolean;
	/** Only with `rotate`: the resource whose passwords are changed. */
	readonly rotated?: string;
	/** `promote` when the images come from another environment: then nothing is released. */
	readonly deploymentType: 'deploy' | 'promote';
	/** What to do about a release command that an interrupted apply may have run. */
	readonly release: 'ask' | 'again' | 'done';
	/** Service → deployment to roll back to. */
	readonly rollback: Readonly<Record<string, string>>;
	/** Image ids of recorded deployments that the engine still has. */
	readonly availableImages: ReadonlySet<string>;
	readonly descriptorHash: string;
	readonly warnings: readonly Hint[];
	readonly now: string;
};

/** The deployment that serves a service now, as recorded. */
export function activeDeployment(state: State, service: string): Deployment | undefined {
	const id = state.active[service];
	return id === undefined ? undefined : state.deployments[id];
}

/** A ready deployment that waits for a promote. */
export const isHeldCandidate = ({isHeld, stage}: Deployment): boolean => isHeld === true && stage === 'candidate';

/** Candidates that wait for a promote, by service. */
export function heldCandidates(state: State): Record<string, Deployment> {
	const held = Object.values(state.deployments).filter(isHeldCandidate);
	return Object.fromEntries(held.map(deployment => [deployment.service, deployment]));
}

/** The container of a deployment, if the engine still has it; that of its release command does not count. */
export const containerOf = (observed: Observed, deployment: string): ObservedContainer | undefined =>
	observed.containers.find(
		({labels: own}) => own[labels.deployment] === deployment && own[labels.address]?.startsWith('service.'),
	);

/** The container of a resource under its own name; one that waits as `-previous` does not count. */
export const resourceContainer = (observed: Observed, name: string): ObservedContainer | undefined =>
	observed.containers.find(container => container.name === name);

export const isSelected = (input: Pick<PlanInput, 'services'>, service: string): boolean =>
	input.services === null || input.services.includes(service);
