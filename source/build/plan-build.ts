import {createHash} from 'node:crypto';
import path from 'node:path';
import type {Project, Service} from '../descriptor/project.ts';
import type {ReadonlyEngine} from '../engine/engine.ts';
import type {WrittenFiles} from './archive.ts';
import {buildKey, hashText} from './build-key.ts';
import {type Builder, chooseBuilder} from './choose.ts';
import {type HashedContext, hashContext} from './content-hash.ts';
import {readContext} from './context.ts';
import {type BaseReference, listBases} from './dockerfile-bases.ts';
import {type BuildInputs, type DetectedInputs, type Manifest, manifestFiles} from './manifest.ts';
import {changedError, readSmallFile} from './open-file.ts';
import {relativePath} from './paths.ts';
import type {RailpackFinding} from './railpack/find-railpack.ts';
import {planRailpack, type RailpackRequest} from './railpack/plan-railpack.ts';
import {type SourceSelection, selectSource} from './select-source.ts';

export type PlannedBase = BaseReference & {
	/** Id it resolves to; null when it is neither on the engine nor known from the previous build. */
	readonly imageId: string | null;
	/** How messages call the place that names it: `services/web/Dockerfile:3`. */
	readonly place: string;
};

/** What an image will be made from, found out without changing anything. */
export type PlannedBuild = {
	/** Content address of all inputs, 32 hex digits: the image's tag. */
	readonly key: string;
	readonly builder: Builder;
	/** Why this builder, for people. */
	readonly reason: string;
	/** To be kept with the image: it explains the next rebuild. */
	readonly manifest: Manifest;
	readonly context: HashedContext;
	/** Real path of the context root. */
	readonly contextRoot: string;
	/** Place of the Dockerfile in the context. */
	readonly dockerfilePath: string;
	readonly bases: readonly PlannedBase[];
	/** Plain values only. */
	readonly args: Readonly<Record<string, string>>;
	readonly target: string | undefined;
	/** Files of the archive beside the source, when no Dockerfile of the user is built. */
	readonly written?: WrittenFiles;
	/** What the Railpack CLI is told, when it builds. */
	readonly railpack?: RailpackRequest;
};

type BuildQuestion = {
	readonly project: Pick<Project, 'directory'>;
	readonly service: Service;
	readonly findImage: ReadonlyEngine['findImage'];
	/** Folder in which content hashes are remembered, one file per service. */
	readonly cacheDirectory?: string;
	/** The plain variables that `build.env` names. */
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly target?: string;
	/** Looks for the Railpack CLI; absent: on PATH. */
	readonly findRailpack?: () => Promise<RailpackFinding>;
	/**
	 * Reads the manifest of the image that the service has now. A base that is not on the engine any more (pruned) is
	 * taken to be the one it was built from, so that cleaning up images rebuilds nothing.
	 */
	readonly readPrevious?: () => Promise<Manifest | undefined>;
};

/** Reads the Dockerfile and makes sure that it is the one that was hashed. */
async function readDockerfile(context: HashedContext, dockerfile: string, name: string): Promise<string> {
	const activity = 'read';
	const content = await readSmallFile({source: dockerfile, name, activity});
	const entry = context.entries.find(({path: place}) => place === context.dockerfile);
	const hash = createHash('sha256').update(content).digest('hex');
	if (entry?.type !== 'file' || entry.hash !== hash) throw changedError(name, activity);
	return content.toString();
}

/** What a builder adds to the inputs that all builds have. */
type BuilderPart = Pick<PlannedBuild, 'reason' | 'written' | 'railpack'> & {
	readonly detected?: DetectedInputs;
	/** Text that names the base images, and how messages call it. */
	readonly dockerfile: {readonly text: string; readonly name: string} | undefined;
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
			const text = await readDockerfile(context, builder.dockerfile, name);
			return {reason: builder.reason, dockerfile: {text, name}, target};
		}
		case 'detected': {
			// Most services have a Dockerfile, and reading package.json and its like takes a while to load.
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
 * Finds out what a service's image will be made from: builder, context, content hash, base images, and the key over
 * all of them. Throws a UserError for everything that would keep it from being built and can be seen before.
 */
export async function planBuild(question: BuildQuestion): Promise<PlannedBuild> {
	const {project, service, findImage, cacheDirectory, buildArgs, readPrevious, findRailpack} = question;
	const selection = await selectSource(project, service);
	const builder = await chooseBuilder(service, project, selection, findRailpack);
	const listed = await readContext(selection, builder.type === 'dockerfile' ? builder.dockerfile : undefined);
	const cacheFile = cacheDirectory && path.join(cacheDirectory, `${service.name}.hashes.json`);
	const context = await hashContext(listed, {cacheFile});

	const {dockerfile, target, detected, ...part} = await planBuilder(question, selection, context, builder);
	const found = dockerfile ? listBases(dockerfile.text, {name: dockerfile.name, args: buildArgs, target}) : [];
	const bases = await Promise.all(
		found.map(async (base): Promise<PlannedBase> => {
			const image = await findImage(base.reference);
			const imageId = image?.id ?? (await readPrevious?.())?.inputs.bases[base.reference] ?? null;
			return {...base, imageId, place: `${dockerfile!.name}:${base.line}`};
		}),
	);
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
		args: buildArgs,
		target,
	};
}
