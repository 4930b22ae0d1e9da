import type {Observed, ReadonlyEngine} from '../engine/engine.ts';
import type {Hint} from '../hint.ts';
import {networkAddress} from '../model/address.ts';
import {hostsIn, labels} from '../model/labels.ts';
import {routerNetworkName} from '../model/names.ts';
import {genuine} from '../model/own.ts';
import type {Desired} from '../model/specs.ts';
import {networksOf} from '../plan/containers.ts';
import type {TakenHost} from '../plan/input.ts';
import {mayNeedNetworks} from '../plan/networks.ts';
import {findTakenPort, type TakenPort} from '../router/port-owner.ts';
import {type ObservedRouter, type OutdatedPart, outdatedParts, type RouterOptions} from '../router/router.ts';
import type {State} from '../state/state.ts';
import {lookUp} from './look-up.ts';
import {strangersOf} from './lost-state.ts';
import type {PlanRequest} from './plan-request.ts';

type Split = {
	/** Objects with this environment's labels but another lineage. */
	readonly strangers: Observed;
	readonly others: Observed;
};

/**
 * Splits one read of all our objects. Those of other environments show which hosts are taken. Containers that inherited
 * their labels from an image do not count: they take no host and block no environment.
 */
export function splitObserved(everything: Observed, state: State): Split {
	const observed = genuine(everything);
	type Item = {readonly labels: Readonly<Record<string, string>>};
	const isHere = ({labels: found}: Item) =>
		found[labels.project] === state.project && found[labels.environment] === state.environment;
	const pick = (isWanted: (item: Item) => boolean): Observed => ({
		containers: observed.containers.filter(isWanted),
		networks: observed.networks.filter(isWanted),
		volumes: observed.volumes.filter(isWanted),
	});
	return {
		strangers: strangersOf(observed, state),
		others: pick(item => !isHere(item)),
	};
}

export function takenHosts(others: Observed): TakenHost[] {
	return others.containers
		.filter(({state}) => state === 'running')
		.flatMap(({labels: found}) =>
			hostsIn(found).map(host => ({
				host,
				project: found[labels.project] ?? '?',
				environment: found[labels.environment] ?? '?',
			})),
		);
}

/** Objects with one of our names but not our label: they block the plan, because they are never touched. */
export async function findForeign(
	engine: ReadonlyEngine,
	own: Observed,
	desired: Desired,
	state: State,
): Promise<Record<string, string>> {
	const wanted: {kind: 'container' | 'network' | 'volume'; address: string; name: string}[] = [
		...networksOf({state}).map(name => ({kind: 'network' as const, address: networkAddress, name})),
		...desired.volumes
			.filter(({isExternal}) => !isExternal)
			.map(({address, name}) => ({kind: 'volume' as const, address, name})),
		...desired.resources.map(({address, containerName}) => ({
			kind: 'container' as const,
			address,
			name: containerName,
		})),
	];
	const ours = new Set([...own.containers, ...own.networks, ...own.volumes].map(({name}) => name));
	const unknown = wanted.filter(({name}) => !ours.has(name));
	const found = await Promise.all(unknown.map(({kind, name}) => engine.findByName(kind, name)));
	return Object.fromEntries(unknown.flatMap(({address, name}, index) => (found[index] ? [[address, name]] : [])));
}

/** The engine without remembered reads: whether the port is in use is read again each time. */
type World = {readonly engine: ReadonlyEngine; readonly router: RouterOptions};

type RouterFindings = {readonly outdated: readonly OutdatedPart[]; readonly takenPort: TakenPort | null};

export async function examineRouter(
	world: World,
	engine: ReadonlyEngine,
	view: ObservedRouter,
): Promise<RouterFindings> {
	const outdated = view.state === 'foreign' ? [] : await outdatedParts(engine, world.router, view);
	const takesPort = view.state !== 'running' || outdated.some(({name}) => name === 'listen');
	const taken = takesPort ? await findTakenPort(world.engine, world.router) : undefined;
	return {outdated, takenPort: taken ?? null};
}

/**
 * Subnets of the engine; not read when every network exists and is large enough.
 * @param routerView undefined when the router is not used
 */
export async function readUsedSubnets(
	{state, router}: {readonly state: State; readonly router: RouterOptions},
	engine: ReadonlyEngine,
	observed: Observed,
	routerView: ObservedRouter | undefined,
	request: Pick<PlanRequest, 'mode' | 'isHold' | 'replace'> & {readonly desired: Desired},
): Promise<readonly string[]> {
	const hasOwn = !mayNeedNetworks({state, observed, ...request});
	const hasRouters = !routerView || routerView.networks?.includes(routerNetworkName(router.name)) === true;
	return hasOwn && hasRouters ? [] : engine.listSubnets();
}

/** The images of resources that the engine has, and what their registries refuse to say of the others. */
export async function findResourceImages(
	engine: ReadonlyEngine,
	desired: Desired,
): Promise<{readonly ids: Readonly<Record<string, string>>; readonly warnings: readonly Hint[]}> {
	const references = [...new Set(desired.resources.map(({spec}) => spec.image))];
	const found = await Promise.all(
		references.map(async reference => {
			const image = await engine.findImage(reference);
			return {reference, image, warning: image ? undefined : (await lookUp(engine, reference)).warning};
		}),
	);
	return {
		ids: Object.fromEntries(found.flatMap(({reference, image}) => (image ? [[reference, image.id]] : []))),
		warnings: found.flatMap(({warning}) => (warning === undefined ? [] : [warning])),
	};
}

export async function findAvailable(engine: ReadonlyEngine, ids: readonly string[]): Promise<ReadonlySet<string>> {
	const images = await Promise.all(ids.map(id => engine.findImage(id)));
	return new Set(images.flatMap(image => image?.id ?? []));
}
