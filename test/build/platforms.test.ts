import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {planBuild} from '../../source/build/plan-build.ts';
import {runBuild} from '../../source/build/run-build.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {isSamePlatform, parsePlatform, platformOf, platformText} from '../../source/engine/platform.ts';
import {createMemoryWorld} from '../apply/memory-world.ts';
import {makeService, makeTree} from './tree.ts';

const registry = Object.fromEntries(
	['app:amd64', 'app:arm64', 'app:armv7', 'tools:linux-arm64', 'node:24', 'alpine:3'].map(name => [name, {}]),
);

/** Plans a build of a Dockerfile on an engine with another processor than this machine's. */
async function planOn(architecture: string, dockerfile: string, images: Readonly<Record<string, object>> = {}) {
	const engine = createMemoryEngine({architecture, images, registry});
	const planned = await planBuild({
		project: {directory: makeTree({'web/Dockerfile': dockerfile})},
		service: makeService({path: 'web'}),
		findImage: engine.findImage,
		readArchitecture: async () => (await engine.info()).architecture,
		buildArgs: {},
	});
	return {engine, planned, references: planned.bases.map(({reference}) => reference)};
}

describe('the engine decides for which processor is built', () => {
	test.each([
		['x86_64', 'FROM app:$TARGETARCH', 'app:amd64'],
		['aarch64', 'FROM app:$TARGETARCH', 'app:arm64'],
		['aarch64', 'FROM --platform=$BUILDPLATFORM app:$BUILDARCH', 'app:arm64'],
		['aarch64', 'ARG TARGETARCH=s390x\nFROM app:$TARGETARCH', 'app:s390x'],
		['aarch64', 'FROM tools:${TARGETOS}-${TARGETARCH}', 'tools:linux-arm64'],
		['armv7l', 'FROM app:${TARGETARCH}${TARGETVARIANT}', 'app:armv7'],
		['riscv64', 'FROM app:$TARGETARCH', 'app:riscv64'],
	])('on %s %j needs %s', async (architecture, dockerfile, reference) => {
		expect((await planOn(architecture, dockerfile)).references).toEqual([reference]);
	});

	test('and is not asked for it without need', async () => {
		const {engine, references} = await planOn('aarch64', 'FROM node:24\nRUN uname -m');
		expect(references).toEqual(['node:24']);
		expect(engine.calls.map(({method}) => method)).not.toContain('info');
	});

	test('in the plan of an environment too', async () => {
		const world = await createMemoryWorld({architecture: 'aarch64'});
		onTestFinished(() => world.close());
		const folder = join(dirname(dirname(world.directory)), 'web');
		mkdirSync(folder);
		writeFileSync(join(folder, 'Dockerfile'), 'FROM app:$TARGETARCH\n');
		const {builds} = await world.plan('name: shop\nservices:\n  web: {kind: worker, path: web}\n');
		expect(builds.get('web')!.bases.map(({reference}) => reference)).toEqual(['app:arm64']);
	});
});

describe('a base for another platform', () => {
	const dockerfile = 'FROM --platform=linux/amd64 node:24 AS assets\nFROM alpine:3\nCOPY --from=assets /x /x\n';
	const build = async (architecture: string) => {
		const {engine, planned} = await planOn(architecture, dockerfile);
		const built = await runBuild(engine, planned, {reference: `x:${planned.key}`, labels: {}, onProgress: () => {}});
		const pulled = engine.calls.filter(({method}) => method === 'pullImage').map(({args}) => args[0]);
		return {planned, pulled, bases: built.manifest.inputs.bases};
	};

	test('is left to the builder: a pull would bring that of the engine', async () => {
		const {planned, pulled, bases} = await build('aarch64');
		expect(planned.bases[0]).toMatchObject({reference: 'node:24', platform: 'linux/amd64', imageId: null});
		expect(pulled).toEqual(['alpine:3']);
		expect(bases).toEqual({'node:24': null, 'alpine:3': expect.stringMatching(/^sha256:/)});
	});

	test('is like any other where that is the platform of the engine', async () => {
		const {pulled, bases} = await build('x86_64');
		expect(pulled).toEqual(['node:24', 'alpine:3']);
		expect(Object.values(bases)).not.toContain(null);
	});

	test('is pulled if another stage needs it for the engine', async () => {
		const both = 'FROM --platform=linux/amd64 node:24 AS assets\nFROM node:24\nCOPY --from=assets /x /x\n';
		expect((await planOn('aarch64', both)).planned.bases).toEqual([
			{reference: 'node:24', line: 1, imageId: null, isPresent: false, place: 'web/Dockerfile:1'},
		]);
	});
});

test.each([
	['linux/arm64', 'aarch64', true],
	['linux/arm64/v8', 'aarch64', true],
	['arm64', 'aarch64', true],
	['linux/aarch64', 'aarch64', true],
	['linux/amd64', 'aarch64', false],
	['linux/x86_64', 'x86_64', true],
	['windows/amd64', 'x86_64', false],
	['linux/arm', 'armv7l', true],
	['linux/arm/v7', 'armv7l', true],
	['linux/arm/v6', 'armv7l', false],
])('%s is the platform of an engine on %s: %s', (text, architecture, isSame) =>
	expect(isSamePlatform(platformOf(architecture), parsePlatform(text))).toBe(isSame),
);

test('an engine that does not name its processor is taken for this machine', () => {
	expect(platformOf('')).toEqual(platformOf(process.arch));
	expect(platformText(platformOf('armv7l'))).toBe('linux/arm/v7');
});
