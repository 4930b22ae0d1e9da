import {expect, it} from 'vitest';
import {listOwnImages} from '../../source/apply/own-images.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {imageLabels, labels} from '../../source/model/labels.ts';

it('lists images with current and previous labels, each once, and no others', async () => {
	const engine = createMemoryEngine({
		images: {
			'new:1': {labels: {[imageLabels.project]: 'shop'}},
			'old:1': {labels: {[labels.project]: 'shop'}},
			'both:1': {labels: {[labels.project]: 'shop', [imageLabels.project]: 'shop'}},
			'other:1': {labels: {[imageLabels.project]: 'blog'}},
			'plain:1': {},
		},
	});
	const found = await listOwnImages(engine, 'project', 'shop');
	expect(found.flatMap(({tags}) => tags).sort()).toEqual(['both:1', 'new:1', 'old:1']);
});
