import {otherSlot} from '../model/specs.ts';
import type {Backend, HealthCheck, RouteTable, SlotTarget} from '../router/table.ts';
import {networkNumber} from '../state/networks.ts';
import type {Deployment, RoutesRecord, State} from '../state/state.ts';

const targetOf = ({id, address, port}: Deployment): SlotTarget | undefined =>
	address === undefined || port === undefined ? undefined : {address, port, deployment: id};

function describeBackend(state: State, routes: RoutesRecord, service: string): Backend {
	const accessMode = routes.access[service] ?? 'authenticated';
	const active = state.deployments[state.active[service] ?? ''];
	const target = active && targetOf(active);
	if (!active?.slot || !target) return {service, accessMode, slots: {}, active: null};
	const {readiness, status, slot} = active;
	const check: HealthCheck = readiness
		? {type: 'http', path: readiness.path, timeoutMs: readiness.timeoutMs}
		: {type: 'tcp'};
	// The previous deployment stays in its slot until the slot is needed: removing it would cost a reload.
	const previous = Object.values(state.deployments)
		.filter(deployment => deployment.service === service && deployment.slot === otherSlot(active.slot))
		.sort((a, b) => (a.id < b.id ? 1 : -1))[0];
	const previousTarget = previous && targetOf(previous);
	const idle = previousTarget ? {[otherSlot(active.slot)]: previousTarget} : {};
	// A stopped service answers 503 at once instead of after a connection timeout.
	return {service, accessMode, slots: {...idle, [slot]: target}, active: status === 'stopped' ? null : slot, check};
}

/** The environment's networks, as far as they differ from the first. */
function describeNetworks({networks, ...owner}: State): Pick<RouteTable, 'subnet' | 'network' | 'otherSubnet'> {
	if (!networks) return {};
	const {name, subnet} = networks.environment;
	const other = networks.other && {otherSubnet: networks.other.environment.subnet};
	return {subnet, ...(networkNumber(owner, name) > 1 ? {network: name} : {}), ...other};
}

/** The router's table for an environment in this state. */
export function describeTable(state: State): RouteTable {
	const routes = state.routes ?? {hosts: {}, rules: [], access: {}};
	const names = new Set([...Object.keys(routes.access), ...routes.rules.flatMap(({on, to}) => [on, to])]);
	return {
		lineage: state.lineage,
		project: state.project,
		environment: state.environment,
		...describeNetworks(state),
		accessHash: state.access?.headerHash ?? null,
		hosts: routes.hosts,
		rules: routes.rules,
		backends: [...names].sort().map(service => describeBackend(state, routes, service)),
	};
}
