import type Docker from 'dockerode';
import type {Connection} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {Attachment, ContainerConfiguration, ContainerMount, ReadonlyEngine} from './engine.ts';

/** Reads what containers were created with. */
export const createConfigurationReads = ({
	docker,
	attempt,
}: Connection): Pick<ReadonlyEngine, 'readConfiguration' | 'findVolumeUsers' | 'findNetworkUsers'> => ({
	readConfiguration: async id => {
		const inspect = () => docker.getContainer(id).inspect();
		const found = await attempt(`inspect container ${shown(id)}`, inspect, {fine: [404]});
		if (!found) return;
		const inspectImage = () => docker.getImage(found.Image).inspect();
		const image = await attempt(`inspect image ${shown(found.Image)}`, inspectImage, {fine: [404]});
		return toConfiguration(found, image?.Config);
	},
	findVolumeUsers: async name => {
		const filters = {volume: [name], status: ['running', 'paused', 'restarting']};
		const found = await attempt(`list the containers of volume ${name}`, () => docker.listContainers({filters}));
		// The filter also matches a mount path.
		return found.filter(({Mounts}) => Mounts.some(mount => mount.Name === name)).map(toUser);
	},
	findNetworkUsers: async name => {
		const filters = {network: [name], status: ['running', 'paused', 'restarting']};
		const found = await attempt(`list the containers of network ${name}`, () => docker.listContainers({filters}));
		return found.map(toUser);
	},
});

const toUser = ({Id: id, Names}: Docker.ContainerInfo) => ({id, name: (Names[0] ?? id).replace(/^\//, '')});

type ImageConfiguration = Partial<Docker.ImageInspectInfo['Config']>;

function toConfiguration(
	found: Docker.ContainerInspectInfo,
	image: ImageConfiguration | undefined,
): ContainerConfiguration {
	const {Config: config, HostConfig: host} = found;
	const command = beyond(config.Cmd, image?.Cmd);
	const entrypoint = beyond(wordsOf(config.Entrypoint), wordsOf(image?.Entrypoint));
	const inherited = new Set(image?.Env ?? []);
	const {Name: policy, MaximumRetryCount: maxRetries = 0} = host.RestartPolicy ?? {};
	return {
		id: found.Id,
		name: found.Name.slice(1),
		labels: config.Labels ?? {},
		image: config.Image,
		imageId: found.Image,
		...(command ? {command} : {}),
		...(entrypoint ? {entrypoint} : {}),
		...(config.User && config.User !== image?.User ? {user: config.User} : {}),
		env: toVariables((config.Env ?? []).filter(entry => !inherited.has(entry))),
		imageEnv: toVariables((config.Env ?? []).filter(entry => inherited.has(entry))),
		hostname: config.Hostname,
		restart: {
			policy: policy === 'always' || policy === 'on-failure' || policy === 'unless-stopped' ? policy : 'no',
			...(policy === 'on-failure' && maxRetries > 0 ? {maxRetries} : {}),
		},
		mounts: (found.Mounts ?? []).map(toMount),
		attachments: Object.entries(found.NetworkSettings.Networks ?? {}).map(entry => toAttachment(found.Id, entry)),
		publish: toPublished(host.PortBindings as PortBindings),
		limits: {
			...(host.NanoCpus ? {cpu: host.NanoCpus / 1e9} : {}),
			...(host.Memory ? {memory: host.Memory} : {}),
			...(host.PidsLimit && host.PidsLimit > 0 ? {pids: host.PidsLimit} : {}),
		},
	};
}

/** The engine also takes a line, which it splits for itself only when it runs. */
const wordsOf = (words: string | readonly string[] | null | undefined): readonly string[] | undefined =>
	typeof words === 'string' ? [words] : (words ?? undefined);

/** Words that the image does not have the same. */
const beyond = (
	words: readonly string[] | null | undefined,
	image: readonly string[] | null | undefined,
): readonly string[] | undefined => {
	if (!words || words.length === 0) return undefined;
	const isSame = words.length === image?.length && words.every((word, index) => word === image[index]);
	return isSame ? undefined : words;
};

const toVariables = (entries: readonly string[]): Record<string, string> =>
	Object.fromEntries(
		entries.map(entry => {
			const at = entry.indexOf('=');
			return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
		}),
	);

type FoundMount = Docker.ContainerInspectInfo['Mounts'][number];

function toMount({
	Type: type,
	Name: name,
	Source: source,
	Destination: path,
	RW: isWritable,
}: FoundMount): ContainerMount {
	const base = {path, isReadOnly: !isWritable};
	if ((type as string) === 'volume' && name) return {...base, type: 'volume', source: name};
	return (type as string) === 'bind' ? {...base, type: 'bind', source} : {...base, type: 'other'};
}

function toAttachment(
	id: string,
	[network, endpoint]: readonly [string, Docker.EndpointSettings | {Aliases?: unknown; IPAMConfig?: unknown}],
): Attachment {
	const aliases = ((endpoint.Aliases as readonly string[] | null | undefined) ?? []).filter(
		alias => !id.startsWith(alias),
	);
	const address = (endpoint.IPAMConfig as {IPv4Address?: string} | null | undefined)?.IPv4Address;
	return {network, ...(aliases.length > 0 ? {aliases} : {}), ...(address ? {address} : {})};
}

type PortBindings = Readonly<Record<string, readonly {HostIp?: string; HostPort?: string}[] | null>> | null | undefined;

/** TCP ports with a port of the host; without one, the engine chooses another at each start. */
const toPublished = (bindings: PortBindings): ContainerConfiguration['publish'] =>
	Object.entries(bindings ?? {}).flatMap(([port, places]) =>
		port.endsWith('/udp') || port.endsWith('/sctp')
			? []
			: (places ?? []).flatMap(({HostIp, HostPort}) =>
					HostPort
						? [{containerPort: Number.parseInt(port, 10), host: HostIp || '0.0.0.0', port: Number(HostPort)}]
						: [],
				),
	);
