import type {AccessMode, RouteRule} from '../descriptor/project.ts';
import type {Slot} from '../model/specs.ts';

/** Where a slot of a backend sends requests: a fixed address inside the environment's network. */
export type SlotTarget = {readonly address: string; readonly port: number; readonly deployment: string};

/** What the router asks the serving slot of a service again and again, so that it is known when it hangs. */
export type HealthCheck =
	/** `timeoutMs`: for one try, five seconds at most. */
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

/** Of an idle slot without a target: its address is set before it gets any traffic. */
export const nowhere = {address: '127.0.0.1', port: 1};

/** What signs in to an environment; nothing before it has a password. */
export const accessHashes = ({accessHash, previousAccessHash}: RouteTable): string[] =>
	accessHash === null ? [] : [accessHash, ...(previousAccessHash === undefined ? [] : [previousAccessHash])];

/**
 * Everything the router serves for one environment. The router's volume keeps one table per environment, named by its
 * lineage; the configuration is rendered from all of them, so two environments never overwrite each other.
 */
export type RouteTable = {
	readonly lineage: string;
	readonly project: string;
	readonly environment: string;
	/** Network of the environment's containers, CIDR: what they may ask for is told by their address. */
	readonly subnet?: string | undefined;
	/** SHA-256 (hex) of the Authorization header that the access password makes; null when nobody can sign in yet. */
	readonly accessHash: string | null;
	/** The same of a previous password that still signs in while it is being replaced. */
	readonly previousAccessHash?: string | undefined;
	/** Host (lower case, without port) → service. */
	readonly hosts: Readonly<Record<string, string>>;
	/** In file order; the first match wins. */
	readonly rules: readonly RouteRule[];
	readonly backends: readonly Backend[];
};
