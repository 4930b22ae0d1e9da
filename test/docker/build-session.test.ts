import {randomBytes} from 'node:crypto';
import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planBuild} from '../../source/build/plan-build.ts';
import {runBuild} from '../../source/build/run-build.ts';
import type {BuildTree, Engine} from '../../source/engine/engine.ts';
import {makeService, makeTree} from '../build/tree.ts';
import {smallImage, uniqueName, withEngine} from './helpers.ts';

const {engine, labels} = withEngine();
const repository = uniqueName('session');
const show = 'RUN cat web/page && ls web && wc -c <web/large && test -x web/run && readlink web/link';
const dockerfile = `FROM ${smallImage}\nWORKDIR /app\nCOPY . web\n${show}\n`;

/** Counts the bytes that the builder asks for. */
function counting(tree: BuildTree | undefined, count: (bytes: number) => void): BuildTree | undefined {
	if (!tree) return undefined;
	const entries = tree.entries.map(entry => {
		if (entry.type !== 'file') return entry;
		const read = async function* () {
			for await (const piece of entry.read()) {
				count(piece.length);
				yield piece;
			}
		};
		return {...entry, read};
	});
	return {...tree, entries};
}

async function build(root: string) {
	const planned = await planBuild({
		project: {directory: root},
		service: makeService({path: 'web'}),
		findImage: engine.findImage,
		readArchitecture: async () => '',
		buildArgs: {},
	});
	let sent = 0;
	const lines: string[] = [];
	const buildImage: Engine['buildImage'] = ({tree, ...request}, onProgress, signal) => {
		const counted = counting(tree, bytes => {
			sent += bytes;
		});
		return engine.buildImage({...request, ...(counted ? {tree: counted} : {})}, onProgress, signal);
	};
	const image = await runBuild({...engine, buildImage}, planned, {
		reference: `${repository}:${planned.key}`,
		labels,
		onProgress: step => void (step.type === 'output' && lines.push(step.text)),
	});
	return {image, sent, lines};
}

test('of a large context only what has changed is sent, and the image has all of it', async () => {
	const large = randomBytes(1_500_000);
	const root = makeTree({
		'web/Dockerfile': dockerfile,
		'web/page': 'one',
		'web/run': '#!/bin/sh\n',
		'web/.dockerignore': 'ignored\n',
		'web/ignored': 'x',
		'web/link': {link: 'page'},
	});
	writeFileSync(join(root, 'web/large'), large);

	chmodSync(join(root, 'web/run'), 0o755);
	const first = await build(root);
	expect(first.sent).toBeGreaterThan(large.length);
	expect(first.lines).toEqual(['oneDockerfile', 'large', 'link', 'page', 'run', '1500000', 'page']);
	expect(first.image.labels).toMatchObject(labels);

	// As long as before.
	writeFileSync(join(root, 'web/page'), 'two');
	const second = await build(root);
	expect(second.sent).toBe(3);
	expect(second.lines[0]).toBe('twoDockerfile');
	expect(second.image.id).not.toBe(first.image.id);

	// The builder has it all from before, and makes the same image.
	writeFileSync(join(root, 'web/page'), 'one');
	expect((await build(root)).sent).toBeLessThanOrEqual(3);
});

test('a file that changes while it is sent is named', async () => {
	const root = makeTree({'web/Dockerfile': dockerfile});
	writeFileSync(join(root, 'web/large'), randomBytes(1_500_000));
	const planned = await planBuild({
		project: {directory: root},
		service: makeService({path: 'web'}),
		findImage: engine.findImage,
		readArchitecture: async () => '',
		buildArgs: {},
	});
	writeFileSync(join(root, 'web/large'), randomBytes(1_500_000));
	const options = {reference: `${repository}:${planned.key}`, labels, onProgress: () => undefined};
	await expect(runBuild(engine, planned, options)).rejects.toThrow('"large" changed while it was being packed.');
});
