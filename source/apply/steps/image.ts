import {describeBuildProgress} from '../../build/build-log.ts';
import {openBuildLog} from '../../build/build-log-file.ts';
import {writeManifest} from '../../build/manifest-file.ts';
import type {PlannedBuild} from '../../build/plan-build.ts';
import {type BuiltImage, runBuild} from '../../build/run-build.ts';
import {imageAddress} from '../../model/address.ts';
import {labelsOf} from '../../model/labels.ts';
import type {PlannedImage} from '../../plan/plan.ts';
import {type ApplyContext, progress} from '../context.ts';
import {manifestFile} from '../manifests.ts';
import {operate} from '../operation.ts';

async function buildImage(
	context: ApplyContext,
	planned: PlannedImage,
	build: PlannedBuild,
	op: string,
): Promise<BuiltImage> {
	const {plan, engine, emit, signal} = context;
	const address = imageAddress(planned.service);
	const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
	const log = await openBuildLog(context.directory, planned.service);
	try {
		return await runBuild(engine, build, {
			reference: planned.reference,
			labels: labelsOf({...object, address, op}),
			signal,
			onProgress: event => {
				const {status, lines} = describeBuildProgress(event);
				if (status) progress(context, address, status);
				for (const text of lines) {
					log.write(text);
					emit({type: 'log', at: Date.now(), address, stream: 'build', text});
				}
			},
		});
	} finally {
		// A log that could not be written must not fail the build that it tells of.
		await log.close().catch(() => undefined);
	}
}

async function pullImage(context: ApplyContext, {service, reference, key}: PlannedImage) {
	const {engine, signal} = context;
	const found = await engine.findImage(reference);
	const onProgress = ({message}: {readonly message: string}) => progress(context, imageAddress(service), message);
	const image = found ?? (await engine.pullImage(reference, onProgress, signal));
	return {id: image.id, reference, key};
}

/** Builds or pulls the image of one service and records it, with the list of files that explains the next rebuild. */
export async function makeImage(context: ApplyContext, planned: PlannedImage): Promise<void> {
	const {service, builder} = planned;
	const build = context.builds.get(service);
	await operate(context, {
		address: imageAddress(service),
		intent: {type: 'build-image', reference: planned.reference},
		async run(op) {
			if (!build) return pullImage(context, planned);
			const image = await context.limitBuilds(() => buildImage(context, planned, build, op), context.signal);
			await writeManifest(manifestFile(context.directory, service), image.manifest);
			return image;
		},
		record: (state, {id, key, reference}) => {
			const record = {key, reference, builder, imageId: id, builtAt: new Date().toISOString()};
			return {...state, images: {...state.images, [service]: record}};
		},
	});
}
