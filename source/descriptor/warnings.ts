import {nearest} from '../nearest.ts';
import type {Finding} from './problem.ts';
import type {Resource, RouteRule, Service} from './project.ts';

/** Docker Compose expands `${NAME}`; Compartment passes it to the program unchanged. */
const unexpanded = (
	env: Readonly<Record<string, string>>,
	section: 'services' | 'resources',
	name: string,
): Finding[] =>
	Object.entries(env)
		.filter(([, value]) => /\$\{[A-Za-z_]/.test(value))
		.map(([key]) => ({
			path: [section, name, 'env', key],
			message: `is not expanded: compartment.yml does not read your environment. Remove it, then use the command variable set ${key} --${section.slice(0, -1)} ${name} --sensitive`,
		}));

const ofService = (service: Service): Finding[] => {
	const {name, kind, schedule, readiness, run, build, release, volumes = {}} = service;
	const path = ['services', name];
	const findings = unexpanded(service.env, 'services', name);
	if (kind === 'cron' && !schedule)
		findings.push({path, mark: 'key', message: `has no schedule; run it with the command job run ${name}`});
	if (readiness && (kind === 'job' || kind === 'cron'))
		findings.push({
			path: [...path, 'readiness'],
			mark: 'key',
			message: `has no effect on kind: ${kind}, which runs to completion`,
		});
	if (run.restart.maxRetries !== undefined)
		findings.push({
			path: [...path, 'run', 'restart', 'maxRetries'],
			mark: 'key',
			message: 'keeps Docker from restarting the service when the engine restarts; leave it out if that matters',
		});
	if (kind === 'static' && build.packages.runtime.length > 0)
		findings.push({
			path: [...path, 'build', 'packages', 'runtime'],
			mark: 'key',
			message: 'has no effect on kind: static, which publishes only files; list build tools under build',
		});
	const [exclusive] = Object.entries(volumes).filter(([, volume]) => volume.exclusive);
	if (release && exclusive)
		findings.push({
			path: [...path, 'release'],
			mark: 'key',
			message: `does not see the exclusive volume ${exclusive[0]}, which the running deployment has; do in run.command what needs it`,
		});
	return findings;
};

const placeholders = ['resource.name', 'resource.host', 'project.name', 'environment.name'];

const ofResource = ({name, env, outputs, preset}: Resource): Finding[] => [
	...unexpanded(env, 'resources', name),
	...Object.entries(preset ? {} : outputs).flatMap(([output, {value}]) =>
		[...value.matchAll(/\$\{([^}]*)\}/g)]
			.map(([, key = '']) => key)
			.filter(key => !placeholders.includes(key) && !key.startsWith('env.'))
			.map(key => ({
				path: ['resources', name, 'outputs', output, 'value'],
				message: `Unsupported resource output template placeholder "${key}".`,
				suggestion: nearest(key, placeholders),
			})),
	),
];

const coversPath = (earlier: string, later: string): boolean => {
	if (!earlier.endsWith('/*')) return earlier === later;
	const prefix = earlier.slice(0, -2);
	const target = later.endsWith('/*') ? later.slice(0, -2) : later;
	return target === prefix || target.startsWith(`${prefix}/`);
};

const covers = (earlier: RouteRule, later: RouteRule): boolean =>
	earlier.on === later.on &&
	coversPath(earlier.path, later.path) &&
	(earlier.methods === undefined || (later.methods?.every(method => earlier.methods?.includes(method)) ?? false));

/** Warnings about valid but useless route rules. */
export const routeWarnings = (routes: readonly RouteRule[], services: readonly Service[]): Finding[] =>
	routes.flatMap((rule, index) => {
		const findings: Finding[] = [];
		const owner = routes.findIndex((earlier, place) => place < index && covers(earlier, rule));
		if (owner !== -1)
			findings.push({
				path: ['routes', index, 'path'],
				message: `never matches: routes[${owner}] (${routes[owner]!.path}) matches first`,
			});
		const find = (wanted: string) => services.find(({name}) => name === wanted);
		const [source, target] = [find(rule.on), find(rule.to)];
		if (source?.isExposed && source.accessMode === 'public' && target?.accessMode === 'authenticated')
			findings.push({
				path: ['routes', index, 'to'],
				message: `visitors of the public service "${rule.on}" get 401 at ${rule.path}, because "${rule.to}" asks for the access password; set accessMode: public on "${rule.to}" too, or remove it from "${rule.on}"`,
			});
		if (services.some(({name, isExposed}) => name === rule.on && !isExposed))
			findings.push({
				path: ['routes', index, 'on'],
				message: `never matches: "${rule.on}" has no host without accessMode: public`,
			});
		return findings;
	});

/** Warnings about valid but questionable content of compartment.yml. */
export const descriptorWarnings = (services: readonly Service[], resources: readonly Resource[]): Finding[] => [
	...services.flatMap(ofService),
	...resources.flatMap(ofResource),
];
