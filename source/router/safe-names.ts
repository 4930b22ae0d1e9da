import {isIPv4} from 'node:net';
import type {Slot} from '../model/specs.ts';
import type {RouteTable} from './table.ts';

/**
 * The names that may appear in the router's configuration. They were validated when the project was read, and are checked
 * again here, because they are written into a configuration and sent to an admin socket.
 */
const grammars = {
	lineage: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
	service: /^[a-z0-9][a-z0-9_-]{0,62}$/,
	host: /^[a-z0-9](?:[a-z0-9_.-]{0,251}[a-z0-9])?$/,
	subnet: /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/,
	hash: /^[0-9a-f]{64}$/,
	token: /^[A-Za-z0-9_-]{1,128}$/,
	answer: /^[A-Za-z0-9_-]{1,128}\.[A-Za-z0-9_-]{1,128}$/,
} as const;

/** Throws if a name does not match its grammar. */
export function assertSafe(kind: keyof typeof grammars, text: string): void {
	if (!grammars[kind].test(text)) throw new Error(`unsafe ${kind} for the router: ${JSON.stringify(text)}`);
}

export function assertTarget({address, port}: {address: string; port: number}): void {
	if (!isIPv4(address)) throw new Error(`invalid address for the router: ${JSON.stringify(address)}`);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`invalid port for the router: ${port}`);
}

export const slots: readonly Slot[] = ['blue', 'green'];

/** Unique across all environments of the engine, because a lineage contains no dot. */
export function backendName(lineage: string, service: string): string {
	assertSafe('lineage', lineage);
	assertSafe('service', service);
	return `${lineage}.${service}`;
}

const checkPrefix = 'health:';

/** The name of the check-only backend of a service. Unique, because a lineage contains no colon. */
export const checkName = (lineage: string, service: string): string => `${checkPrefix}${backendName(lineage, service)}`;

export const isCheckName = (name: string): boolean => name.startsWith(checkPrefix);

/** Parses a backend's name; undefined for check-only backends and proxies that are not ours. */
export function parseBackendName(name: string): {lineage: string; service: string} | undefined {
	const dot = name.indexOf('.');
	return dot < 0 || isCheckName(name) ? undefined : {lineage: name.slice(0, dot), service: name.slice(dot + 1)};
}

/** Parses the name of a check-only backend. */
export const parseCheckName = (name: string): {lineage: string; service: string} | undefined =>
	isCheckName(name) ? parseBackendName(name.slice(checkPrefix.length)) : undefined;

export const isSlot = (text: string): text is Slot => text === 'blue' || text === 'green';

/** Project and environment for people. Environment names are free text, so unsafe characters are replaced. */
export const titleOf = ({project, environment}: Pick<RouteTable, 'project' | 'environment'>): string =>
	`${project} ${environment}`.replace(/[^A-Za-z0-9 ._-]/g, '-');
