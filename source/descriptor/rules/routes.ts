import {nearest} from '../../nearest.ts';
import type {Path, Report} from '../problem.ts';
import {isMap, listOf, mapOf, type Raw} from './raw.ts';

const routable = new Set<unknown>(['web', 'api', 'static']);

const kindOf = (service: unknown): unknown => mapOf(service).kind ?? 'web';

const checkService = (name: unknown, services: Raw, path: Path, report: Report): void => {
	if (typeof name !== 'string' || name === '') return;
	if (!Object.hasOwn(services, name)) {
		const possible = Object.keys(services).filter(service => routable.has(kindOf(services[service])));
		report(path, 'The requested service was not found in the compartment descriptor.', {
			suggestion: nearest(name, possible),
		});
		return;
	}
	const kind = kindOf(services[name]);
	if (typeof kind === 'string' && !routable.has(kind))
		report(path, `must be a web, api or static service ("${name}" is kind: ${kind})`);
};

const checkTransforms = (rule: Raw, path: Path, report: Report): void => {
	const set = ['rewrite', 'stripPrefix', 'replacePrefix'].filter(field => rule[field] !== undefined);
	if (set.length > 1)
		report([...path, 'rewrite'], 'Only one of rewrite, stripPrefix, or replacePrefix may be set.', {mark: 'key'});
	if (typeof rule.path !== 'string') return;
	const isPrefix = rule.path.endsWith('/*');
	if (!isPrefix && (rule.stripPrefix !== undefined || rule.replacePrefix !== undefined))
		report([...path, 'path'], 'stripPrefix and replacePrefix require a prefix path ending with /*.');
	// The prefix of `/*` is the root, which is written `/` because a transform cannot be empty.
	const prefix = rule.path.slice(0, -2) || '/';
	if (isPrefix && typeof rule.stripPrefix === 'string' && rule.stripPrefix !== prefix)
		report([...path, 'stripPrefix'], 'stripPrefix must exactly match the route path prefix.');
};

/** Every rule of the routes file that reaches across fields or into compartment.yml. */
export const checkRoutes = (value: unknown, services: Raw | undefined, report: Report): void => {
	for (const [index, entry] of listOf(mapOf(value).routes).entries()) {
		if (!isMap(entry)) continue;
		const rule = mapOf(entry);
		const path = ['routes', index];
		checkTransforms(rule, path, report);
		if (!services) continue;
		checkService(rule.on, services, [...path, 'on'], report);
		checkService(rule.to, services, [...path, 'to'], report);
	}
};
