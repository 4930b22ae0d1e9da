import {writeFileSync} from 'node:fs';
import {buffer} from 'node:stream/consumers';
import {describe, expect, test} from 'vitest';
import {compareManifests, explainRebuild} from '../../source/build/manifest.ts';
import {readManifest, writeManifest} from '../../source/build/manifest-file.ts';
import {planBuild} from '../../source/build/plan-build.ts';
import {runBuild} from '../../source/build/run-build.ts';
import type {BuildProgress, BuildRequest, Image} from '../../source/engine/engine.ts';
import {makeService, makeTree} from './tree.ts';

const imageOf = (id: string): Image => ({
	id,
	digests: [],
	tags: [],
	labels: {},
	exposedPorts: [],
	command: [],
	entrypoint: [],
	size: 1,
	createdAt: 0,
});

/** An engine that has some images, can pull others, and builds anything. */
function createFakeEngine(present: Record<string, string>, registry: Record<string, string> = {}, hasBuildKit = true) {
	const images = new Map(Object.entries(present));
	const requests: Omit<BuildRequest, 'context'>[] = [];
	const archives: Buffer[] = [];
	return {
		clientVariables: async () => ({}),
		hasBuildKit: async () => hasBuildKit,
		images,
		requests,
		archives,
		findImage: async (reference: string) => (images.has(reference) ? imageOf(images.get(reference)!) : undefined),
		pullImage: async (reference: string, onProgress: (progress: {message: string}) => void) => {
			const id = registry[reference];
			if (!id) throw new Error('manifest unknown');
			onProgress({message: 'Downloading'});
			images.set(reference, id);
			return imageOf(id);
		},
		buildImage: async ({context, ...request}: BuildRequest, _onProgress: unknown, signal?: AbortSignal) => {
			requests.push(request);
			archives.push(await buffer(context));
			signal?.throwIfAborted();
			images.set(request.reference, 'sha256:built');
			return imageOf('sha256:built');
		},
		tagImage: async (id: string, reference: string) => void images.set(reference, id),
		removeImage: async (reference: string) => void images.delete(reference),
	};
}

const tree = {'web/Dockerfile': 'ARG V=24\nFROM node:$V\nCOPY . .\n', 'web/server.js': 'one', 'web/lib/a.js': 'two'};
const service = makeService({path: 'web'});
type Question = Partial<Parameters<typeof planBuild>[0]>;

const plan = (root: string, question: Question = {}) =>
	planBuild({
		project: {directory: root},
		service,
		findImage: createFakeEngine({'node:24': 'sha256:n24', 'node:22': 'sha256:n22'}).findImage,
		readArchitecture: async () => 'x86_64',
		buildArgs: {},
		...question,
	});

describe('planBuild', () => {
	test('returns what will be built, why, and from which bases', async () => {
		const root = makeTree(tree);
		expect(await plan(root)).toMatchObject({
			key: expect.stringMatching(/^[0-9a-f]{32}$/),
			builder: {type: 'dockerfile'},
			reason: 'Dockerfile in web',
			contextRoot: `${root}/web`,
			dockerfilePath: 'Dockerfile',
			bases: [{reference: 'node:24', imageId: 'sha256:n24', line: 2, place: 'web/Dockerfile:2'}],
		});
	});

	test('returns the same key for the same inputs, and another key when any input changes', async () => {
		const root = makeTree(tree);
		const {key} = await plan(root);
		expect((await plan(makeTree(tree))).key).toBe(key);
		const moved = createFakeEngine({'node:24': 'sha256:other'}).findImage;
		const others = [
			await plan(makeTree({...tree, 'web/server.js': 'One'})),
			await plan(root, {buildArgs: {A: '1'}}),
			await plan(root, {buildArgs: {A: '2'}}),
			await plan(root, {buildArgs: {V: '22'}}),
			await plan(root, {findImage: moved}),
			await plan(root, {findImage: async () => undefined}),
			await plan(makeTree({...tree, 'web/b.Dockerfile': tree['web/Dockerfile']})),
			await plan(makeTree({...tree, 'web/b.Dockerfile': tree['web/Dockerfile']}), {
				service: {...service, dockerfile: 'web/b.Dockerfile'},
			}),
		];
		expect(new Set([key, ...others.map(other => other.key)]).size).toBe(others.length + 1);
	});

	test('assumes the base of the previous build if the base was pruned', async () => {
		const root = makeTree(tree);
		const {key, manifest} = await plan(root);
		expect((await plan(root, {findImage: async () => undefined, readPrevious: () => manifest})).key).toBe(key);
	});

	test('adds a Dockerfile outside the context to it', async () => {
		const root = makeTree({'app/a': '', 'docker/web': 'FROM node:24'});
		const planned = await plan(root, {service: makeService({path: 'app', dockerfile: 'docker/web'})});
		expect(planned.dockerfilePath).toBe('.compartment.Dockerfile');
		expect([...planned.manifest.files.keys()]).toEqual(['.compartment.Dockerfile', 'a']);
	});
});

