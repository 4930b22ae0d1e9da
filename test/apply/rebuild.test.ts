import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {buildGraph} from '../../source/apply/graph/build-graph.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

const write = (path: string, content: string) => {
	const file = join(dirname(dirname(world.directory)), path);
	mkdirSync(dirname(file), {recursive: true});
	writeFileSync(file, content);
};

const describeShop = (built: string) =>
	`name: shop\nservices:\n  web: {image: "${images.good}", port: 8080}\n  built: {${built}path: built}\n`;

/** The names of the engine calls of an apply after one line of the source changed. */
async function rebuild(descriptor: string): Promise<readonly string[]> {
	write('built/Dockerfile', `FROM ${images.good}\nCOPY . .\n`);
	write('built/main.js', 'one');
	expect((await world.apply(descriptor)).result?.outcome).toBe('done');
	write('built/main.js', 'two');
	const before = world.engine.calls.length;
	expect((await world.apply(descriptor)).result?.outcome).toBe('done');
	return world.engine.calls.slice(before).map(({method}) => method);
}

const count = (calls: readonly string[], method: string) => calls.filter(name => name === method).length;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

test('the rebuild of a job asks the engine for little, and next to nothing once it is built', async () => {
	const calls = await rebuild(describeShop('kind: job, '));
	// `apply` on the command line shares the reads of the lock and of the plan, and needs three fewer.
	expect(calls.length).toBeLessThanOrEqual(19);
	expect(count(calls, 'buildImage')).toBe(1);
	// The images to clean up are listed while the engine builds.
	expect(calls.slice(calls.indexOf('buildImage') + 1)).toEqual([]);
	expect(count(calls, 'findImage')).toBeLessThanOrEqual(4);
});

test('the rebuild of a job neither joins, reads nor changes the router', async () => {
	const descriptor = describeShop('kind: job, ');
	await rebuild(descriptor);
	const {generation} = world.router;
	write('built/main.js', 'three');
	const {plan} = await world.plan(descriptor);
	expect(buildGraph(plan).map(({task}) => task)).toEqual([
		'make image',
		'start candidate',
		'retire previous',
		'switch traffic',
		'watch deployments',
		'clean up images',
	]);
	expect((await world.apply(descriptor)).result?.outcome).toBe('done');
	expect(world.router.generation).toBe(generation);
	const {active, deployments} = (await world.state())!;
	expect(deployments[active['built']!]).toMatchObject({stage: 'active', status: 'succeeded'});
	const others = Object.values(deployments).filter(({id, service}) => service === 'built' && id !== active['built']);
	expect(others.map(({stage}) => stage)).toEqual(['retired', 'retired']);
});

test('a service that becomes a job leaves the router', async () => {
	await rebuild(describeShop('port: 8080, '));
	const served = () => [...world.router.tables.values()].flatMap(({backends}) => backends.map(({service}) => service));
	expect(served()).toContain('built');
	expect((await world.apply(describeShop('kind: job, '))).result?.outcome).toBe('done');
	expect(served()).not.toContain('built');
});

test('a plan reads the sources while the engine answers', async () => {
	const descriptor = describeShop('kind: job, ');
	await rebuild(descriptor);
	write('built/main.js', 'three');
	const {observe, findImage} = world.engine;
	let hasAsked = () => {};
	const asked = new Promise<void>(resolve => {
		hasAsked = resolve;
	});
	Object.assign(world.engine, {
		findImage(reference: string) {
			hasAsked();
			return findImage(reference);
		},
		async observe(labels: Readonly<Record<string, string>>) {
			await asked;
			return observe(labels);
		},
	});
	const {plan} = await world.plan(descriptor);
	expect(plan.actions.find(({address}) => address === 'image.built')?.kind).toBe('update');
});
