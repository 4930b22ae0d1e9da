import type {BuildProgress, Engine, Image, Labels} from '../engine/engine.ts';
import {CancelledError, messageOf, UserError} from '../errors.ts';
import {packContext, type WrittenFiles} from './archive.ts';
import {buildKey} from './build-key.ts';
import {withoutMounts} from './detect/dockerfile-lines.ts';
import type {Manifest} from './manifest.ts';
import type {PlannedBase, PlannedBuild} from './plan-build.ts';
import {runRailpack} from './railpack/run-railpack.ts';

type BuildEngine = Pick<
	Engine,
	'address' | 'info' | 'findImage' | 'pullImage' | 'buildImage' | 'tagImage' | 'removeImage'
>;

type BuildOptions = {
	/** Repository and tag of the result; the tag is the planned key. */
	readonly reference: string;
	readonly labels: Labels;
	readonly onProgress: (progress: BuildProgress) => void;
	readonly signal?: AbortSignal;
};

/** An image and what it was really made from: the key and the manifest to record. */
export type BuiltImage = Image & {
	/** Differs from the planned key when a base image had to be pulled: only then is it known what it is. */
	readonly key: string;
	/** Repository and tag that end in `key`. The planned reference leads to the same image. */
	readonly reference: string;
	readonly manifest: Manifest;
};

const classicNotice =
	'This engine has no BuildKit: building with its classic builder, one step at a time and without caches.';

async function ensureBase(engine: BuildEngine, base: PlannedBase, options: BuildOptions): Promise<string> {
	const {reference, place} = base;
	const present = await engine.findImage(reference);
	if (present) return present.id;
	const onProgress = ({message}: {message: string}) =>
		options.onProgress({type: 'transfer', message: `${reference}: ${message}`});
	try {
		return (await engine.pullImage(reference, onProgress, options.signal)).id;
	} catch (error) {
		if (options.signal?.aborted) throw error;
		throw new UserError(
			`${place}: base image "${reference}" is not on the engine and could not be pulled: ${messageOf(error)}`,
			{
				hint: `Check the name in ${place}, and that the engine reaches the registry.`,
				cause: error,
			},
		);
	}
}

/** What goes to a classic builder, which knows no mounts; without caches it only takes longer. */
const plainFiles = (files: WrittenFiles): WrittenFiles => ({...files, Dockerfile: withoutMounts(files['Dockerfile']!)});

/** Sends the context while it is read. A context that changed meanwhile is the cause to name, whatever the engine says. */
async function sendBuild(engine: BuildEngine, planned: PlannedBuild, options: BuildOptions): Promise<Image> {
	const stop = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
	const {hasBuildKit} = await engine.info();
	if (!hasBuildKit) options.onProgress({type: 'output', id: 'builder', text: classicNotice});
	const {written} = planned;
	const archive = packContext(planned.context, written && (hasBuildKit ? written : plainFiles(written)));
	let packError: unknown;
	archive.once('error', error => {
		packError = error;
		stop.abort(error);
	});
	const request = {
		context: archive,
		dockerfile: planned.dockerfilePath,
		reference: options.reference,
		labels: options.labels,
		args: planned.args,
		target: planned.target,
	};
	try {
		return await engine.buildImage(request, options.onProgress, signal);
	} catch (error) {
		throw packError ?? error;
	} finally {
		archive.destroy();
	}
}

/**
 * Builds a planned image: makes sure that its base images are there (pulling what is missing), sends the context and
 * waits for the result. Throws a UserError that names the base and its line, the file that changed since it was
 * planned, or the engine's text of the failing step; a CancelledError after the signal.
 */
export async function runBuild(engine: BuildEngine, planned: PlannedBuild, options: BuildOptions): Promise<BuiltImage> {
	try {
		options.signal?.throwIfAborted();
		const bases: Record<string, string> = {};
		for (const base of planned.bases) bases[base.reference] = await ensureBase(engine, base, options);
		const inputs = {...planned.manifest.inputs, bases};
		const {railpack} = planned;
		const image = railpack
			? await runRailpack(engine, {...planned, railpack}, options)
			: await sendBuild(engine, planned, options);
		const key = buildKey(planned.context.hash, inputs);
		const reference = options.reference.replace(planned.key, key);
		if (reference !== options.reference) await engine.tagImage(image.id, reference);
		return {...image, key, reference, manifest: {...planned.manifest, inputs}};
	} catch (error) {
		throw options.signal?.aborted ? new CancelledError('The build was cancelled.') : error;
	}
}
