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
			const inspect = () => docker.getContainer(id).inspect();
			const found = await attempt(`inspect container ${shown(id)}`, inspect, {fine: [404]});
			return found && toDetails(found);
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
	return {
		id: container.Id,
		name: nameOf(container.Names),
		state: toState(container.State),
		status: container.Status,
		imageId: container.ImageID,
		labels: container.Labels ?? {},
		networks: addressesOf(container.NetworkSettings?.Networks),
		createdAt: container.Created * 1000,
	};
}

type Endpoints = Readonly<Record<string, {readonly IPAddress?: string}>> | null | undefined;

const addressesOf = (endpoints: Endpoints): Record<string, string> =>
	Object.fromEntries(Object.entries(endpoints ?? {}).map(([name, {IPAddress}]) => [name, IPAddress ?? '']));

/** The engine's list adds how long ago, which an inspection leaves to its reader. */
function statusOf(state: ContainerState, exitCode: number): string {
	switch (state) {
		case 'running':
			return 'Up';
		case 'paused':
			return 'Up (Paused)';
		case 'restarting':
			return `Restarting (${exitCode})`;
		case 'exited':
			return `Exited (${exitCode})`;
		case 'created':
			return 'Created';
		case 'removing':
			return 'Removal In Progress';
		case 'dead':
			return 'Dead';
	}
}

function toDetails(found: Docker.ContainerInspectInfo): ContainerDetails {
	const {State: state} = found;
	const name = toState(state.Status);
	const bindings: unknown = state.Running ? found.NetworkSettings.Ports : found.HostConfig.PortBindings;
	return {
		id: found.Id,
		name: found.Name.slice(1),
		state: name,
		status: statusOf(name, state.ExitCode),
		imageId: found.Image,
		labels: found.Config.Labels ?? {},
		networks: addressesOf(found.NetworkSettings.Networks),
		// Whole seconds, as in the engine's list.
		createdAt: Math.floor(Date.parse(found.Created) / 1000) * 1000,
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
	addressRange: IPAM?.Config?.[0]?.IPRange,
});

const toVolume = ({Name, Labels}: {Name: string; Labels?: Labels | null}): ObservedVolume => ({
	name: Name,
	labels: Labels ?? {},
});
