import type {ListedImage, ObservedContainer} from '../engine/engine.ts';
import type {StagedPublish} from '../router/router.ts';
import type {Deployment, NetworkPair, NetworkRecord, RoutesRecord, State} from '../state/state.ts';

/** A container without readiness that has just been started. */
export type Started = {
	readonly address: string;
	readonly kind: 'resource' | 'service';
	readonly name: string;
	readonly containerId: string;
};

/** Creates one of the environment's networks, or adopts an existing one. Both can be made at the same time. */
export type NetworkMaker = (which: 'environment' | 'mesh') => Promise<NetworkRecord>;

/** What the steps of one apply find out, for the steps after them. */
export type ApplyResults = {
	/** What served before the apply: deployments by service, and the routes. */
	readonly before: {
		readonly deployments: Readonly<Record<string, Deployment>>;
		readonly routes: RoutesRecord | null;
	};
	/** Service → deployment that its release command opened. */
	readonly opened: Record<string, Deployment>;
	/** What was started without readiness, and stayed up at first. */
	readonly started: Started[];
	/** Service → candidate that is ready. */
	readonly ready: Record<string, string>;
	/** Service → whether its ready candidate has its restart policy. Never unhandled. */
	readonly policies: Record<string, Promise<void>>;
	/** Service → candidate whose address is known, ready or not. */
	readonly candidates: Record<string, string>;
	/** The switch, uploaded to the router while the candidates get ready. */
	staged?: Promise<StagedPublish | undefined>;
	/** The project's images before any of this apply; undefined if they could not be read. */
	ownImages?: Promise<readonly ListedImage[] | undefined>;
	/** Host → the change of its certificate. Never unhandled. */
	certificates?: Readonly<Record<string, Promise<void>>>;
	/** Service → journaled write that stopped its adopted containers before its candidate started. */
	readonly stoppedFirst: Record<string, string>;
	/** Makes the networks of the environment. */
	makeNetwork?: NetworkMaker;
	/** All containers of an environment that is destroyed. */
	containers?: Promise<readonly ObservedContainer[]>;
	/** The networks that this apply moves the environment to. */
	networks?: NetworkPair;
	/** Fixed addresses in use, with those that candidates of this apply have taken. */
	addresses?: Promise<Set<string>>;
};

/** The results of an apply that begins with this state. */
export function noResults({active, deployments, routes}: State): ApplyResults {
	const serving = Object.entries(active).flatMap(([service, id]) => {
		const deployment = deployments[id];
		return deployment ? [[service, deployment] as const] : [];
	});
	const before = {deployments: Object.fromEntries(serving), routes};
	return {before, opened: {}, started: [], policies: {}, candidates: {}, ready: {}, stoppedFirst: {}};
}
