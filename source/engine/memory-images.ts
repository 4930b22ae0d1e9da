import type {Engine, Image} from './engine.ts';
import {fail, findStoredImage, hashOf, hasLabels, type World} from './memory-world.ts';

type Images = Pick<
	Engine,
	| 'findImage'
	| 'resolveDigest'
	| 'listImages'
	| 'pullImage'
	| 'tagImage'
	| 'removeImage'
	| 'buildImage'
	| 'pruneBuildCache'
	| 'logIn'
>;

/** The details of an image that a test sets; the rest have defaults. */
export type ImageContent = Partial<
	Pick<Image, 'labels' | 'exposedPorts' | 'command' | 'entrypoint' | 'digests' | 'size'>
>;

/** `registry` maps references to the images that a pull returns. `builder` returns the result of a build, or throws. */
export function createMemoryImages(
	world: World,
	registry: Readonly<Record<string, ImageContent>>,
	builder: (request: Parameters<Engine['buildImage']>[0], context: Buffer) => ImageContent,
): Images {
	const findContent = (reference: string, task: string): ImageContent =>
		registry[reference] ??
		Object.values(registry).find(({digests}) => digests?.includes(reference)) ??
		fail(task, `manifest for ${reference} not found: manifest unknown`, 404);

	return {
		findImage: async reference => findStoredImage(world, reference),
		resolveDigest: async reference => {
			const task = `look up image ${reference}`;
			const [digest] = findContent(reference, task).digests ?? [];
			return digest?.replace(/^.*@/, '') ?? fail(task, 'manifest unknown', 404);
		},
		// It knows no accounts: a test decides with `failNext`.
		logIn: async () => ({}),
		listImages: async wanted =>
			[...world.images.values()]
				.filter(image => hasLabels(image.labels, wanted))
				.map(({id, digests, tags, labels, size}) => ({id, digests, tags, labels, size})),

		pullImage: async (reference, onProgress, signal) => {
			signal?.throwIfAborted();
			const content = findContent(reference, `pull image ${reference}`);
			onProgress({message: 'Pulling', fraction: 0});
			const image = storeImage(world, reference, hashOf(JSON.stringify([reference, content])), content);
			onProgress({message: 'Pull complete', fraction: 1});
			return image;
		},

		buildImage: async (request, onProgress, signal) => {
			const chunks: Buffer[] = [];
			for await (const chunk of request.context) chunks.push(Buffer.from(chunk));
			signal?.throwIfAborted();
			const context = Buffer.concat(chunks);
			const step = {type: 'step', id: 'build', name: request.dockerfile} as const;
			onProgress({...step, state: 'started'});
			const content = builder(request, context);
			const {dockerfile, args, labels, target} = request;
			const id = hashOf(JSON.stringify([hashOf(context), dockerfile, args, labels, target]));
			onProgress({...step, state: 'done', durationMs: 1});
			return storeImage(world, request.reference, id, {...content, labels: {...content.labels, ...labels}});
		},

		tagImage: async (id, reference) => {
			const image = findStoredImage(world, id) ?? fail(`tag image ${id} as ${reference}`, `No such image: ${id}`, 404);
			giveTag(world, image, withTag(reference));
		},

		// It keeps no build cache.
		pruneBuildCache: async () => 0,

		removeImage: async reference => {
			const image = findStoredImage(world, reference);
			if (!image) return;
			const tags = image.tags.filter(tag => tag !== withTag(reference));
			const isTag = tags.length < image.tags.length;
			if (isTag && tags.length > 0) world.images.set(image.id, {...image, tags});
			const isUsed = [...world.containers.values()].some(({imageId}) => imageId === image.id);
			const isLast = isTag ? tags.length === 0 : tags.length <= 1;
			if (isLast && !isUsed) world.images.delete(image.id);
		},
	};
}

export function storeImage(world: World, reference: string, hash: string, content: ImageContent): Image {
	const image: Image = {
		id: `sha256:${hash}`,
		digests: content.digests ?? [],
		tags: [],
		labels: content.labels ?? {},
		exposedPorts: content.exposedPorts ?? [],
		command: content.command ?? [],
		entrypoint: content.entrypoint ?? [],
		size: content.size ?? 1_000_000,
		createdAt: world.now(),
	};
	return giveTag(world, world.images.get(image.id) ?? image, withTag(reference));
}

/** A tag belongs to one image: its previous owner loses it. */
function giveTag(world: World, image: Image, tag: string): Image {
	for (const [id, other] of world.images) {
		if (other.tags.includes(tag)) world.images.set(id, {...other, tags: other.tags.filter(name => name !== tag)});
	}
	const current = world.images.get(image.id) ?? image;
	const tagged = {...current, tags: [...current.tags, tag]};
	world.images.set(image.id, tagged);
	return tagged;
}

const withTag = (reference: string): string => (/[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`);
