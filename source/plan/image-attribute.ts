import type {ImageOrigin} from '../model/image-origin.ts';
import {minuteText} from '../model/lifetime.ts';
import type {Deployment, ResourceRecord} from '../state/state.ts';
import type {Attribute} from './attribute.ts';
import type {ShownValue} from './plan.ts';

/** An image as a deployment or a plan refers to it. */
export type NamedImage = {
	/** Null when the plan builds or pulls it. */
	readonly id: string | null;
	readonly reference: string;
	/** Hash of the build's inputs, or what a prebuilt image resolves to. */
	readonly key: string;
	readonly origin?: ImageOrigin;
};

/** `sha256:0123456789ab`, enough to tell two apart. */
const shortDigest = (digest: string): string => digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]*$/, '$1');

/** A built image's tag is its key. */
export const isBuilt = ({reference, key}: NamedImage): boolean => reference.endsWith(`:${key}`);

/** A prebuilt image as text: `nginx:1.27@sha256:0123456789ab`. */
export function describePrebuilt(reference: string, id: string, digest?: string): string {
	if (reference.includes('@')) return reference;
	const registered = digest?.slice(digest.indexOf('@') + 1);
	return `${reference}@${shortDigest(registered ?? id)}`;
}

/** A reference with the digest that its registry has for it, if that is known. */
const describeRegistered = (reference: string, digest: string | undefined): string =>
	digest === undefined ? reference : describePrebuilt(reference, '', digest);

// The key of a prebuilt image is its id once the engine has it.
const knownId = (image: NamedImage): string | null =>
	image.id ?? (isBuilt(image) || image.key === image.reference ? null : image.key);

function shownImage(image: NamedImage, id: string | null): ShownValue {
	const {reference, key, origin} = image;
	if (!isBuilt(image))
		return id === null
			? {type: 'computed', note: `will be pulled: ${describeRegistered(reference, origin?.digest)}`}
			: {type: 'text', text: describePrebuilt(reference, id, origin?.digest)};
	if (id === null) return {type: 'computed', note: `will be built${origin?.commit ? ` from ${origin.commit}` : ''}`};
	const built = origin?.builtAt ? `, built ${minuteText(origin.builtAt)}` : '';
	return {type: 'text', text: `${origin?.commit ?? key.slice(0, 12)}${built}`};
}

/** The image of a service as an attribute: shown by its origin, compared by its id. */
export function imageAttribute(image: NamedImage): Attribute {
	const id = knownId(image);
	const shown = shownImage(image, id);
	return id === null ? {shown, identity: null} : {shown, identity: id, detail: shortDigest(id)};
}

/** Whether two images are equal: the same one, or built from the same source and configuration. */
export const isSameImage = (one: NamedImage, other: NamedImage): boolean => imageIdentity(one) === imageIdentity(other);

/** A text that equal images share: the key of a built image, the id of a prebuilt one. */
export const imageIdentity = (image: NamedImage): string => (isBuilt(image) ? image.key : (image.id ?? image.key));

const shortLength = 7;

/** A short name for lists: the start of a built image's key, the tag of a prebuilt one, or the start of its digest. */
export function shortImage(image: NamedImage): string {
	if (isBuilt(image)) return image.key.slice(0, shortLength);
	const [, digest] = /@\w+:([0-9a-f]+)$/.exec(image.reference) ?? [];
	if (digest !== undefined) return digest.slice(0, shortLength);
	return /:([^:/]+)$/.exec(image.reference)?.[1] ?? 'latest';
}

/** The image of a recorded deployment. */
export const imageOf = ({imageId, imageReference, imageKey, imageOrigin}: Deployment): NamedImage => ({
	id: imageId,
	reference: imageReference,
	key: imageKey,
	origin: imageOrigin,
});

/** The image of a recorded resource. */
export const imageOfResource = ({imageId, spec}: Pick<ResourceRecord, 'imageId' | 'spec'>): NamedImage => ({
	id: imageId,
	reference: spec.image,
	key: imageId,
});
