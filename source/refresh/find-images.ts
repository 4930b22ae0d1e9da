import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {compareManifests, explainRebuild, type Manifest, manifestPath} from '../build/manifest.ts';
import {readManifest} from '../build/manifest-file.ts';
import {type PlannedBuild, planBuild} from '../build/plan-build.ts';
import {readSourceCommit} from '../build/source-commit.ts';
import type {Project, Service} from '../descriptor/project.ts';
import type {Image, ReadonlyEngine} from '../engine/engine.ts';
import {command, type Hint, hint} from '../hint.ts';
import type {ImageOrigin} from '../model/image-origin.ts';
import {imageRepository} from '../model/names.ts';
import type {DesiredService} from '../model/specs.ts';
import type {ImageFinding} from '../plan/input.ts';
import type {ImageRecord, State} from '../state/state.ts';
import {lookUp} from './look-up.ts';
import type {Promotion} from './plan-request.ts';

type Question = {
	readonly project: Project;
	readonly state: State;
	readonly engine: ReadonlyEngine;
	/** The state folder of the environment. */
	readonly directory: string;
	readonly rebuild: boolean;
};

/** A service's image as a plan shows it, and the build that would produce it. */
export type FoundImage = {
	readonly finding: ImageFinding;
	readonly build?: PlannedBuild;
	/** Why its registry did not say what it has. */
	readonly warning?: Hint | undefined;
};

type BuildArgs = {readonly args: Readonly<Record<string, string>>; readonly obstacle?: ImageFinding['obstacle']};

/** The plain variables a build may read; anything else is an obstacle (docs/rules.md, "Build variables"). */
function buildArgs({build, name}: Service, {spec}: DesiredService): BuildArgs {
	const args: Record<string, string> = {};
	for (const key of build.env) {
		const value = Object.hasOwn(spec.env, key) ? spec.env[key] : undefined;
		const unblock = command('variable set', key, 'VALUE', '--service', name, '--plain');
		if (!value)
			return {args, obstacle: {reason: `Build variable "${key}" was not found for service "${name}".`, unblock}};
		if (value.type === 'secret')
			return {
				args,
				obstacle: {
					reason: `Build variable "${key}" must be plain. Sensitive variables cannot be exposed to build.`,
					unblock,
				},
			};
		if (value.type === 'output')
			return {
				args,
				obstacle: {
					reason: `Build variable "${key}" uses a descriptor resource connection. Resource outputs resolve at runtime and cannot be exposed to build.`,
					unblock: `remove ${key} from build.env of service ${name}`,
				},
			};
		args[key] = value.value;
	}
	return {args};
}

function explainBuild(
	record: ImageRecord | undefined,
	build: PlannedBuild,
	readPrevious: () => Manifest | undefined,
): Pick<ImageFinding, 'reasons' | 'files'> {
	if (!record) return {reasons: [`first build, ${build.reason}`], files: []};
	if (record.key === build.key) return {reasons: [], files: []};
	const previous = readPrevious();
	if (!previous) return {reasons: ['source or build configuration changed'], files: []};
	const {added, changed, removed} = compareManifests(previous, build.manifest);
	const reasons = explainRebuild(previous, build.manifest);
	return {
		reasons: reasons.length > 0 ? reasons : ['build configuration changed'],
		files: [...added, ...changed, ...removed].sort(),
	};
}

// Records of older versions have only the time.
const originOf = ({origin, builtAt}: ImageRecord): ImageOrigin => ({...origin, builtAt});

/** A reference without its tag or digest. */
const repositoryOf = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');

/** The image's digest in the registry, if it came from one. */
export const digestOf = (image: Image | undefined, reference: string): string | undefined =>
	image?.digests.find(digest => digest.startsWith(`${repositoryOf(reference)}@`)) ?? image?.digests[0];

