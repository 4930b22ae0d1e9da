import {manifestPath} from '../../build/manifest.ts';
import {writeManifest} from '../../build/manifest-file.ts';
import type {BuiltImage} from '../../build/run-build.ts';
import type {Image, PullProgress} from '../../engine/engine.ts';
import {imageAddress} from '../../model/address.ts';
import type {ImageOrigin} from '../../model/image-origin.ts';
import type {PlannedImage} from '../../plan/plan.ts';
import {digestOf} from '../../refresh/find-images.ts';
import {readOwnImages} from '../clean-up-images.ts';
import {type ApplyContext, progress} from '../context.ts';
import {findKnownImage, rememberImage} from '../images.ts';
import {writeJournaled} from '../journaled.ts';
import {type RunningBuild, startBuild} from '../running-build.ts';

type OnProgress = (progress: PullProgress) => void;

/** Waits for a build, and shows what it reports. */
async function buildImage(context: ApplyContext, planned: PlannedImage, started: RunningBuild): Promise<BuiltImage> {
	const {directory, emit, stopping} = context;
	const {service} = planned;
	const address = imageAddress(service);
	const cancel = () => started.cancel(stopping.reason);
	stopping.addEventListener('abort', cancel, {once: true});
	if (stopping.aborted) cancel();
	readOwnImages(context);
	started.follow(({status, lines}) => {
		if (status) progress(context, address, status);
		for (const text of lines) emit({type: 'log', at: Date.now(), address, stream: 'build', text});
	});
	try {
		const image = await started.image;
		rememberImage(context, image);
		writeManifest(manifestPath(directory, service), image.manifest);
		return image;
	} finally {
		stopping.removeEventListener('abort', cancel);
	}
}

/** Pulls the image that the plan showed, even if its tag has moved in the registry since. */
async function pullShown(
	{engine, stopping}: ApplyContext,
	planned: PlannedImage,
	onProgress: OnProgress,
): Promise<Image> {
	const {reference, origin} = planned;
	if (origin?.digest === undefined || reference.includes('@')) return engine.pullImage(reference, onProgress, stopping);
	const image = await engine.pullImage(origin.digest, onProgress, stopping);
	await engine.tagImage(image.id, reference);
	return image;
}

async function pullImage(context: ApplyContext, planned: PlannedImage): Promise<Made> {
	const {service, reference, key} = planned;
	const found = await findKnownImage(context, reference);
	const onProgress: OnProgress = ({message}) => progress(context, imageAddress(service), message);
	const image = found ?? (await pullShown(context, planned, onProgress));
	rememberImage(context, image);
	return {id: image.id, reference, key, origin: {digest: digestOf(image, reference)}};
}

type Made = {readonly id: string; readonly key: string; readonly reference: string; readonly origin?: ImageOrigin};

/** Builds or pulls the image of a service and records it, with the manifest that explains the next rebuild. */
export async function makeImage(context: ApplyContext, planned: PlannedImage): Promise<void> {
	const {service, builder, origin: from} = planned;
	const build = context.builds.get(service);
	const early = context.earlyBuilds?.take(service);
	await writeJournaled(context, {
		...(early && {begun: early.op}),
		address: imageAddress(service),
		intent: {type: 'build-image', reference: planned.reference},
		async run(op): Promise<Made> {
			if (!build) return pullImage(context, planned);
			const image = await buildImage(context, planned, early ?? startBuild(context, {planned, build, op}));
			return {...image, origin: from};
		},
		record: (state, {id, key, reference, origin}) => {
			const builtAt = new Date().toISOString();
			const record = {key, reference, builder, imageId: id, builtAt, origin: {...origin, builtAt}};
			return {...state, images: {...state.images, [service]: record}};
		},
	});
}
