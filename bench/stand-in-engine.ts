import type {ContainerDetails, Labels, ObservedContainer, ReadonlyEngine} from '../source/engine/engine.ts';
import type {Answer} from '../test/loading/serve-engine.ts';

type Filters = Readonly<Record<string, readonly string[] | undefined>>;

/** Docker's filters: `{"label": ["name=value", "name"]}`. */
const labelsIn = ({label = []}: Filters): Labels =>
	Object.fromEntries(
		label.map(text => {
			const [name = '', ...value] = text.split('=');
			return [name, value.join('=')];
		}),
	);

const endpoints = ({networks}: ObservedContainer) =>
	Object.fromEntries(Object.entries(networks).map(([name, address]) => [name, {IPAddress: address}]));

const toListed = (container: ObservedContainer) => ({
	Id: container.id,
	Names: [`/${container.name}`],
	Image: container.imageId,
	ImageID: container.imageId,
	State: container.state,
	Status: container.status,
	Labels: container.labels,
	Created: Math.floor(container.createdAt / 1000),
	Ports: [],
	NetworkSettings: {Networks: endpoints(container)},
});

const toTime = (at: number | undefined): string => new Date(at ?? Date.UTC(1, 0)).toISOString();

function toInspected(details: ContainerDetails) {
	const {id, name, imageId, labels, state, publishedPorts} = details;
	const ports = publishedPorts.map((place, index) => {
		const [HostIp, HostPort] = place.split(':');
		return [`${index + 1}/tcp`, [{HostIp, HostPort}]];
	});
	return {
		Id: id,
		Name: `/${name}`,
		Image: imageId,
		Created: toTime(details.createdAt),
		RestartCount: details.restartCount,
		Config: {Labels: labels},
		HostConfig: {PortBindings: Object.fromEntries(ports)},
		NetworkSettings: {Ports: Object.fromEntries(ports), Networks: endpoints(details)},
		State: {
			Status: state,
			Running: state === 'running',
			ExitCode: details.exitCode,
			OOMKilled: details.isOutOfMemory,
			Error: details.error,
			StartedAt: toTime(details.startedAt),
			FinishedAt: toTime(details.finishedAt),
		},
	};
}

/** Docker's answers to what a command reads, from another engine. It answers no command that changes something. */
export function answerFrom(engine: ReadonlyEngine): Answer {
	const one = async (id: string) => (await engine.inspectContainer(id)) ?? undefined;
	const hasName = (filters: Filters, name: string) => filters['name']?.some(part => name.includes(part)) ?? true;
	return async (path, query) => {
		const filters = JSON.parse(query.get('filters') ?? '{}') as Filters;
		const [, kind, ...rest] = path.split('/').map(decodeURIComponent);
		const id = rest.join('/').replace(/\/json$/, '');
		if (path === '/info') {
			const {id: ID, name: Name, operatingSystem} = await engine.info();
			return {ID, Name, ServerVersion: '28.0.0', OperatingSystem: operatingSystem};
		}
		if (path === '/containers/json') {
			const {containers} = await engine.observe(labelsIn(filters));
			const isWanted = (container: ObservedContainer) =>
				(filters['id']?.includes(container.id) ?? true) && hasName(filters, container.name);
			return containers.filter(isWanted).map(toListed);
		}
		if (path === '/networks' || kind === 'networks') {
			const networks = (await engine.observe(labelsIn(filters))).networks.map(network => ({
				...{Id: network.id, Name: network.name, Labels: network.labels, Driver: 'bridge', Containers: {}},
				IPAM: {Config: [{Subnet: network.subnet, IPRange: network.addressRange}]},
			}));
			if (path === '/networks') return networks.filter(({Name}) => hasName(filters, Name));
			return networks.find(({Id, Name}) => Id === id || Name === id);
		}
		if (path === '/volumes' || kind === 'volumes') {
			const {volumes} = await engine.observe(labelsIn(filters));
			const all = volumes.map(({name, labels}) => ({Name: name, Labels: labels}));
			return path === '/volumes' ? {Volumes: all} : all.find(({Name}) => Name === id);
		}
		if (kind === 'containers' && path.endsWith('/json')) {
			const details = await one(id);
			return details && toInspected(details);
		}
		if (kind === 'images' && path.endsWith('/json')) {
			const image = await engine.findImage(id);
			return image && {Id: image.id, RepoTags: image.tags, RepoDigests: image.digests, Config: {Labels: image.labels}};
		}
		return undefined;
	};
}
