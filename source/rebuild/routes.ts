import {isRouted} from '../model/kinds.ts';
import {hostsIn} from '../model/labels.ts';
import type {RoutesRecord} from '../state/state.ts';
import type {FoundDeployment} from './find-deployments.ts';
import type {Remains} from './remains.ts';

/**
 * What the router serves: its own table, or without a router what the labels of active containers say.
 * @param active the active deployments
 */
export function routesRecord({table}: Remains, active: readonly FoundDeployment[]): RoutesRecord | null {
	if (table) {
		const access = Object.fromEntries(table.backends.map(({service, accessMode}) => [service, accessMode]));
		return {hosts: table.hosts, rules: table.rules, access};
	}
	const routed = active.filter(({shape: {kind}}) => isRouted(kind));
	if (routed.length === 0) return null;
	return {
		hosts: Object.fromEntries(
			routed.flatMap(({service, container}) => hostsIn(container.labels).map(host => [host, service])),
		),
		rules: routed.flatMap(({shape}) => shape.routes),
		access: Object.fromEntries(routed.map(({service, shape}) => [service, shape.accessMode ?? 'authenticated'])),
	};
}
