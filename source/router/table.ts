import type {AccessMode, RouteRule} from '../descriptor/project.ts';
import type {Slot} from '../model/specs.ts';

/** Where a slot of a backend sends requests: a fixed address inside the environment's network. */
export type SlotTarget = {readonly address: string; readonly port: number; readonly deployment: string};

/** The router's periodic check of a service's serving slot, which shows when the service hangs. */
export type HealthCheck =
	/** `timeoutMs` is for one try, five seconds at most. */
	{readonly type: 'http'; readonly path: string; readonly timeoutMs: number} | {readonly type: 'tcp'};

/** One service behind the router. Without an active slot it answers 503. */
export type Backend = {
	readonly service: string;
	readonly accessMode: AccessMode;
	readonly slots: Readonly<Partial<Record<Slot, SlotTarget>>>;
	readonly active: Slot | null;
	/** Absent until something serves. */
	readonly check?: HealthCheck;
};

/** The address of an idle slot without a target. The real one is set before it gets traffic. */
export const nowhere = {address: '127.0.0.1', port: 1};

/** Hashes of the passwords that sign in to an environment; empty before it has one. */
export const accessHashes = ({accessHash, previousAccessHash}: RouteTable): string[] =>
	accessHash === null ? [] : [accessHash, ...(previousAccessHash === undefined ? [] : [previousAccessHash])];

/** CIDRs of the networks whose containers belong to an environment. */
export const subnetsOf = ({subnet, otherSubnet}: RouteTable): string[] =>
	[subnet, otherSubnet].filter(each => each !== undefined);

/**
 * Everything the router serves for one environment. The router's volume has one table per environment, named after its
 * lineage. The configuration is rendered from all tables, so environments never overwrite each other.
 */
export type RouteTable = {
	readonly lineage: string;
	readonly project: string;
	readonly environment: string;
	/** CIDR of the environment's network. A container's address decides which hosts it may reach. */
	readonly subnet?: string | undefined;
	/** Name of that network; absent when it is the environment's first. */
	readonly network?: string | undefined;
	/** CIDR of the other network while the networks are being replaced. */
	readonly otherSubnet?: string | undefined;
	/** SHA-256 (hex) of the Authorization header for the access password; null before there is a password. */
	readonly accessHash: string | null;
	/** The same for the previous password, which still signs in during a rotation. */
	readonly previousAccessHash?: string | undefined;
	/** Host (lower case, without port) → service. */
	readonly hosts: Readonly<Record<string, string>>;
	/** In file order; the first match wins. */
	readonly rules: readonly RouteRule[];
	readonly backends: readonly Backend[];
};
