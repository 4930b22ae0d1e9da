import {beforeEach, describe, expect, test} from 'vitest';
import {createMemoryEngine, type MemoryEngine} from '../../source/engine/memory.ts';
import {EngineError} from '../../source/errors.ts';
import {routerImage} from '../../source/router/options.ts';
import {ensureRouter, publish, type RouterOptions, readTables, stagePublish} from '../../source/router/router.ts';
import type {RouteTable} from '../../source/router/table.ts';
import {createMemoryRouter} from '../apply/memory-router.ts';
import {blog, shop} from './fixtures.ts';

const options: RouterOptions = {name: 'router', listen: '127.0.0.1', port: 9080, tlsPort: 9443};

/** The blog with its web service in the other slot. */
const switched: RouteTable = {
	...blog,
	backends: blog.backends.map(backend =>
		backend.service === 'web'
			? {
					...backend,
					slots: {...backend.slots, green: {address: '10.213.1.9', port: 80, deployment: 'dpl_4'}},
					active: 'green' as const,
				}
			: backend,
	),
};

let engine: MemoryEngine;
let inside: ReturnType<typeof createMemoryRouter>;

beforeEach(async () => {
	inside = createMemoryRouter(() => undefined);
	engine = createMemoryEngine({images: {[routerImage]: {}}, exec: call => inside.exec(call)});
	inside.connect(engine);
	await ensureRouter(engine, options);
	await publish(engine, options, blog);
});

const isServing = (slot: string) => inside.router.servers.get(`blog-1.web/${slot}`)?.isServing;
const callsSince = (count: number) => engine.calls.slice(count).map(({method}) => method);

describe('a staged publish', () => {
	test('changes nothing until it is made, and then needs no call to the engine', async () => {
		const {generation, config} = inside.router;
		const staged = await stagePublish(engine, options, switched);
		expect(staged?.commit.isWaiting()).toBe(true);
		expect(inside.router).toMatchObject({generation, config});
		expect([isServing('blue'), isServing('green')]).toEqual([true, false]);
		const before = engine.calls.length;
		expect(await publish(engine, options, switched, {staged})).toEqual({method: 'switch'});
		expect(callsSince(before)).toEqual([]);
		expect([isServing('blue'), isServing('green')]).toEqual([false, true]);
		expect(inside.router.generation).toBe(generation + 1);
		expect(staged?.commit.isWaiting()).toBe(false);
	});

	test('reloads when the topology changes', async () => {
		const table = {...switched, hosts: {...switched.hosts, 'other.localhost': 'web'}};
		const staged = await stagePublish(engine, options, table);
		expect(await publish(engine, options, table, {staged})).toEqual({method: 'reload'});
		expect(await readTables(engine, options)).toEqual([table]);
	});

	test('waits for what must come before it', async () => {
		const staged = await stagePublish(engine, options, switched);
		const after = Promise.withResolvers<void>();
		const published = publish(engine, options, switched, {staged, after: after.promise});
		await new Promise(resolve => setImmediate(resolve));
		expect(isServing('green')).toBe(false);
		after.resolve();
		expect(await published).toEqual({method: 'switch'});
	});

	test('is dropped when what must come before it fails', async () => {
		const {generation} = inside.router;
		const staged = await stagePublish(engine, options, switched);
		const after = Promise.reject(new Error('no name'));
		await expect(publish(engine, options, switched, {staged, after})).rejects.toThrow('no name');
		expect(staged?.commit.isWaiting()).toBe(false);
		expect(inside.router.generation).toBe(generation);
	});

	test('is not made for another table', async () => {
		const staged = await stagePublish(engine, options, switched);
		const other = {...switched, hosts: {'blog.localhost': 'web', 'late.localhost': 'web'}};
		expect(await publish(engine, options, other, {staged})).toEqual({method: 'reload'});
		expect(await readTables(engine, options)).toEqual([other]);
		expect(staged?.commit.isWaiting()).toBe(false);
	});

	test('gives way to another environment that was published meanwhile', async () => {
		const staged = await stagePublish(engine, options, switched);
		await publish(engine, options, shop);
		expect(await publish(engine, options, switched, {staged})).toEqual({method: 'switch'});
		expect((await readTables(engine, options)).map(({lineage}) => lineage).sort()).toEqual(['blog-1', 'shop-prod']);
		expect(isServing('green')).toBe(true);
	});

	test('is made in the usual way when its process has ended', async () => {
		const staged = await stagePublish(engine, options, switched);
		staged!.commit.abandon();
		expect(await publish(engine, options, switched, {staged})).toEqual({method: 'switch'});
		expect(isServing('green')).toBe(true);
	});

	test('is made once when the answer to its line is lost, and the repeated publish finds it done', async () => {
		const lost = new EngineError('cannot run sh in container: the engine closed the connection');
		const {generation} = inside.router;
		// The second call: the first one reads.
		const calls: number[] = [];
		const exec = engine.exec;
		const breaking: typeof engine = {
			...engine,
			async exec(id, command, given) {
				const result = await exec(id, command, given);
				if (calls.push(0) === 2) throw lost;
				return result;
			},
		};
		const staged = await stagePublish(breaking, options, switched);
		await expect(publish(breaking, options, switched, {staged})).rejects.toBe(lost);
		expect(await publish(breaking, options, switched, {staged})).toEqual({method: 'none'});
		expect(inside.router.generation).toBe(generation + 1);
		expect(isServing('green')).toBe(true);
	});

	test('cannot be made when it cannot be staged; the publish reports why', async () => {
		expect(await stagePublish(engine, options, blog)).toBeUndefined();
		const taken = {...shop, hosts: {'blog.localhost': 'web'}};
		expect(await stagePublish(engine, options, taken)).toBeUndefined();
		await expect(publish(engine, options, taken)).rejects.toThrow('already belongs to project blog');
		const refused = new EngineError('no space left', {status: 500});
		engine.failNext('writeFiles', refused);
		expect(await stagePublish(engine, options, switched)).toBeUndefined();
	});
});
