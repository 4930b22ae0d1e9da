import type {Labels} from '../engine/engine.ts';
import {isOperationAddress, isRunAddress, routerAddress} from '../model/address.ts';
import {canonicalJson} from '../model/canonical.ts';
import {labels} from '../model/labels.ts';
import type {PlanInput} from './input.ts';
import type {Plan} from './plan.ts';
import {usesRouter} from './router-use.ts';

/** Whether an object belongs to a run or a backup: it is made at any time, and no plan is about it. */
const isOfRun = ({labels: own}: {readonly labels: Labels}): boolean => {
	const address = own[labels.address] ?? '';
	return isRunAddress(address) || isOperationAddress(address);
};

/** Fingerprints of the engine's objects: kind and name → identity and state. */
export function liveFingerprints(input: PlanInput): Record<string, string> {
	const {observed, router, routerOutdated, resourceImages, images} = input;
	const live: Record<string, string> = {};
	if (usesRouter(input))
		live['router'] = [router, ...routerOutdated.map(({name, before, after}) => `${name} ${before} ${after}`)].join(
			', ',
		);
	for (const {host, fingerprint} of input.servedCertificates ?? []) live[`certificate ${host}`] = fingerprint;
	for (const [reference, id] of Object.entries(resourceImages)) live[`image ${reference}`] = id;
	for (const {planned} of images)
		if (planned.imageId === null && planned.origin?.digest)
			live[`image ${planned.reference}`] ??= planned.origin.digest;
	for (const {name, id, state, networks} of observed.containers.filter(each => !isOfRun(each)))
		live[`container ${name}`] = [id, state, ...Object.keys(networks).sort()].join(' ');
	for (const network of observed.networks) live[`network ${network.name}`] = network.id;
	for (const volume of observed.volumes.filter(each => !isOfRun(each)))
		live[`volume ${volume.name}`] = volume.labels[labels.op] ?? 'present';
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

/**
 * The parts of a plan that are not lists of named items, except for its time and lineage, and for its warnings, which change
 * nothing: that nothing makes backups depends on the time, on the last backup and on agents.
 */
const parts: Readonly<Partial<Record<keyof Plan, string>>> = {
	mode: 'the mode',
	project: 'the project',
	environment: 'the environment',
	routes: 'the routes',
	adoption: 'the containers to adopt',
	certificates: 'the certificates to obtain',
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

/** A plan without what it does to the router. */
const withoutRouter = (plan: Plan): Plan => ({
	...plan,
	basis: {...plan.basis, live: {...plan.basis.live, router: ''}},
	actions: plan.actions
		.filter(({address}) => address !== routerAddress)
		.map(each => ({...each, dependsOn: each.dependsOn.filter(address => address !== routerAddress)})),
});

/**
 * Both plans without the router, if the saved one creates it and it runs as it should by now: to lock a state that is on the engine,
 * a command makes it before it plans.
 */
function besideRouter(saved: Plan, fresh: Plan): readonly [Plan, Plan] {
	const isMade = saved.basis.live['router'] === 'missing' && fresh.basis.live['router'] === 'running';
	return isMade ? [withoutRouter(saved), withoutRouter(fresh)] : [saved, fresh];
}

/** A plan with the checksums of the parts of the state that it was made from. */
type Made = {readonly plan: Plan; readonly recorded: Readonly<Record<string, string>>};

function describeState(saved: Made, fresh: Made): string[] {
	const parts = describeMoves(saved.recorded, fresh.recorded, name => name);
	if (parts.length === 0) return [];
	return [`the state changed from serial ${saved.plan.serial} to ${fresh.plan.serial}: ${parts.join(', ')}`];
}

/**
 * What changed between a saved plan and one made now from the same request; empty when the saved plan may run. Besides
 * lineage and state it compares live objects, sources and secrets, which the state does not cover.
 */
export function findStaleness(saved: Made, fresh: Made): string[] {
	const [before, after] = besideRouter(saved.plan, fresh.plan);
	// A new state gets another lineage every time.
	const isFirst = before.serial === 0 && after.serial === 0;
	if (before.lineage !== after.lineage && !isFirst) return ['the plan belongs to another state (its lineage differs)'];
	const [was, is] = [before.basis, after.basis];
	const moved = [
		...describeState(saved, fresh),
		...(was.descriptor === is.descriptor ? [] : ['compartment.yml or compartment.routes.yml changed']),
		...describeMoves(was.contexts, is.contexts, name => `source of service ${name} changed`),
		...describeMoves(was.variables, is.variables, (name, change) => `variable ${name} ${change}`),
		...describeMoves(was.live, is.live, (name, change) => `${name} ${change}`),
	];
	if (moved.length > 0) return moved;
	const causes = [...describeDesired(before, after), ...describeObstacles(before, after)];
	return causes.length > 0 ? causes : describeDifferences(before, after);
}
