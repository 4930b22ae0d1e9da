import type {RouteRule} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {isWritablePath} from './paths.ts';
import {assertSafe, assertTarget, backendName} from './safe-names.ts';
import {accessHashes, type Backend, type RouteTable, subnetsOf} from './table.ts';

/** A prefix is without its `/*`; the empty prefix matches every path. */
export type PathPattern =
	| {readonly type: 'exact'; readonly path: string}
	| {readonly type: 'prefix'; readonly prefix: string};

/**
 * How the path is rewritten. `prefix`: the bare prefix becomes `bare`; any other path becomes `base` plus what follows
 * the prefix.
 */
export type Transform =
	| {readonly type: 'none'}
	| {readonly type: 'fixed'; readonly path: string}
	| {readonly type: 'prefix'; readonly prefix: string; readonly bare: string; readonly base: string};

/** A compiled rule. The router's configuration and `route test` both use it, so they cannot disagree. */
export type CompiledRule = {
	/** Position in the table, from 0. */
	readonly index: number;
	readonly rule: RouteRule;
	/** Backend names. */
	readonly source: string;
	readonly target: string;
	readonly methods: readonly string[] | undefined;
	readonly path: PathPattern;
	readonly transform: Transform;
	/** Sent to the service as X-Forwarded-Prefix. */
	readonly strippedPrefix: string | undefined;
	/** Whether the source or the target needs the access password (docs/rules.md, "Access of a route"). */
	readonly isPasswordNeeded: boolean;
};

export type CompiledBackend = {readonly name: string; readonly backend: Backend; readonly isPasswordNeeded: boolean};

export type CompiledTable = {
	readonly table: RouteTable;
	readonly backends: ReadonlyMap<string, CompiledBackend>;
	/** Host → service. */
	readonly hosts: ReadonlyMap<string, string>;
	readonly rules: readonly CompiledRule[];
};

/** Compiles a table. Throws if it holds anything that must not get into a configuration. */
export function compileTable(table: RouteTable): CompiledTable {
	assertSafe('lineage', table.lineage);
	for (const subnet of subnetsOf(table)) assertSafe('subnet', subnet);
	for (const hash of accessHashes(table)) assertSafe('hash', hash);
	const backends = new Map(table.backends.map(backend => [backend.service, compileBackend(table, backend)]));
	const known = (service: string): CompiledBackend => {
		const backend = backends.get(service);
		if (!backend) throw new Error(`the router has no backend for service ${JSON.stringify(service)}`);
		return backend;
	};
	const hosts = new Map(Object.entries(table.hosts));
	for (const [host, service] of hosts) {
		assertSafe('host', host);
		known(service);
	}
	const rules = table.rules.map((rule, index) => compileRule(rule, index, known(rule.on), known(rule.to)));
	return {table, backends, hosts, rules};
}

function compileBackend(table: RouteTable, backend: Backend): CompiledBackend {
	for (const target of Object.values(backend.slots)) assertTarget(target);
	if (backend.active !== null && !backend.slots[backend.active])
		throw new Error(`slot ${backend.active} of service ${backend.service} is active but has no target`);
	return {
		name: backendName(table.lineage, backend.service),
		backend,
		isPasswordNeeded: backend.accessMode !== 'public',
	};
}

function compileRule(rule: RouteRule, index: number, from: CompiledBackend, to: CompiledBackend): CompiledRule {
	const {path, methods, stripPrefix, replacePrefix, rewrite} = rule;
	for (const text of [path, stripPrefix, replacePrefix, rewrite]) {
		if (text === undefined || isWritablePath(text)) continue;
		throw new UserError(`compartment.routes.yml: invalid path ${JSON.stringify(text)} (rule ${rule.on} → ${rule.to})`, {
			hint: 'Write the path as browsers send it: percent-encoded, without a query string.',
		});
	}
	for (const method of methods ?? [])
		if (!/^[A-Z]+$/.test(method)) throw new Error(`invalid method for the router: ${JSON.stringify(method)}`);
	return {
		index,
		rule,
		source: from.name,
		target: to.name,
		methods,
		path: path.endsWith('/*') ? {type: 'prefix', prefix: path.slice(0, -2)} : {type: 'exact', path},
		transform: compileTransform(rule),
		strippedPrefix: stripPrefix,
		isPasswordNeeded: from.isPasswordNeeded || to.isPasswordNeeded,
	};
}

/** How a rule rewrites a path (docs/rules.md, "Rewritten paths"). A replacement with a trailing slash gives no `//`. */
function compileTransform({path, stripPrefix, replacePrefix, rewrite}: RouteRule): Transform {
	if (rewrite !== undefined) return {type: 'fixed', path: rewrite};
	const replacement = stripPrefix === undefined ? replacePrefix : '/';
	if (replacement === undefined) return {type: 'none'};
	return {type: 'prefix', prefix: path.slice(0, -2), bare: replacement, base: replacement.replace(/\/+$/, '')};
}
