import type Docker from 'dockerode';
import {EngineError} from '../errors.ts';
import type {Connection} from './docker-connection.ts';
import {labelFilter, openStream} from './docker-connection.ts';
import {shown} from './docker-errors.ts';
import type {Engine, Image, ListedImage} from './engine.ts';
import {readJsonLines} from './lines.ts';
import {createPullProgress, type PullMessage} from './pull-progress.ts';
import {askRegistry} from './registry-access.ts';

type Images = Pick<Engine, 'findImage' | 'listImages' | 'pullImage' | 'tagImage' | 'removeImage' | 'pruneBuildCache'>;

/** Reads, pulls, tags and removes images. */
export function createImages(connection: Connection): Images {
	const {docker, attempt} = connection;

	const findImage: Engine['findImage'] = async reference => {
		const task = `inspect image ${shown(reference)}`;
		const found = await attempt(task, () => docker.getImage(reference).inspect(), {fine: [404]});
		if (!found) return;
		const ports = portsOf(found.Config?.ExposedPorts);
		// The image's configuration has its ports as a set; only the history has their order.
		const history: HistoryEntry[] | undefined =
			ports.length > 1 ? await attempt(task, () => docker.getImage(reference).history(), {fine: [404]}) : [];
		return toImage(found, inExposeOrder(ports, history ?? []));
	};

	return {
		findImage,

		listImages: async labels => {
			const listed = await attempt('list images', () => docker.listImages({filters: {label: labelFilter(labels)}}));
			return listed.map(toListed);
		},

		pullImage: async (reference, onProgress, signal) => {
			const task = `pull image ${reference}`;
			const toProgress = createPullProgress();
			const pull = async (authorization: string | undefined) => {
				const {name, tag} = splitReference(reference);
				const query = {fromImage: name, tag};
				const request = {method: 'POST', path: '/images/create', query, authorization, signal} as const;
				const answer = await openStream(connection, request);
				for await (const message of readJsonLines<PullMessage>(answer)) {
					const error = message.errorDetail?.message ?? message.error;
					if (error) throw new EngineError(`cannot ${task}: ${error}`, {isAnswered: true});
					onProgress(toProgress(message));
				}
			};
			await askRegistry({task, reference}, authorization => attempt(task, () => pull(authorization), {signal}));
			const image = await findImage(reference);
			if (!image)
				throw new EngineError(`cannot ${task}: the engine does not have it after the pull`, {isAnswered: true});
			return image;
		},

		tagImage: async (id, reference) => {
			const {name, tag} = splitReference(reference);
			await attempt(`tag image ${shown(id)} as ${reference}`, () => docker.getImage(id).tag({repo: name, tag}));
		},

		pruneBuildCache: async keepBytes => {
			// Engines from 28 on know the limit by the second name.
			const query = {'keep-storage': keepBytes, 'reserved-space': keepBytes};
			return attempt('remove old build cache', async () => {
				const answer = await openStream(connection, {method: 'POST', path: '/build/prune', query});
				for await (const {SpaceReclaimed} of readJsonLines<{SpaceReclaimed?: number}>(answer))
					return SpaceReclaimed ?? 0;
				return 0;
			});
		},

		removeImage: async reference => {
			const remove = () => docker.getImage(reference).remove();
			await attempt(`remove image ${shown(reference)}`, remove, {fine: [404, 409]});
		},
	};
}

/** Splits `host:5000/name:tag` into name and tag. The tag defaults to `latest`: without one the engine pulls all tags. */
function splitReference(reference: string): {readonly name: string; readonly tag: string} {
	const at = reference.indexOf('@');
	if (at >= 0) return {name: reference.slice(0, at), tag: reference.slice(at + 1)};
	const colon = reference.lastIndexOf(':');
	if (colon < 0 || reference.includes('/', colon)) return {name: reference, tag: 'latest'};
	return {name: reference.slice(0, colon), tag: reference.slice(colon + 1)};
}

function toImage(found: Docker.ImageInspectInfo, exposedPorts: readonly number[]): Image {
	return {
		id: found.Id,
		digests: found.RepoDigests ?? [],
		tags: found.RepoTags ?? [],
		labels: found.Config?.Labels ?? {},
		exposedPorts,
		command: [found.Config?.Cmd ?? []].flat(),
		entrypoint: [found.Config?.Entrypoint ?? []].flat(),
		size: found.Size,
		createdAt: Date.parse(found.Created) || 0,
	};
}

/** Older engines list an image without a tag as `<none>:<none>`. */
const realNames = (names: readonly string[] | null | undefined): string[] =>
	(names ?? []).filter(name => !name.startsWith('<none>'));

const toListed = ({Id, RepoTags, RepoDigests, Labels, Size}: Docker.ImageInfo): ListedImage => ({
	id: Id,
	digests: realNames(RepoDigests),
	tags: realNames(RepoTags),
	labels: Labels ?? {},
	size: Size,
});

type HistoryEntry = {readonly CreatedBy?: string};

function portsOf(exposed: Readonly<Record<string, unknown>> | undefined): number[] {
	const ports = Object.keys(exposed ?? {}).filter(port => port.endsWith('/tcp') || !port.includes('/'));
	return ports.map(port => Number.parseInt(port, 10)).sort((a, b) => a - b);
}

/**
 * Sorts ports by their EXPOSE instructions. History is newest first; an entry reads `EXPOSE 80 443`, or
 * `EXPOSE map[80/tcp:{} 443/tcp:{}]` if BuildKit wrote it.
 */
function inExposeOrder(ports: readonly number[], history: readonly HistoryEntry[]): number[] {
	const instructions = history
		.map(({CreatedBy = ''}) => /\bEXPOSE\s+(?:map)?(.*)$/.exec(CreatedBy)?.[1] ?? '')
		.reverse();
	const named = instructions.flatMap(text =>
		[...text.matchAll(/(\d+)(?:\/(\w+))?/g)]
			.filter(([, , kind = 'tcp']) => kind === 'tcp')
			.map(([, port]) => Number(port)),
	);
	return [...new Set([...named.filter(port => ports.includes(port)), ...ports])];
}