describe('manifests', () => {
	test('show which files changed, and give the reasons of a plan', async () => {
		const root = makeTree(tree);
		const before = (await plan(root)).manifest;
		writeFileSync(`${root}/web/server.js`, 'changed');
		writeFileSync(`${root}/web/new.js`, '');
		const changed = (await plan(root)).manifest;
		expect(compareManifests(before, changed)).toEqual({added: ['new.js'], changed: ['server.js'], removed: []});
		expect(compareManifests(changed, before)).toEqual({added: [], changed: ['server.js'], removed: ['new.js']});
		expect(explainRebuild(before, changed)).toEqual(['source changed: 2 files']);
		expect(explainRebuild(before, before)).toEqual([]);

		const findImage = createFakeEngine({'node:24': 'sha256:moved'}).findImage;
		const other = (await plan(makeTree(tree), {findImage, buildArgs: {API: 'x'}})).manifest;
		expect(explainRebuild(before, other)).toEqual([
			'build variable API changed',
			'base image node:24 now resolves to another digest',
		]);
	});

	test('survive a round trip through a file, without the values of build variables', async () => {
		const {manifest} = await plan(makeTree(tree), {buildArgs: {A: 'canary'}});
		const file = `${makeTree()}/manifests/web.json`;
		writeManifest(file, manifest);
		expect(readManifest(file)).toEqual(manifest);
		expect(JSON.stringify(readManifest(file))).not.toContain('canary');
		expect(readManifest(`${file}.missing`)).toBeUndefined();
		writeFileSync(file, '{"format":99}');
		expect(readManifest(file)).toBeUndefined();
		const {inputs, files} = manifest;
		const damaged: readonly object[] = [
			{format: 1},
			{format: 1, inputs, files: [['a']]},
			{format: 1, inputs: {...inputs, bases: {a: 1}}, files: [...files]},
			{format: 1, inputs: {...inputs, target: 3}, files: [...files]},
			{format: 1, inputs: {...inputs, detected: {stack: 'node'}}, files: [...files]},
		];
		for (const content of damaged) {
			writeFileSync(file, JSON.stringify(content));
			expect(readManifest(file)).toBeUndefined();
		}
	});
});

describe('runBuild', () => {
	const run = async (
		engine: ReturnType<typeof createFakeEngine>,
		root: string,
		{signal, beforeBuild}: {signal?: AbortSignal; beforeBuild?: () => void} = {},
	) => {
		const planned = await plan(root, {findImage: engine.findImage, buildArgs: {A: '1'}});
		beforeBuild?.();
		const progress: BuildProgress[] = [];
		const reference = `compartment/x:${planned.key}`;
		const onProgress = (event: BuildProgress) => progress.push(event);
		return {
			planned,
			progress,
			image: await runBuild(engine, planned, {reference, labels: {l: '1'}, onProgress, signal}),
		};
	};

	test('sends the context, the Dockerfile, labels and arguments', async () => {
		const engine = createFakeEngine({'node:24': 'sha256:n24'});
		const {planned, image} = await run(engine, makeTree(tree));
		const reference = `compartment/x:${planned.key}`;
		expect(engine.requests).toEqual([
			{
				...{dockerfile: 'Dockerfile', reference, labels: {l: '1'}, args: {A: '1'}, target: undefined, pulls: []},
				tree: {key: 'compartment/x', entries: expect.anything()},
			},
		]);
		expect(engine.requests[0]!.tree!.entries.map(({path}) => path)).toEqual([
			...['Dockerfile', 'lib', 'lib/a.js', 'server.js'],
		]);
		expect(engine.archives[0]!.includes('COPY . .')).toBe(true);
		expect(image).toMatchObject({id: 'sha256:built', key: planned.key, reference});
	});

	test('includes a pulled base in the key, so that the next plan is empty', async () => {
		const engine = createFakeEngine({}, {'node:24': 'sha256:pulled'});
		const root = makeTree(tree);
		const {planned, image, progress} = await run(engine, root);
		expect(progress).toEqual([{type: 'transfer', message: 'node:24: Downloading'}]);
		expect(image.key).not.toBe(planned.key);
		expect((await plan(root, {findImage: engine.findImage, buildArgs: {A: '1'}})).key).toBe(image.key);
		expect([...engine.images.keys()]).toEqual([
			'node:24',
			`compartment/x:${planned.key}`,
			`compartment/x:${image.key}`,
		]);
		expect(image.manifest.inputs.bases).toEqual({'node:24': 'sha256:pulled'});
	});

	test('names a base that cannot be pulled with its line', async () => {
		await expect(run(createFakeEngine({}), makeTree(tree))).rejects.toThrow(
			'web/Dockerfile:2: base image "node:24" is not on the engine and could not be pulled: manifest unknown',
		);
	});

	test('names a file that changed since the plan as the cause', async () => {
		const root = makeTree(tree);
		const beforeBuild = () => writeFileSync(`${root}/web/server.js`, 'two');
		await expect(run(createFakeEngine({'node:24': 'x'}), root, {beforeBuild})).rejects.toThrow(
			'"server.js" changed while it was being packed.',
		);
	});

	test('stops on a signal', async () => {
		const controller = new AbortController();
		const beforeBuild = () => controller.abort();
		await expect(
			run(createFakeEngine({'node:24': 'x'}), makeTree(tree), {signal: controller.signal, beforeBuild}),
		).rejects.toThrow(expect.objectContaining({name: 'CancelledError'}));
	});
});
