import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {ContainerFile} from '../../source/engine/engine.ts';
import type {Call} from '../../source/engine/memory-calls.ts';
import {commitScript, readScript} from '../../source/router/scripts.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
	await world.apply(describeShop(images.good));
});

afterEach(() => world.close());

const describeShop = (image: string, more = '') => `name: shop
services:
  web: {image: "${image}", readiness: {type: http, path: /}${more}}
  api: {kind: api, image: "${image}", readiness: {type: http, path: /}}
`;

const uploads = ({method, args}: Call): string[] =>
	method === 'writeFiles'
		? (args[1] as readonly ContainerFile[]).flatMap(({path}) => (path.endsWith('.cfg') ? [path] : []))
		: [];

/** What an apply asks of the router, in order. */
async function callsOf(run: () => Promise<unknown>): Promise<string[]> {
	const before = world.engine.calls.length;
	await run();
	return world.engine.calls.slice(before).flatMap(call => {
		if (uploads(call).length > 0) return ['upload'];
		if (call.method === 'setRestart') return ['a candidate is ready'];
		const script = call.method === 'exec' ? (call.args[1] as readonly string[])[2] : undefined;
		if (script === readScript) return ['read'];
		return script === commitScript ? ['start the commit'] : [];
	});
}

const isWaiting = () => world.router.waiting > 0;

describe('a switch', () => {
	it('is uploaded and checked before its candidates are ready, and nothing is uploaded after', async () => {
		const calls = await callsOf(() => world.apply(describeShop(images.better)));
		expect(calls).toEqual(['read', 'upload', 'start the commit', 'a candidate is ready', 'a candidate is ready']);
		expect([...world.router.tables.values()][0]?.backends.map(({active}) => active)).toEqual(['green', 'green']);
		expect(isWaiting()).toBe(false);
	});

	it('is dropped when a candidate fails', async () => {
		const {generation} = world.router;
		const mixed = describeShop(images.better).replace(images.better, images.crashing);
		expect((await world.apply(mixed)).result).toMatchObject({outcome: 'failed'});
		expect(world.router.generation).toBe(generation);
		await expect.poll(isWaiting).toBe(false);
	});

	it('is not uploaded for candidates that are held, but again for their promotion', async () => {
		expect(await callsOf(() => world.apply(describeShop(images.better), {isHold: true}))).not.toContain('upload');
		const calls = await callsOf(() => world.apply(describeShop(images.better), {mode: 'promote'}));
		expect(calls).toEqual(['read', 'upload', 'start the commit']);
		expect([...world.router.tables.values()][0]?.backends.map(({active}) => active)).toEqual(['green', 'green']);
	});

	it('makes the access password before it is uploaded', async () => {
		await world.changeState(state => ({...state, access: null}));
		const calls = await callsOf(() => world.apply(describeShop(images.better)));
		expect(calls.filter(call => call === 'upload')).toHaveLength(1);
		expect([...world.router.tables.values()][0]?.accessHash).toBe((await world.state())!.access!.headerHash);
	});

	it('is made in the usual way when it could not be uploaded before', async () => {
		world.failNext('writeFiles', 1);
		const applied = await world.apply(describeShop(images.better));
		expect(applied.result).toMatchObject({outcome: 'done'});
		expect([...world.router.tables.values()][0]?.backends.map(({active}) => active)).toEqual(['green', 'green']);
	});

	it('needs no router when only a job changes', async () => {
		const withJob = (image: string) => `${describeShop(images.good)}  task: {kind: job, image: "${image}"}\n`;
		await world.apply(withJob(images.good));
		expect(await callsOf(() => world.apply(withJob(images.better)))).toEqual([]);
	});
});
