import {networkAddress, resourceAddress, routerAddress, routesAddress, serviceAddress} from '../model/address.ts';
import {servesAnything} from '../state/routes.ts';
import {action} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';

const reasons = {
	routes: 'the environment will no longer be reachable',
	service: 'all its containers are removed, including retained ones',
	resource: 'its container is removed',
	volume: 'no volume is kept',
	network: 'nothing uses it any more; built images are removed too',
	router: 'no other environment uses it',
} as const satisfies Partial<Record<Action['object'], string>>;

/** The actions that remove an environment. Volumes are kept unless `deleteData` is set. */
export function destroyActions(input: PlanInput): Action[] {
	const {state, observed, deleteData, isRouterShared} = input;
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
	for (const service of Object.keys(state.active))
		add(serviceAddress(service), 'service', isPublished ? [routesAddress] : []);
	const services = actions.filter(({object}) => object === 'service').map(({address}) => address);
	for (const name of Object.keys(state.resources)) add(resourceAddress(name), 'resource', services);
	const containers = actions.map(({address}) => address);
	if (deleteData) for (const address of Object.keys(state.volumes)) add(address, 'volume', containers, true);
	if (observed.networks.length > 0 || state.networks) add(networkAddress, 'network', containers);
	if (input.router !== 'missing' && input.router !== 'foreign' && !isRouterShared)
		add(routerAddress, 'router', [...containers, networkAddress]);
	return actions;
}
