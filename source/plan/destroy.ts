import {command, type Hint, hint} from '../hint.ts';
import {
	certificateAddress,
	nameIn,
	networkAddress,
	resourceAddress,
	routerAddress,
	routesAddress,
	serviceAddress,
} from '../model/address.ts';
import {activeDeployment} from '../state/deployments.ts';
import {servesAnything} from '../state/routes.ts';
import type {State} from '../state/state.ts';
import {action} from './actions.ts';
import {certificatesToDestroy} from './certificates.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';

const reasons = {
	routes: 'the environment will no longer be reachable',
	certificate: 'its key is removed from the router',
	service: 'all its containers are removed, including retained ones',
	resource: 'its container is removed',
	volume: 'no volume is kept',
	network: 'nothing uses it any more; built images are removed too',
	router: 'no other environment uses it',
} as const satisfies Partial<Record<Action['object'], string>>;

/** The services that use a resource, which stop before it does. */
const usersOf = (state: State, name: string): string[] =>
	Object.keys(state.active)
		.filter(service =>
			Object.values(activeDeployment(state, service)?.spec.env ?? {}).some(
				value => value.type === 'output' && value.resource === name,
			),
		)
		.map(serviceAddress);

/** Says which data a destroy with its data keeps, because Compartment did not make it. */
export const externalWarnings = ({mode, state, deleteData, deleteExternal}: PlanInput): Hint[] =>
	mode !== 'destroy' || !deleteData
		? []
		: Object.entries(state.volumes).flatMap(([address, {name, isExternal}]) =>
				// In a list, because a hint is one too.
				!isExternal || deleteExternal.includes(nameIn(address))
					? []
					: [
							hint`${address} is kept: ${name} is external. To delete it too: ${command('destroy', '--delete-data', '--delete-external', nameIn(address))}`,
						],
			);

/** The actions that remove an environment. Volumes are kept unless `deleteData` is set, external ones unless they are named. */
export function destroyActions(input: PlanInput): Action[] {
	const {state, observed, deleteData, deleteExternal, isRouterShared} = input;
	const actions: Action[] = [];
	const add = (address: string, object: keyof typeof reasons, dependsOn: readonly string[], deletesData = false) => {
		actions.push(
			action({
				address,
				object,
				kind: 'delete',
				dependsOn,
				reasons: [reasons[object]],
				...(deletesData ? {deletesData} : {}),
			}),
		);
	};
	// Without a router only a record that serves nothing is left to remove.
	const isPublished = servesAnything(state.routes) || (state.routes !== null && input.router === 'running');
	if (isPublished) add(routesAddress, 'routes', []);
	for (const host of certificatesToDestroy(input))
		add(certificateAddress(host), 'certificate', isPublished ? [routesAddress] : []);
	for (const service of Object.keys(state.active))
		add(serviceAddress(service), 'service', isPublished ? [routesAddress] : []);
	for (const name of Object.keys(state.resources)) add(resourceAddress(name), 'resource', usersOf(state, name));
	const containers = actions.map(({address}) => address);
	for (const [address, {isExternal}] of Object.entries(state.volumes))
		if (isExternal ? deleteExternal.includes(nameIn(address)) : deleteData) add(address, 'volume', containers, true);
	const hasRouter = input.router !== 'missing' && input.router !== 'foreign' && !isRouterShared;
	if (hasRouter) add(routerAddress, 'router', containers);
	// After the router, which is connected to it. Without a network nothing is left of an environment.
	const before = hasRouter ? [...containers, routerAddress] : containers;
	if (observed.networks.length > 0 || state.networks) add(networkAddress, 'network', before);
	return actions;
}
