import {createHash} from 'node:crypto';
import path from 'node:path';
import type {Project, Service} from '../descriptor/project.ts';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {platformOf} from '../engine/platform.ts';
import type {WrittenFiles} from './archive.ts';
import {buildKey, hashText} from './build-key.ts';
import {type Builder, chooseBuilder} from './choose.ts';
import {type HashedContext, hashContext} from './content-hash.ts';
import {readContext} from './context.ts';
import {findFrontend} from './dockerfile.ts';
import {type BaseReference, dependsOnPlatform, listBases} from './dockerfile-bases.ts';
import {type BuildInputs, type DetectedInputs, type Manifest, manifestFiles} from './manifest.ts';
import {changedError, readSourceFile} from './open-file.ts';
import {relativePath} from './paths.ts';
import type {RailpackFinding} from './railpack/find-railpack.ts';
import {planRailpack, type RailpackRequest} from './railpack/plan-railpack.ts';
import {type SourceSelection, selectSource} from './select-source.ts';

export type PlannedBase = BaseReference & {
	/** The id it resolves to; null if it is neither on the engine nor known from the previous build. */
	readonly imageId: string | null;
	/** Whether it is on the engine. */
	readonly isPresent: boolean;
	/** Where it is named, for messages: `services/web/Dockerfile:3`. */
	readonly place: string;
};

/** A planned build: what an image will be built from. Planning changes nothing. */
export type PlannedBuild = {
	/** The content address of all inputs, 32 hex digits; also the image's tag. */
	readonly key: string;
	readonly builder: Builder;
	/** Why this builder was chosen, for people. */
	readonly reason: string;
	/** Kept with the image to explain the next rebuild. */
	readonly manifest: Manifest;
	readonly context: HashedContext;
	/** Real path of the context root. */
	readonly contextRoot: string;
	/** Path of the Dockerfile in the context. */
	readonly dockerfilePath: string;
	readonly bases: readonly PlannedBase[];
	/** Images that the builder pulls itself: its frontend, and bases for another platform. */
	readonly pulls: readonly string[];
	/** Never secrets. */
	readonly args: Readonly<Record<string, string>>;
	readonly target: string | undefined;
	/** Generated files in the archive beside the source; absent if the user's Dockerfile is built. */
	readonly written?: WrittenFiles;
	/** The request to the Railpack CLI, if it builds. */
	readonly railpack?: RailpackRequest;
};

type BuildQuestion = {
	readonly project: Pick<Project, 'directory'>;
	readonly service: Service;
	readonly findImage: ReadonlyEngine['findImage'];
	/** The engine's processor, as `EngineInfo` calls it. Asked only if the Dockerfile depends on it. */
	readonly readArchitecture: () => Promise<string>;
	/** Folder for cached content hashes, one file per service. */
	readonly cacheDirectory?: string;
	/** The non-secret variables that `build.env` names. */
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly target?: string;
	/** Looks for the Railpack CLI. Default: on PATH. */
	readonly findRailpack?: () => Promise<RailpackFinding>;
	/**
	 * Reads the manifest of the service's current image. A base image that is no longer on the engine (pruned) counts as
	 * unchanged, so that pruning images causes no rebuild.
	 */
	readonly readPrevious?: () => Manifest | undefined;
};

/** Reads the Dockerfile and verifies that it is the one that was hashed. */
function readDockerfile(context: HashedContext, dockerfile: string, name: string): string {
	const activity = 'read';
	const content = readSourceFile({source: dockerfile, name, activity});
	const entry = context.entries.find(({path: place}) => place === context.dockerfile);
	const hash = createHash('sha256').update(content).digest('hex');
	if (entry?.type !== 'file' || entry.hash !== hash) throw changedError(name, activity);
	return content.toString();
}

type Text = {readonly text: string; readonly name: string};

