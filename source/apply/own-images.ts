import type {ListedImage, ReadonlyEngine} from '../engine/engine.ts';
import {imageLabels, labels} from '../model/labels.ts';

/** Images that carry this project or lineage, also those of earlier releases, which have the labels of containers. */
export async function listOwnImages(
	engine: Pick<ReadonlyEngine, 'listImages'>,
	key: 'project' | 'lineage',
	value: string,
): Promise<readonly ListedImage[]> {
	const found = await Promise.all([imageLabels[key], labels[key]].map(name => engine.listImages({[name]: value})));
	return [...new Map(found.flat().map(image => [image.id, image])).values()];
}
