import type {RouteRule} from '../descriptor/project.ts';
import {type CompiledRule, compileTable, type PathPattern, type Transform} from './compile.ts';
import {isAmbiguousPath} from './paths.ts';
import type {RouteTable} from './table.ts';

/** What the router does with a request. */
export type RouteMatch =
	/** Rejected with 400 before any rule (docs/rules.md, "Ambiguous paths"). */
	| {readonly result: 'ambiguous'}
	/** 404: no service has this host. */
	| {readonly result: 'no-host'}
	| {
			readonly result: 'service';
			/** The service that owns the host. */
			readonly source: string;
			/** The service that gets the request. */
			readonly service: string;
			/** The matching rule; absent if the request goes to the source unchanged. */
			readonly rule?: RouteRule;
			/** Position of that rule in the file, from 0. */
			readonly ruleIndex?: number;
			/** The path that the service receives, with the query string. */
			readonly upstreamPath: string;
			readonly access: 'public' | 'password';
	  };

/**
 * Finds where a request goes (docs/rules.md, "First match"), using the same compiled rules as the router's configuration.
 * @param host as a client sends it: in any case, with or without a port or a trailing dot
 * @param path the raw path as a client sends it, with or without a query string
 */
export function matchRequest(table: RouteTable, method: string, host: string, path: string): RouteMatch {
	const {hosts, rules, backends} = compileTable(table);
	const queryStart = path.indexOf('?');
	const pathname = queryStart < 0 ? path : path.slice(0, queryStart);
	const query = queryStart < 0 ? '' : path.slice(queryStart);
	if (isAmbiguousPath(pathname)) return {result: 'ambiguous'};
	const source = hosts.get(hostOf(host));
	if (source === undefined) return {result: 'no-host'};
	const match = rules.find(rule => rule.rule.on === source && isMatch(rule, method, pathname));
	const isPasswordNeeded = match ? match.isPasswordNeeded : backends.get(source)!.isPasswordNeeded;
	return {
		result: 'service',
		source,
		service: match ? match.rule.to : source,
		...(match ? {rule: match.rule, ruleIndex: match.index} : {}),
		upstreamPath: (match ? transformPath(match.transform, pathname) : pathname) + query,
		access: isPasswordNeeded ? 'password' : 'public',
	};
}

/** Normalises a Host header like `txn.host` in the router. */
const hostOf = (header: string): string => header.replace(/:\d*$/, '').toLowerCase().replace(/\.+$/, '');

const isMatch = ({methods, path}: CompiledRule, method: string, pathname: string): boolean =>
	(!methods || methods.includes(method.toUpperCase())) && isPathMatch(path, pathname);

const isPathMatch = (pattern: PathPattern, pathname: string): boolean =>
	pattern.type === 'exact'
		? pathname === pattern.path
		: pathname === pattern.prefix || pathname.startsWith(`${pattern.prefix}/`);

function transformPath(transform: Transform, pathname: string): string {
	if (transform.type === 'none') return pathname;
	if (transform.type === 'fixed') return transform.path;
	const rest = pathname.slice(transform.prefix.length);
	return rest === '' ? transform.bare : transform.base + rest;
}
