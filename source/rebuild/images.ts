import {present} from '../descriptor/present.ts';
import type {ImageRecord, State} from '../state/state.ts';
import type {FoundDeployment} from './find-deployments.ts';

const builtAtOf = ({shape: {image, createdAt}}: FoundDeployment): string => image.origin?.builtAt ?? createdAt;

function recordOf(found: FoundDeployment): ImageRecord {
	const {key, reference, builder = 'unknown', origin} = found.shape.image;
	const {imageId} = found.container;
	return present({key, imageId, reference, builder, builtAt: builtAtOf(found), origin}) as ImageRecord;
}

/** The newest image of each service that one of its containers was made from. */
export function imageRecords(found: readonly FoundDeployment[]): State['images'] {
	const newestLast = [...found].sort((a, b) => (builtAtOf(a) < builtAtOf(b) ? -1 : 1));
	return Object.fromEntries(newestLast.map(each => [each.service, recordOf(each)]));
}
