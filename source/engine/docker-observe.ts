import type Docker from 'dockerode';
import type {Connection} from './docker-connection.ts';
import {labelFilter} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {
	ContainerDetails,
	ContainerState,
	Labels,
	Observed,
	ObservedContainer,
	ObservedNetwork,
	ObservedVolume,
	ReadonlyEngine,
} from './engine.ts';

type Reads = Pick<ReadonlyEngine, 'observe' | 'inspectContainer' | 'listSubnets' | 'findPortOwner' | 'findByName'>;

/** Reads containers, networks and volumes. */
export function createReads(connection: Connection): Reads {
	const {docker, attempt} = connection;

	return {
		observe: async labels => {
			const filters = {label: labelFilter(labels)};
			const [containers, networks, volumes] = await Promise.all([
				attempt('list containers', () => docker.listContainers({all: true, filters})),
				attempt('list networks', () => docker.listNetworks({filters})),
				attempt('list volumes', () => docker.listVolumes({filters})),
			]);
			return {
				containers: containers.map(toContainer),
				networks: networks.map(toNetwork),
				volumes: (volumes.Volumes ?? []).map(toVolume),
			} satisfies Observed;
		},

		inspectContainer: async id => {
			const task = `inspect container ${shown(id)}`;
			const found = await attempt(task, () => docker.getContainer(id).inspect(), {fine: [404]});
			if (!found) return;
			const [listed] = await attempt(task, () => docker.listContainers({all: true, filters: {id: [found.Id]}}));
			return listed && toDetails(found, listed);
		},

		listSubnets: async () => {
			const networks = await attempt('list networks', () => docker.listNetworks());
			return networks.flatMap(({IPAM}) => (IPAM?.Config ?? []).flatMap(({Subnet}) => Subnet ?? []));
		},

		findPortOwner: async port => {
			const containers = await attempt('list containers', () => docker.listContainers());
			const owner = containers.find(({Ports}) => Ports.some(({PublicPort}) => PublicPort === port));
			return owner && nameOf(owner.Names);
		},

		findByName: async (kind, name) => {
			const find = <T>(call: () => Promise<T>) => attempt(`find ${kind} ${name}`, call, {fine: [404]});
			if (kind === 'volume') {
				const volume = await find(() => docker.getVolume(name).inspect());
				return volume && {id: volume.Name, labels: volume.Labels ?? {}};
			}
			// The engine also matches id prefixes, which are not names.
			if (kind === 'network') {
				const networks = await find(() => docker.listNetworks({filters: {name: [name]}}));
				const network = networks?.find(({Name}) => Name === name);
				return network && {id: network.Id, labels: network.Labels ?? {}};
			}
			const container = await find(() => docker.getContainer(name).inspect());
			if (container?.Name !== `/${name}`) return;
			return {id: container.Id, labels: container.Config.Labels ?? {}};
		},
	};
}

const containerStates: readonly string[] = [
	'created',
	'running',
	'paused',
	'restarting',
	'removing',
	'exited',
	'dead',
] satisfies ContainerState[];

function toState(state: string): ContainerState {
	return containerStates.includes(state) ? (state as ContainerState) : 'dead';
}

/** A container's other names are links, written `/other/name`. */
const nameOf = (names: readonly string[]): string =>
	(names.find(name => name.lastIndexOf('/') === 0) ?? names[0] ?? '').slice(1);

function toContainer(container: Docker.ContainerInfo): ObservedContainer {
	const networks = Object.entries(container.NetworkSettings?.Networks ?? {});
	return {
		id: container.Id,
		name: nameOf(container.Names),
		state: toState(container.State),
		status: container.Status,
		imageId: container.ImageID,
		labels: container.Labels ?? {},
		networks: Object.fromEntries(networks.map(([name, endpoint]) => [name, endpoint.IPAddress ?? ''])),
		createdAt: container.Created * 1000,
	};
}

function toDetails(found: Docker.ContainerInspectInfo, listed: Docker.ContainerInfo): ContainerDetails {
	const {State: state} = found;
	const bindings: unknown = state.Running ? found.NetworkSettings.Ports : found.HostConfig.PortBindings;
	return {
		...toContainer(listed),
		exitCode: state.ExitCode,
		isOutOfMemory: state.OOMKilled,
		startedAt: toTime(state.StartedAt),
		finishedAt: toTime(state.FinishedAt),
		restartCount: (found as {RestartCount?: number}).RestartCount ?? 0,
		error: state.Error ?? '',
		publishedPorts: toPublishedPorts(bindings as PortBindings),
	};
}

type PortBindings = Readonly<Record<string, readonly {HostIp?: string; HostPort?: string}[] | null>> | null;

function toPublishedPorts(bindings: PortBindings): string[] {
	const hosts = Object.values(bindings ?? {}).flatMap(list => list ?? []);
	return hosts
		.filter(({HostPort}) => HostPort)
		.map(({HostIp = '', HostPort}) => `${HostIp.includes(':') ? `[${HostIp}]` : HostIp || '0.0.0.0'}:${HostPort}`);
}

/** The engine writes year 1 for events that have not happened. */
function toTime(text: string | undefined): number | undefined {
	const time = Date.parse(text ?? '');
	return time > 0 ? time : undefined;
}

const toNetwork = ({Id, Name, Labels, IPAM}: Docker.NetworkInspectInfo): ObservedNetwork => ({
	id: Id,
	name: Name,
	labels: Labels ?? {},
	subnet: IPAM?.Config?.[0]?.Subnet,
});

const toVolume = ({Name, Labels}: {Name: string; Labels?: Labels | null}): ObservedVolume => ({
	name: Name,
	labels: Labels ?? {},
});
