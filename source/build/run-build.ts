import type {BuildProgress, Engine, Image, Labels} from '../engine/engine.ts';
import {CancelledError, hintOf, messageOf, UserError} from '../errors.ts';
import {packContext, type WrittenFiles} from './archive.ts';
import {buildKey} from './build-key.ts';
import type {Manifest} from './manifest.ts';
import type {PlannedBase, PlannedBuild} from './plan-build.ts';
import {treeOf} from './tree.ts';

type BuildEngine = Pick<
	Engine,
	'clientVariables' | 'hasBuildKit' | 'findImage' | 'pullImage' | 'buildImage' | 'tagImage' | 'removeImage'
>;

type BuildOptions = {
	/** Repository and tag of the result; the tag is the planned key. */
	readonly reference: string;
	readonly labels: Labels;
	readonly onProgress: (progress: BuildProgress) => void;
	readonly signal?: AbortSignal;
	/** The plan was made a moment ago, so the base images that it found are not looked up again. */
	readonly isPlanFresh?: boolean;
};

/** A built image with the key and the manifest of what it was actually built from. */
export type BuiltImage = Image & {
	/** Differs from the planned key if a base image had to be pulled, because its id is known only then. */
	readonly key: string;
	/** Repository and tag; the tag is `key`. The planned reference names the same image. */
	readonly reference: string;
	readonly manifest: Manifest;
};

const classicNotice =
	'This engine has no BuildKit. Building with the classic builder, one step at a time and without cache mounts.';

/** The id of a base image, pulled if necessary; null if the builder has to find it. */
async function ensureBase(engine: BuildEngine, base: PlannedBase, options: BuildOptions): Promise<string | null> {
	const {reference, place, imageId, isPresent, platform} = base;
	if (platform) return null;
	if (options.isPlanFresh && isPresent && imageId !== null) return imageId;
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
				hint: hintOf(error) ?? `Check the name in ${place}, and that the engine can reach the registry.`,
				cause: error,
			},
		);
	}
}

/** The files for the classic builder, which does not support mounts. Without caches it only takes longer. */
async function plainFiles(files: WrittenFiles): Promise<WrittenFiles> {
	const {withoutMounts} = await import('./recipes/dockerfile-lines.ts');
	return {...files, Dockerfile: withoutMounts(files['Dockerfile']!)};
}

/** Streams the context to the engine. If a file changed meanwhile, throws that error instead of the engine's. */
async function sendBuild(engine: BuildEngine, planned: PlannedBuild, options: BuildOptions): Promise<Image> {
	const stop = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
	const hasBuildKit = await engine.hasBuildKit();
	if (!hasBuildKit) options.onProgress({type: 'output', id: 'builder', text: classicNotice});
	const {written} = planned;
	const files = written && !hasBuildKit ? await plainFiles(written) : written;
	const archive = packContext(planned.context, files);
	let packError: unknown;
	archive.once('error', error => {
		packError = error;
		stop.abort(error);
	});
	const request = {
		context: archive,
		// Without the tag: that of a service's builds differs.
		tree: treeOf(planned.context, options.reference.replace(/:[^:/]*$/, ''), files),
		dockerfile: planned.dockerfilePath,
		reference: options.reference,
		labels: options.labels,
		args: planned.args,
		target: planned.target,
		pulls: planned.pulls,
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
 * Builds a planned image: pulls missing base images, sends the context and waits for the result. Throws a UserError that
 * names a base image and its line, a file that changed since it was planned, or the failed step with the engine's
 * message; or a CancelledError after an abort.
 */
export async function runBuild(engine: BuildEngine, planned: PlannedBuild, options: BuildOptions): Promise<BuiltImage> {
	try {
		options.signal?.throwIfAborted();
		const bases: Record<string, string | null> = {};
		for (const base of planned.bases) bases[base.reference] = await ensureBase(engine, base, options);
		const inputs = {...planned.manifest.inputs, bases};
		const {railpack} = planned;
		const send = async () => {
			if (!railpack) return sendBuild(engine, planned, options);
			// Most builds do not need it.
			const {runRailpack} = await import('./railpack/run-railpack.ts');
			return runRailpack(engine, {...planned, railpack}, options);
		};
		const image = await send();
		const key = buildKey(planned.context.hash, inputs);
		const reference = options.reference.replace(planned.key, key);
		if (reference !== options.reference) await engine.tagImage(image.id, reference);
		return {...image, key, reference, manifest: {...planned.manifest, inputs}};
	} catch (error) {
		throw options.signal?.aborted ? new CancelledError('The build was cancelled.') : error;
	}
}