async function findBuild(question: Question, service: Service, desired: DesiredService): Promise<FoundImage> {
	const {project, state, engine, directory, rebuild} = question;
	const record = state.images[service.name];
	const readPrevious = () => (record ? readManifest(manifestPath(directory, service.name)) : undefined);
	const {args, obstacle} = buildArgs(service, desired);
	const [build, existing] = await Promise.all([
		planBuild({
			project,
			service,
			findImage: reference => engine.findImage(reference),
			readArchitecture: async () => (await engine.info()).architecture,
			// Planning a new environment must not create its folder.
			...(existsSync(directory) ? {cacheDirectory: join(directory, 'cache')} : {}),
			buildArgs: args,
			readPrevious,
		}),
		record && engine.findImage(record.imageId),
	]);
	const explained = explainBuild(record, build, readPrevious);
	const isGone = record !== undefined && existing === undefined;
	const reasons = [
		...explained.reasons,
		...(isGone ? ['image was removed outside Compartment'] : []),
		...(rebuild && explained.reasons.length === 0 ? ['rebuild requested with --rebuild'] : []),
	];
	const repository = imageRepository(project.name, state.environment, service.name);
	const isMade = reasons.length > 0;
	// Only for a build, so that a plan without changes does not wait for git.
	const commit = isMade ? await readSourceCommit(resolve(project.directory, service.path ?? '.')) : undefined;
	const planned = {
		service: service.name,
		key: build.key,
		builder: build.reason,
		reference: `${repository}:${build.key}`,
		imageId: isMade ? null : record!.imageId,
		origin: isMade ? {commit} : originOf(record!),
	};
	const exposedPorts = reasons.length === 0 ? existing?.exposedPorts : undefined;
	return {finding: {planned, reasons, files: explained.files, exposedPorts, obstacle}, build};
}

async function findPrebuilt({state, engine}: Question, service: string, reference: string): Promise<FoundImage> {
	const record = state.images[service];
	const image = await engine.findImage(reference);
	const looked = image ? {} : await lookUp(engine, reference);
	const reasons: string[] = [];
	if (!image) reasons.push(`image ${reference} is not on the engine yet`);
	else if (!record) reasons.push(`image ${reference} is used for the first time`);
	else if (record.reference !== reference) reasons.push(`image changed from ${record.reference} to ${reference}`);
	else if (record.imageId !== image.id) reasons.push(`image ${reference} now resolves to another digest`);
	const imageId = reasons.length === 0 ? image!.id : null;
	const digest = image ? digestOf(image, reference) : looked.digest && `${repositoryOf(reference)}@${looked.digest}`;
	const origin = imageId === null ? {digest} : originOf(record!);
	const planned = {
		service,
		key: image?.id ?? reference,
		builder: `prebuilt image ${reference}`,
		reference,
		imageId,
		origin,
	};
	return {finding: {planned, reasons, files: [], exposedPorts: image?.exposedPorts}, warning: looked.warning};
}

/** The active image of another environment, tagged for this one so that a cleanup there does not remove it. */
export async function findPromotedImage(
	{project, state, engine}: Question,
	{name}: DesiredService,
	{from, deployments}: Promotion,
): Promise<FoundImage> {
	const {id, imageId, imageKey, imageReference, imageOrigin: origin} = deployments[name]!;
	const isBuilt = imageReference.startsWith(`${imageRepository(project.name, from, name)}:`);
	const reference = isBuilt ? `${imageRepository(project.name, state.environment, name)}:${imageKey}` : imageReference;
	const planned = {service: name, key: imageKey, builder: `promoted from ${from}`, reference, imageId, origin};
	const note = `image of ${id} is promoted from ${from}`;
	const image = await engine.findImage(imageId);
	if (image) return {finding: {planned, reasons: [], files: [], note, exposedPorts: image.exposedPorts}};
	const reason = `The selected deployment does not have a reusable image: ${imageReference} of ${id} is not on the engine`;
	const unblock = hint`${command('apply', '--env', from, '--rebuild', '--service', name)}, then promote again`;
	return {finding: {planned, reasons: [], files: [], obstacle: {reason, unblock}}};
}

/** Determines the image that a service would get, without building or pulling anything. */
export function findServiceImage(question: Question, desired: DesiredService): Promise<FoundImage> {
	if (desired.image.type === 'prebuilt') return findPrebuilt(question, desired.name, desired.image.reference);
	const service = question.project.services.find(({name}) => name === desired.name)!;
	return findBuild(question, service, desired);
}
