import type {RouteRule} from '../descriptor/project.ts';
import {command, hint} from '../hint.ts';
import {routerAddress, routesAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {servesAnything} from '../state/routes.ts';
import type {RoutesRecord} from '../state/state.ts';
import {action, blocked, unchangedAction} from './actions.ts';
import type {Attributes} from './attribute.ts';
import {compareAttributes} from './attributes.ts';
import {isSelected, type PlanInput} from './input.ts';
import type {Action, Change} from './plan.ts';

type Scope = Pick<PlanInput, 'desired' | 'state' | 'services'>;

/**
 * What the router should serve after the apply. A deploy of chosen services refreshes only their hosts and the rules
 * `on` them (docs/rules.md, "Chosen services"); the others stay as they were published.
 */
export function desiredRoutes({desired, state, services}: Scope): RoutesRecord {
	const previous = state.routes;
	const isIncluded = (service: string) => isSelected({services}, service);
	const hosts: Record<string, string> = {};
	const access: Record<string, 'authenticated' | 'public'> = {};
	for (const [host, service] of Object.entries(previous?.hosts ?? {})) if (!isIncluded(service)) hosts[host] = service;
	for (const [service, mode] of Object.entries(previous?.access ?? {}))
		if (!isIncluded(service)) access[service] = mode;
	for (const service of desired.services) {
		if (!isRouted(service.kind) || !isIncluded(service.name)) continue;
		for (const host of service.hosts) hosts[host] = service.name;
		access[service.name] = service.accessMode;
	}
	const kept = (previous?.rules ?? []).filter(rule => !isIncluded(rule.on));
	return {hosts, access, rules: [...kept, ...desired.routes.filter(rule => isIncluded(rule.on))]};
}

/** A rule as one line: `GET /api/* → backoffice (strip /api)`. */
export function describeRule(rule: RouteRule): string {
	const methods = rule.methods ? `${rule.methods.join(',')} ` : '';
	const transform = rule.stripPrefix
		? ` (strip ${rule.stripPrefix})`
		: rule.replacePrefix
			? ` (replace by ${rule.replacePrefix})`
			: rule.rewrite
				? ` (rewrite to ${rule.rewrite})`
				: '';
	return `${methods}${rule.path} → ${rule.to}${transform}`;
}

function routesAttributes(routes: RoutesRecord | null): Attributes {
	if (!routes) return {};
	const entries: [string, string][] = [
		...Object.entries(routes.hosts).map(([host, service]): [string, string] => [`host.${host}`, service]),
		...Object.entries(routes.access).map(([service, mode]): [string, string] => [`access.${service}`, mode]),
	];
	for (const service of new Set(routes.rules.map(rule => rule.on))) {
		const rules = routes.rules.filter(rule => rule.on === service);
		entries.push([`rules.${service}`, rules.map(describeRule).join('\n')]);
	}
	return Object.fromEntries(entries.map(([name, text]) => [name, {shown: {type: 'text', text}, identity: text}]));
}

function hostConflict(input: PlanInput, routes: RoutesRecord): Action | undefined {
	const byHost = new Map<string, string>();
	for (const service of input.desired.services) {
		for (const host of service.hosts) {
			const other = byHost.get(host);
			if (other)
				return blocked(
					routesAddress,
					'routes',
					`services ${other} and ${service.name} have the same host ${host}`,
					`rename one of them or change its domain in compartment.yml`,
				);
			byHost.set(host, service.name);
		}
	}
	const taken = input.takenHosts.find(({host}) => Object.hasOwn(routes.hosts, host));
	if (!taken) return undefined;
	return blocked(
		routesAddress,
		'routes',
		`host ${taken.host} is served by project ${taken.project}, environment ${taken.environment}`,
		taken.project === input.desired.project
			? hint`rename the project or the service, or destroy that environment: ${command('destroy', '--env', taken.environment)}`
			: `rename the project or the service, or destroy environment ${taken.environment} in the folder of project ${taken.project}`,
	);
}

/** From this number on, hosts that come or go together are counted instead of listed. */
const countedFrom = 4;

const routeNouns: Readonly<Record<string, (name: string) => string>> = {
	host: name => `host ${name}`,
	rules: name => `rules on ${name}`,
	access: name => `access ${name}`,
};

/** Why the routes change: `host shop.example.com added`, `13 hosts added`, `rules on web changed`. Hosts come first. */
function routeReasons(changes: readonly Change[]): string[] {
	const parts = changes.map(({name, before, after}) => {
		const [what = '', ...which] = name.split('.');
		const verb = before.type === 'absent' ? 'added' : after.type === 'absent' ? 'removed' : 'changed';
		return {what, verb, noun: (routeNouns[what] ?? (text => `${what} ${text}`))(which.join('.'))};
	});
	const hosts = parts.filter(({what}) => what === 'host');
	// The access of a new host is no separate change.
	const others = parts.filter(
		({what, verb}) => what !== 'host' && (hosts.length === 0 || what !== 'access' || verb === 'changed'),
	);
	const byVerb = [...Map.groupBy(hosts, ({verb}) => verb)];
	const hostReasons = byVerb.flatMap(([verb, group]) =>
		group.length >= countedFrom ? [`${group.length} hosts ${verb}`] : group.map(({noun}) => `${noun} ${verb}`),
	);
	return [...new Set([...hostReasons, ...others.map(({noun, verb}) => `${noun} ${verb}`)])];
}

/** The changes of hosts, rules and access that make the router serve `routes`. */
export function routesAction(input: PlanInput, routes: RoutesRecord, others: readonly Action[]): Action {
	const {changes, unchanged} = compareAttributes(routesAttributes(input.state.routes), routesAttributes(routes));
	const services = others
		// A deleted service goes after its routes.
		.filter(({object, kind}) => object === 'service' && kind !== 'none' && kind !== 'delete')
		.map(({address}) => address);
	const dependsOn = [routerAddress, ...services];
	const base = {address: routesAddress, object: 'routes', changes, unchanged, dependsOn} as const;
	if (!input.state.routes) return action({...base, kind: 'create', reasons: ['first deployment']});
	if (input.router === 'missing' && servesAnything(routes))
		return action({...base, kind: 'update', reasons: ['the router is recreated']});
	if (changes.length === 0) return unchangedAction(routesAddress, 'routes', unchanged);
	return action({...base, kind: 'update', reasons: routeReasons(changes)});
}

/** The routes of an apply, as one object. */
export function planRoutes(input: PlanInput, others: readonly Action[]): Action {
	const routes = desiredRoutes(input);
	if (!servesAnything(routes) && !servesAnything(input.state.routes)) return unchangedAction(routesAddress, 'routes');
	return hostConflict(input, routes) ?? routesAction(input, routes, others);
}
