import type {Engine, ListedImage, ReadonlyEngine} from '../engine/engine.ts';
import {imageLabels, labels} from '../model/labels.ts';
import {imageRepository} from '../model/names.ts';
import type {Owner} from '../model/own.ts';
import type {State} from '../state/state.ts';

/** Images that carry this project or lineage, also those of earlier releases, which have the labels of containers. */
export async function listOwnImages(
	engine: Pick<ReadonlyEngine, 'listImages'>,
	key: 'project' | 'lineage',
	value: string,
): Promise<readonly ListedImage[]> {
	const found = await Promise.all([imageLabels[key], labels[key]].map(name => engine.listImages({[name]: value})));
	return [...new Map(found.flat().map(image => [image.id, image])).values()];
}

/** Whether a tag is in a repository of this environment. No other tag is ever removed. */
export function isOwnReference(tag: string, {project, environment}: Pick<Owner, 'project' | 'environment'>): boolean {
	const prefix = imageRepository(project, environment, 'x').replace(/x$/, '');
	return tag.startsWith(prefix);
}

/**
 * The names by which to remove what is not needed of an image: its tags, or its id if a later build of the same source took
 * its tag.
 * @param needed references and ids
 */
export function unneededNames(
	{id, tags, labels: own}: ListedImage,
	needed: ReadonlySet<string>,
	owner: Owner,
): readonly string[] {
	if (tags.length > 0) return tags.filter(tag => isOwnReference(tag, owner) && !needed.has(tag));
	return own[imageLabels.lineage] === owner.lineage && !needed.has(id) ? [id] : [];
}

/**
 * Removes the image that a build made, unless the state records it. The engine keeps the steps of the build in its cache.
 * @param op id of the journaled write
 */
export async function removeUnrecorded(
	engine: Pick<Engine, 'listImages' | 'removeImage'>,
	state: State,
	op: string,
): Promise<{readonly isRecorded: boolean; readonly removed: readonly string[]}> {
	const made = await engine.listImages({[imageLabels.lineage]: state.lineage, [imageLabels.op]: op});
	const recorded = new Set(Object.values(state.images).map(({imageId}) => imageId));
	if (made.some(({id}) => recorded.has(id))) return {isRecorded: true, removed: []};
	const removed = made.flatMap(image => unneededNames(image, recorded, state));
	for (const name of removed) await engine.removeImage(name);
	return {isRecorded: false, removed};
}