/** The base images of a Dockerfile on the engine that will build it. */
async function findBases({text, name}: Text, target: string | undefined, question: BuildQuestion) {
	const {findImage, readArchitecture, readPrevious, buildArgs} = question;
	const platform = platformOf(dependsOnPlatform(text) ? await readArchitecture() : '');
	return Promise.all(
		listBases(text, {name, args: buildArgs, target, platform}).map(async (base): Promise<PlannedBase> => {
			const place = `${name}:${base.line}`;
			// What the engine has under this name is for its own platform. The builder finds the other one.
			if (base.platform) return {...base, imageId: null, isPresent: false, place};
			const image = await findImage(base.reference);
			const imageId = image?.id ?? readPrevious?.()?.inputs.bases[base.reference] ?? null;
			return {...base, imageId, isPresent: image !== undefined, place};
		}),
	);
}

/** The part of a planned build that depends on the builder. */
type BuilderPart = Pick<PlannedBuild, 'reason' | 'written' | 'railpack'> & {
	readonly detected?: DetectedInputs;
	/** The text that names the base images, with its name for messages. */
	readonly dockerfile: Text | undefined;
	readonly target?: string;
};

async function planBuilder(
	{project, service, buildArgs, target}: BuildQuestion,
	selection: SourceSelection,
	context: HashedContext,
	builder: Builder,
): Promise<BuilderPart> {
	switch (builder.type) {
		case 'dockerfile': {
			const name = relativePath(selection.projectDirectory, builder.dockerfile);
			const text = readDockerfile(context, builder.dockerfile, name);
			return {reason: builder.reason, dockerfile: {text, name}, target};
		}
		case 'detected': {
			// Imported on demand: most services have a Dockerfile, and the detectors are slow to load.
			const {planDetected} = await import('./plan-detected.ts');
			const {inputs, files, reason} = await planDetected(service, selection, context, builder);
			const dockerfile = {text: files['Dockerfile']!, name: `services.${service.name} (built-in)`};
			return {reason, dockerfile, written: files, detected: inputs};
		}
		case 'railpack': {
			const {request, inputs} = planRailpack(service, builder, {project: project.directory, args: buildArgs});
			return {reason: builder.reason, dockerfile: undefined, railpack: request, detected: inputs};
		}
	}
}

/**
 * Plans the build of a service's image: builder, context, content hash, base images, and the key over all of them.
 * Throws a UserError for every problem that can be found before the build.
 */
export async function planBuild(question: BuildQuestion): Promise<PlannedBuild> {
	const {project, service, cacheDirectory, buildArgs, findRailpack} = question;
	const selection = await selectSource(project, service);
	const builder = await chooseBuilder(service, project, selection, findRailpack);
	const listed = await readContext(selection, builder.type === 'dockerfile' ? builder.dockerfile : undefined);
	const cacheFile = cacheDirectory && path.join(cacheDirectory, `${service.name}.hashes.json`);
	const context = await hashContext(listed, {cacheFile});

	const {dockerfile, target, detected, ...part} = await planBuilder(question, selection, context, builder);
	const bases = dockerfile ? await findBases(dockerfile, target, question) : [];
	const inputs: BuildInputs = {
		builder: builder.type,
		dockerfile: part.written ? 'Dockerfile' : (listed.dockerfile ?? ''),
		target: target ?? null,
		args: Object.fromEntries(Object.entries(buildArgs).map(([key, value]) => [key, hashText(value)])),
		bases: Object.fromEntries(bases.map(({reference, imageId}) => [reference, imageId])),
		...(detected && {detected}),
	};
	return {
		...part,
		key: buildKey(context.hash, inputs),
		builder,
		manifest: {inputs, files: manifestFiles(context)},
		context,
		contextRoot: selection.root,
		dockerfilePath: inputs.dockerfile,
		bases,
		pulls: [
			...(dockerfile ? [findFrontend(dockerfile.text)] : []),
			...bases.map(({reference, platform}) => (platform ? reference : undefined)),
		].filter(reference => reference !== undefined),
		args: buildArgs,
		target,
	};
}
