import {describeBuildProgress} from '../../build/build-log.ts';
import {type BuildLogFile, openBuildLog} from '../../build/build-log-file.ts';
import {manifestPath} from '../../build/manifest.ts';
import {writeManifest} from '../../build/manifest-file.ts';
import type {PlannedBuild} from '../../build/plan-build.ts';
import {type BuiltImage, runBuild} from '../../build/run-build.ts';
import {BuildError, CancelledError, UserError} from '../../errors.ts';
import {imageAddress} from '../../model/address.ts';
import type {ImageOrigin} from '../../model/image-origin.ts';
import {imageLabelsOf} from '../../model/labels.ts';
import type {PlannedImage} from '../../plan/plan.ts';
import {digestOf} from '../../refresh/find-images.ts';
import {type ApplyContext, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {StepError} from '../step-error.ts';

async function buildImage(
	context: ApplyContext,
	planned: PlannedImage,
	build: PlannedBuild,
	op: string,
): Promise<BuiltImage> {
	const {plan, engine, emit, stopping} = context;
	const address = imageAddress(planned.service);
	const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
	const log = await openBuildLog(context.directory, planned.service);
	try {
		return await runBuild(engine, build, {
			reference: planned.reference,
			labels: imageLabelsOf({...object, address, op}),
			signal: stopping,
			onProgress: event => {
				const {status, lines} = describeBuildProgress(event);
				if (status) progress(context, address, status);
				for (const text of lines) {
					log.write(text);
					emit({type: 'log', at: Date.now(), address, stream: 'build', text});
				}
			},
		});
	} catch (error) {
		throw explainFailure(error, log);
	} finally {
		// A log that cannot be written must not fail the build.
		await log.close().catch(() => undefined);
	}
}

const longestName = 160;
const shortName = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName)}…` : name);

/** Explains a failed build: the failed build step, its last lines and the log file. */
function explainFailure(error: unknown, log: BuildLogFile): unknown {
	if (error instanceof CancelledError) log.write(error.message);
	if (error instanceof CancelledError || !(error instanceof UserError)) return error;
	const {summary, step} = error instanceof BuildError ? error : {summary: error.message, step: undefined};
	const exitCode = /(?:exit code:?|non-zero code:) (\d+)$/.exec(summary)?.[1];
	// The summary of a failed command only repeats the command.
	const message = step && exitCode !== undefined ? `the build failed at ${shortName(step.name)}` : summary;
	log.write(summary);
	return new StepError({
		message,
		...(exitCode !== undefined && {exitCode: Number(exitCode)}),
		lastLines: step?.lines ?? [],
		logFile: log.file,
	});
}

async function pullImage(context: ApplyContext, {service, reference, key}: PlannedImage): Promise<Made> {
	const {engine, stopping} = context;
	const found = await engine.findImage(reference);
	const onProgress = ({message}: {readonly message: string}) => progress(context, imageAddress(service), message);
	const image = found ?? (await engine.pullImage(reference, onProgress, stopping));
	return {id: image.id, reference, key, origin: {digest: digestOf(image, reference)}};
}

type Made = {readonly id: string; readonly key: string; readonly reference: string; readonly origin?: ImageOrigin};

/** Builds or pulls the image of a service and records it, with the manifest that explains the next rebuild. */
export async function makeImage(context: ApplyContext, planned: PlannedImage): Promise<void> {
	const {service, builder, origin: from} = planned;
	const build = context.builds.get(service);
	await writeJournaled(context, {
		address: imageAddress(service),
		intent: {type: 'build-image', reference: planned.reference},
		async run(op): Promise<Made> {
			if (!build) return pullImage(context, planned);
			const image = await context.limitBuilds(() => buildImage(context, planned, build, op), context.stopping);
			writeManifest(manifestPath(context.directory, service), image.manifest);
			return {...image, origin: from};
		},
		record: (state, {id, key, reference, origin}) => {
			const builtAt = new Date().toISOString();
			const record = {key, reference, builder, imageId: id, builtAt, origin: {...origin, builtAt}};
			return {...state, images: {...state.images, [service]: record}};
		},
	});
}
