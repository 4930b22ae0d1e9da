import {networkAddress, resourceAddress, routesAddress, serviceAddress} from '../model/address.ts';
import {isRouted} from '../model/kinds.ts';
import {newRevision} from '../state/secrets.ts';
import type {Deployment, State} from '../state/state.ts';
import {newState} from '../state/store.ts';
import {deploymentRecord} from './deployments.ts';
import {type FoundDeployment, findDeployments} from './find-deployments.ts';
import {imageRecords} from './images.ts';
import {jobRuns} from './jobs.ts';
import {networksRecord} from './networks.ts';
import {newestVariables, type ReadEnv} from './read-values.ts';
import type {Rebuilt, RebuiltObject} from './rebuilt.ts';
import type {Remains} from './remains.ts';
import {findResources, rescuedVariables} from './resources.ts';
import {activeOf, type Role, roleOf, slotIn} from './roles.ts';
import {routesRecord} from './routes.ts';
import {serialOf} from './serial.ts';
import {type SettledResource, settleOutputs, settleResource} from './settle-resource.ts';
import {volumeRecords} from './volumes.ts';

type Decided = {readonly roles: ReadonlyMap<string, Role>; readonly active: State['active']};

/** What each deployment was doing, and which one of each service serves. */
function decideRoles(remains: Remains, found: readonly FoundDeployment[]): Decided {
	const active: Record<string, string> = {};
	const roles = new Map<string, Role>();
	for (const [service, own] of Map.groupBy(found, each => each.service)) {
		const id = activeOf(remains, own);
		if (id !== undefined && own.some(each => each.id === id)) active[service] = id;
		for (const each of own) roles.set(each.id, roleOf(remains, each, active[service]));
	}
	return {roles, active};
}

function recordOf(
	remains: Remains,
	found: FoundDeployment,
	{roles, active}: Decided,
	resources: ReadonlyMap<string, SettledResource>,
): Deployment {
	const backend = remains.table?.backends.find(({service}) => service === found.service);
	// Without a router, the next publish puts it wherever the state says.
	const isUnplaced = !remains.table && isRouted(found.shape.kind) && active[found.service] === found.id;
	const slot = slotIn(backend, found.id) ?? (isUnplaced ? 'blue' : undefined);
	const record = deploymentRecord(found, roles.get(found.id)!, slot);
	return {...record, spec: {...record.spec, env: settleOutputs(remains, found, resources)}};
}

/** Outputs that `variable set` gave to variables of services that serve. */
function bindingsOf(serving: readonly FoundDeployment[]): State['bindings'] {
	const all = serving.flatMap(({service, shape}) =>
		Object.entries(shape.spec.env).flatMap(([key, value]) =>
			value.type === 'output' && value.isBound
				? [{service, key, resource: value.resource, output: value.output, updatedAt: shape.createdAt}]
				: [],
		),
	);
	return [...new Map(all.map(each => [`${each.service} ${each.key}`, each])).values()];
}

/** Whether the state has every deployment that the router sends requests to. */
const isComplete = ({table}: Remains, active: State['active']): boolean =>
	(table?.backends ?? []).every(
		({service, active: slot, slots}) => slot === null || slots[slot]?.deployment === active[service],
	);

function accessOf(remains: Remains, {routes, active}: Pick<State, 'routes' | 'active'>): Rebuilt['access'] {
	if (!remains.table?.accessHash && !Object.values(routes?.access ?? {}).includes('authenticated')) return 'none';
	return remains.table && isComplete(remains, active) ? 'new' : 'later';
}

const objectOf = (address: string, from: string, {variables}: ReadEnv): RebuiltObject => ({
	address,
	from,
	read: variables.map(({key}) => key),
});

const byService = (a: FoundDeployment, b: FoundDeployment): number =>
	a.service === b.service ? (a.id < b.id ? -1 : 1) : a.service < b.service ? -1 : 1;

const missingOf = (address: string, {missing}: ReadEnv): string[] => missing.map(key => `${address} ${key}`);

/** The records that the engine's objects give, without what has to be asked for: see `rebuildState`. */
export function rebuildRecords(remains: Remains): Rebuilt {
	const deployments = findDeployments(remains);
	const resources = findResources(remains);
	const decided = decideRoles(remains, deployments.found);
	const {roles, active} = decided;
	const serving = deployments.found.filter(({id}) => ['active', 'stopped', 'held'].includes(roles.get(id)!));
	const settled = new Map(resources.found.map(each => [each.name, settleResource(remains, each, serving)]));
	const known = {
		resources: Object.fromEntries([...settled].map(([name, {record}]) => [name, record])),
		deployments: Object.fromEntries(
			deployments.found.map(each => [each.id, recordOf(remains, each, decided, settled)]),
		),
		active,
	};
	const activeFound = deployments.found.filter(({id, service}) => active[service] === id);
	const volumes = volumeRecords(remains, known);
	const networks = networksRecord(remains, new Set(activeFound.map(({container}) => container.id)));
	const routes = routesRecord(remains, activeFound);
	const oldestFirst = [...resources.found, ...serving].sort((a, b) => serialOf(a.container) - serialOf(b.container));
	const variables = oldestFirst.flatMap(each =>
		'name' in each ? settled.get(each.name)!.variables : each.read.variables,
	);
	const rescued = resources.unreadable.flatMap(each => rescuedVariables(remains, each, newRevision));
	const objectNames: RebuiltObject[] = [
		...(networks ? [{address: networkAddress, from: networks.environment.name, read: []}] : []),
		...Object.entries(volumes.records).map(([address, {name}]) => ({address, from: name, read: []})),
		...resources.found.map(({name, container, read}) => objectOf(resourceAddress(name), container.name, read)),
		...[...deployments.found].sort(byService).map(({id, service, container, read}) => ({
			...objectOf(serviceAddress(service), container.name, read),
			role: roles.get(id)!,
		})),
		...(routes ? [{address: routesAddress, from: remains.table ? 'the router' : 'engine labels', read: []}] : []),
	];
	return {
		state: {
			...newState(remains.owner),
			...known,
			engine: remains.engineId,
			networks,
			bindings: bindingsOf(serving),
			volumes: volumes.records,
			images: imageRecords(deployments.found),
			routes,
			jobs: jobRuns(remains),
		},
		variables: newestVariables([...rescued, ...variables]),
		certificates: [],
		objects: objectNames,
		unreadable: [...resources.unreadable, ...deployments.unreadable, ...volumes.unreadable].map(({name}) => name),
		adopted: remains.adopted,
		missing: [
			...resources.found.flatMap(({name, read}) => missingOf(resourceAddress(name), read)),
			...serving.flatMap(({service, read}) => missingOf(serviceAddress(service), read)),
		],
		lostCertificates: [],
		changedPasswords: [...settled].flatMap(([name, {changed}]) =>
			changed.map(key => `${resourceAddress(name)} ${key}`),
		),
		access: accessOf(remains, {routes, active}),
	};
}
