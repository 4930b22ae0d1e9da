import {abortable} from './abortable.ts';
import {
	type ContainerConfiguration,
	type ContainerDetails,
	type ContainerSpec,
	defaultPids,
	type EngineEvent,
	type LogLine,
	type LogOptions,
	type ObservedContainer,
	type ReadonlyEngine,
} from './engine.ts';
import {
	findContainer,
	findNetwork,
	hasLabels,
	type MemoryContainer,
	requireContainer,
	type World,
} from './memory-world.ts';
import {previousRunIn} from './previous-run.ts';

type Reads = Pick<
	ReadonlyEngine,
	| 'observe'
	| 'inspectContainer'
	| 'readConfiguration'
	| 'lastExitCode'
	| 'previousRun'
	| 'readUsage'
	| 'findVolumeUsers'
	| 'findNetworkUsers'
	| 'listSubnets'
	| 'findPortOwner'
	| 'isPortTaken'
	| 'findByName'
	| 'logs'
	| 'events'
>;

export function createMemoryReads(world: World): Reads {
	const containers = () => [...world.containers.values()];
	const networks = () => [...world.networks.values()];

	return {
		observe: async labels => ({
			containers: containers()
				.filter(container => hasLabels(container.labels, labels))
				.map(toListed),
			networks: networks()
				.filter(network => hasLabels(network.labels, labels))
				.map(({id, name, labels, subnet, addressRange}) => ({id, name, labels, subnet, addressRange})),
			volumes: [...world.volumes]
				.map(([name, own]) => ({name, labels: own}))
				.filter(volume => hasLabels(volume.labels, labels)),
		}),
		inspectContainer: async id => {
			const container = findContainer(world, id);
			return container && toDetails(container);
		},
		readConfiguration: async id => {
			const container = findContainer(world, id);
			return container && toConfiguration(container);
		},
		lastExitCode: async id => previousRunIn(findContainer(world, id)?.past ?? [], world.now())?.exitCode,
		previousRun: async id => previousRunIn(findContainer(world, id)?.past ?? [], world.now()),
		readUsage: async id =>
			findContainer(world, id)?.state === 'running' ? {at: Date.now(), cpuMs: 0, memory: 1_000_000} : undefined,
		listSubnets: async () => networks().map(({subnet}) => subnet),
		findVolumeUsers: async name =>
			containers()
				.filter(({state, spec}) => state === 'running' && Object.hasOwn(spec.volumes ?? {}, name))
				.map(({id, name: container}) => ({id, name: container})),
		findNetworkUsers: async name =>
			containers()
				.filter(({state, attachments}) => state === 'running' && attachments.has(name))
				.map(({id, name: container}) => ({id, name: container})),
		isPortTaken: async () => false,
		findPortOwner: async port =>
			containers().find(
				({state, spec}) => state === 'running' && Object.values(spec.publish ?? {}).some(to => to.port === port),
			)?.name,
		findByName: async (kind, name) => {
			if (kind === 'volume') {
				const labels = world.volumes.get(name);
				return labels && {id: name, labels};
			}
			const found = kind === 'network' ? findNetwork(world, name) : findContainer(world, name);
			return found?.name === name ? {id: found.id, labels: found.labels} : undefined;
		},
		logs: (id, options) => abortable(options.signal, signal => readLog(world, id, {...options, signal})),
		events: (labels, signal) => {
			const isWanted = ({object, attributes}: EngineEvent) => object === 'container' && hasLabels(attributes, labels);
			return abortable(signal, both => readEvents(world, both, isWanted));
		},
	};
}

function toObserved(container: MemoryContainer): ObservedContainer {
	const {id, name, state, exitCode, imageId, labels, attachments, addresses, createdAt} = container;
	return {
		id,
		name,
		state,
		status: state === 'running' ? 'Up' : state === 'exited' ? `Exited (${exitCode})` : 'Created',
		imageId,
		labels,
		networks: Object.fromEntries([...attachments.keys()].map(network => [network, addresses.get(network) ?? ''])),
		createdAt,
	};
}

/** Only the list says since when a container has been up. */
function toListed(container: MemoryContainer): ObservedContainer {
	const observed = toObserved(container);
	const {uptime} = container;
	return observed.state === 'running' && uptime !== undefined ? {...observed, status: `Up ${uptime}`} : observed;
}

function toDetails(container: MemoryContainer): ContainerDetails {
	const {exitCode, isOutOfMemory, startedAt, finishedAt, restartCount, error, spec} = container;
	const publishedPorts = Object.values(spec.publish ?? {}).map(({host, port}) => `${host}:${port}`);
	return {
		...toObserved(container),
		exitCode,
		isOutOfMemory,
		startedAt,
		finishedAt,
		restartCount,
		error,
		publishedPorts,
	};
}

function toConfiguration({
	id,
	name,
	labels,
	spec,
	imageId,
	restart,
	attachments,
}: MemoryContainer): ContainerConfiguration {
	const {image, command, entrypoint, user, env, hostname = id.slice(0, 12), limits = {}} = spec;
	const mounts = (type: 'volume' | 'bind', mounted: ContainerSpec['volumes'] = {}) =>
		Object.entries(mounted).map(([source, {path, isReadOnly = false}]) => ({type, source, path, isReadOnly}));
	return {
		id,
		name,
		labels,
		image,
		imageId,
		...(command ? {command} : {}),
		...(entrypoint ? {entrypoint} : {}),
		...(user ? {user} : {}),
		env,
		imageEnv: {},
		hostname,
		restart,
		mounts: [...mounts('volume', spec.volumes), ...mounts('bind', spec.binds)],
		attachments: [...attachments.values()],
		publish: Object.entries(spec.publish ?? {}).map(([port, to]) => ({containerPort: Number(port), ...to})),
		limits: {pids: defaultPids, ...limits},
	};
}

async function* readLog(world: World, id: string, options: LogOptions): AsyncGenerator<readonly LogLine[], void> {
	const {follow: isFollowed, tail, since = '', signal} = options;
	const container = requireContainer(world, id, `read the log of container ${id}`);
	let at = tail === undefined ? 0 : Math.max(0, container.log.length - tail);
	for (;;) {
		while (at < container.log.length) {
			if (signal?.aborted) return;
			const line = container.log[at++]!;
			if (line.at >= since) yield [line];
		}
		if (!isFollowed || container.state !== 'running' || signal?.aborted) return;
		await nextEvent(world, signal);
	}
}

/** Resolves at the next event or wake, or on abort. */
function nextEvent(world: World, signal: AbortSignal | undefined): Promise<void> {
	return new Promise(resolve => {
		const done = () => {
			stop();
			signal?.removeEventListener('abort', done);
			resolve();
		};
		const stop = world.listen(done);
		signal?.addEventListener('abort', done, {once: true});
	});
}

async function* readEvents(
	world: World,
	signal: AbortSignal,
	isWanted: (event: EngineEvent) => boolean,
): AsyncGenerator<EngineEvent, void> {
	const waiting: EngineEvent[] = [];
	const stop = world.listen(event => {
		if (event && isWanted(event)) waiting.push(event);
	});
	try {
		while (!signal.aborted) {
			const event = waiting.shift();
			if (event) yield event;
			else await nextEvent(world, signal);
		}
	} finally {
		stop();
	}
}
