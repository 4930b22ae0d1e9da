import {chmodSync, utimesSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {describeBuildProgress} from '../../source/build/build-log.ts';
import {explainRebuild} from '../../source/build/manifest.ts';
import {planBuild} from '../../source/build/plan-build.ts';
import {runBuild} from '../../source/build/run-build.ts';
import type {BuildProgress} from '../../source/engine/engine.ts';
import {makeService, makeTree, type Tree} from '../build/tree.ts';
import {smallImage, uniqueName, withEngine} from './helpers.ts';

const {engine, labels} = withEngine();

const readArchitecture = async () => (await engine.info()).architecture;

const plan = (root: string, service = makeService({path: 'web'}), buildArgs = {}) =>
	planBuild({project: {directory: root}, service, findImage: engine.findImage, readArchitecture, buildArgs});

async function build(
	root: string,
	options: {signal?: AbortSignal; buildArgs?: Record<string, string>; onStep?: () => void} = {},
) {
	const planned = await plan(root, undefined, options.buildArgs);
	const lines: string[] = [];
	const onProgress = (progress: BuildProgress) => {
		lines.push(...describeBuildProgress(progress).lines);
		if (progress.type === 'output') options.onStep?.();
	};
	const reference = `${uniqueName('build')}:${planned.key}`;
	const {signal} = options;
	return {planned, lines, image: await runBuild(engine, planned, {reference, labels, onProgress, signal})};
}

/** Every tree has unique text, so that no layer comes from a previous run. */
const webTree = (steps: string, more: Tree = {}): Tree => ({
	'web/Dockerfile': `ARG BASE=${smallImage}\nFROM $BASE\nWORKDIR /app\nCOPY . .\n${steps}\nEXPOSE 8080\n`,
	'web/unique': uniqueName(),
	...more,
});

test('an image is built without ignored files, with links, executable bits, labels and ports', async () => {
	const steps = [
		'ARG GREETING',
		'RUN test "$(cat data.txt)" = hello && test "$(cat link)" = hello && test -L link && test -x run.sh && test ! -x data.txt',
		'RUN test ! -e a.log && test ! -e secret && test -d empty && test "$(stat -c %u:%g:%Y data.txt)" = 0:0:0',
		'RUN echo "greeting is $GREETING"',
	].join('\n');
	const root = makeTree(
		webTree(steps, {
			'web/data.txt': 'hello',
			'web/link': {link: 'data.txt'},
			'web/run.sh': '#!/bin/sh',
			'web/empty': null,
			'web/a.log': '',
			'web/secret': '',
			'web/.gitignore': '*.log\n',
			'web/.dockerignore': 'secret\nDockerfile\n',
		}),
	);
	chmodSync(`${root}/web/run.sh`, 0o755);
	const {image, lines, planned} = await build(root, {buildArgs: {GREETING: 'good day'}});
	expect(image).toMatchObject({key: planned.key, exposedPorts: [8080], labels, tags: [image.reference]});
	expect(lines).toContain('greeting is good day');
	expect(await engine.findImage(image.reference)).toMatchObject({id: image.id});
}, 60_000);

test('touching a file keeps the key, and a changed byte gives another key and a reason', async () => {
	const root = makeTree(webTree('RUN true', {'web/a.js': 'one'}));
	const {image} = await build(root);
	utimesSync(`${root}/web/a.js`, 5, 5);
	expect((await plan(root)).key).toBe(image.key);
	writeFileSync(`${root}/web/a.js`, 'two');
	const changed = await plan(root);
	expect(changed.key).not.toBe(image.key);
	expect(explainRebuild(image.manifest, changed.manifest)).toEqual(['source changed: 1 file']);
}, 60_000);

test('a Dockerfile outside the context and a widened context can be built', async () => {
	const root = makeTree({
		'docker/api':
			`FROM ${smallImage}\nCOPY apps/api apps/api\nRUN test -f apps/api/a && test ! -e shared/db && test -f shared/ui/b\n`.replace(
				'\nRUN',
				'\nCOPY shared shared\nRUN',
			),
		'apps/api/a': uniqueName(),
		'shared/ui/b': '',
		'shared/db/c': '',
	});
	const service = makeService({path: 'apps/api', dockerfile: 'docker/api', build: {include: ['shared/ui']}});
	const planned = await plan(root, service);
	const reference = `${uniqueName('build')}:${planned.key}`;
	const image = await runBuild(engine, planned, {reference, labels, onProgress: () => {}});
	expect(image.tags).toEqual([reference]);
}, 60_000);

test('a failed step rejects with its output and leaves no image', async () => {
	const root = makeTree(webTree('RUN echo "the reason is $((40 + 2))" >&2; exit 7'));
	const before = (await engine.listImages(labels)).length;
	await expect(build(root)).rejects.toThrow(/exit code: 7[\s\S]*the reason is 42/);
	expect(await engine.listImages(labels)).toHaveLength(before);
}, 60_000);

test('a base that cannot be pulled is named with the line of the Dockerfile', async () => {
	const root = makeTree({'web/Dockerfile': '# no such image\nFROM compartment.invalid/absent:1\n'});
	await expect(build(root)).rejects.toThrow(
		/^web\/Dockerfile:2: base image "compartment\.invalid\/absent:1" is not on the engine and could not be pulled: /,
	);
}, 60_000);

test('a file that changes after the plan fails the build with its name', async () => {
	const root = makeTree(webTree('RUN true', {'web/z.bin': Buffer.alloc(3_000_000)}));
	const planned = await plan(root);
	writeFileSync(`${root}/web/z.bin`, Buffer.alloc(3_000_000, 1));
	const options = {reference: `${uniqueName('build')}:${planned.key}`, labels, onProgress: () => {}};
	await expect(runBuild(engine, planned, options)).rejects.toThrow('"z.bin" changed while it was being packed.');
	expect(await engine.findImage(options.reference)).toBeUndefined();
}, 60_000);

test('a signal cancels a running step', async () => {
	const root = makeTree(webTree('RUN echo begun; sleep 50'));
	const controller = new AbortController();
	const begun = performance.now();
	const work = build(root, {signal: controller.signal, onStep: () => controller.abort()});
	await expect(work).rejects.toThrow(expect.objectContaining({name: 'CancelledError'}));
	expect(performance.now() - begun).toBeLessThan(30_000);
}, 60_000);
