import {canonicalJson} from '../model/canonical.ts';
import {labels} from '../model/labels.ts';
import type {PlanInput} from './input.ts';
import type {Plan} from './plan.ts';
import {usesRouter} from './router-use.ts';

/** Fingerprints of the engine's objects: kind and name → identity and state. */
export function liveFingerprints(input: PlanInput): Record<string, string> {
	const {observed, router, routerOutdated, resourceImages} = input;
	const live: Record<string, string> = {};
	if (usesRouter(input))
		live['router'] = [router, ...routerOutdated.map(({name, before, after}) => `${name} ${before} ${after}`)].join(
			', ',
		);
	for (const [reference, id] of Object.entries(resourceImages)) live[`image ${reference}`] = id;
	for (const {name, id, state, networks} of observed.containers)
		live[`container ${name}`] = [id, state, ...Object.keys(networks).sort()].join(' ');
	for (const network of observed.networks) live[`network ${network.name}`] = network.id;
	for (const volume of observed.volumes) live[`volume ${volume.name}`] = volume.labels[labels.op] ?? 'present';
	return live;
}

const describeMoves = (
	before: Readonly<Record<string, string>>,
	after: Readonly<Record<string, string>>,
	describe: (name: string, change: 'appeared' | 'is gone' | 'changed') => string,
): string[] =>
	[...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap(name => {
		if (before[name] === after[name]) return [];
		return describe(name, before[name] === undefined ? 'appeared' : after[name] === undefined ? 'is gone' : 'changed');
	});

function describeDesired(saved: Plan, fresh: Plan): string[] {
	const isSame = canonicalJson(saved.desired) === canonicalJson(fresh.desired);
	return isSame ? [] : ['the settings changed the desired configuration'];
}

/** Actions that have become blocked since the plan was made, for example by a host that was taken meanwhile. */
function describeObstacles(saved: Plan, fresh: Plan): string[] {
	const known = new Set(saved.actions.filter(({kind}) => kind === 'blocked').map(({address}) => address));
	return fresh.actions
		.filter(({address, kind}) => kind === 'blocked' && !known.has(address))
		.map(({address, reasons}) => `${address} is blocked: ${reasons[0]}`);
}

const isSame = (a: unknown, b: unknown): boolean =>
	canonicalJson(JSON.parse(JSON.stringify({a}))) === canonicalJson(JSON.parse(JSON.stringify({a: b})));

/** Names of the items that differ between both lists. */
function differing<Item>(saved: readonly Item[], fresh: readonly Item[], nameOf: (item: Item) => string): string[] {
	const names = new Set([...saved, ...fresh].map(nameOf));
	const named = (items: readonly Item[], name: string) => items.filter(item => nameOf(item) === name);
	return [...names].filter(name => !isSame(named(saved, name), named(fresh, name)));
}

/** The parts of a plan that are not lists of named items, except for its time and lineage. */
const parts: Readonly<Partial<Record<keyof Plan, string>>> = {
	mode: 'the mode',
	project: 'the project',
	environment: 'the environment',
	warnings: 'the warnings',
	routes: 'the routes',
	lifetime: '--expires',
	isHold: '--hold',
	services: 'the selected services',
	basis: 'the inputs of the plan',
};

/** Every difference between two plans. Equal inputs are not enough: exactly the saved plan has to run. */
function describeDifferences(saved: Plan, fresh: Plan): string[] {
	return [
		...differing(saved.actions, fresh.actions, ({address}) => address).map(name => `the action for ${name} changed`),
		...differing(saved.deployments, fresh.deployments, ({service}) => service).map(
			name => `the deployment of service ${name} changed`,
		),
		...differing(saved.images, fresh.images, ({service}) => service).map(
			name => `the image of service ${name} changed`,
		),
		...differing(saved.drift, fresh.drift, ({address}) => address).map(name => `the drift of ${name} changed`),
		...Object.entries(parts)
			.filter(([key]) => !isSame(saved[key as keyof Plan], fresh[key as keyof Plan]))
			.map(([, what]) => `${what} changed`),
	];
}

/**
 * What changed between a saved plan and one made now from the same request; empty when the saved plan may run. Besides
 * lineage and serial it compares live objects, sources and secrets, which the serial does not cover.
 */
export function findStaleness(saved: Plan, fresh: Plan): string[] {
	// A new state gets another lineage every time.
	const isFirst = saved.serial === 0 && fresh.serial === 0;
	if (saved.lineage !== fresh.lineage && !isFirst) return ['the plan belongs to another state (its lineage differs)'];
	const moved = [
		...(saved.serial === fresh.serial ? [] : [`the state changed from serial ${saved.serial} to ${fresh.serial}`]),
		...(saved.basis.descriptor === fresh.basis.descriptor ? [] : ['compartment.yml or compartment.routes.yml changed']),
		...describeMoves(saved.basis.contexts, fresh.basis.contexts, name => `source of service ${name} changed`),
		...describeMoves(saved.basis.variables, fresh.basis.variables, (name, change) => `variable ${name} ${change}`),
		...describeMoves(saved.basis.live, fresh.basis.live, (name, change) => `${name} ${change}`),
	];
	if (moved.length > 0) return moved;
	const causes = [...describeDesired(saved, fresh), ...describeObstacles(saved, fresh)];
	return causes.length > 0 ? causes : describeDifferences(saved, fresh);
}
