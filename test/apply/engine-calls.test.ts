import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Method} from '../../source/engine/memory-calls.ts';
import type {PlanMode} from '../../source/plan/plan.ts';
import {certificatesScript} from '../../source/router/scripts.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

const range = (count: number) => Array.from({length: count}, (_, index) => index);

const describeBatch = (resources: number, workers: number) =>
	[
		'name: shop',
		'services:',
		...range(workers).map(index => `  w${index}: {image: "${images.good}", kind: worker}`),
		'resources:',
		...range(resources).map(index => `  r${index}: {image: "${images.database}"}`),
	].join('\n');

type Counts = Partial<Record<Method, number>>;

/** Calls to the engine during a first apply and a destroy, by method. */
async function countCalls(resources: number, workers: number): Promise<{readonly first: Counts; readonly end: Counts}> {
	const own = await createMemoryWorld();
	const countIn = async (work: () => Promise<unknown>): Promise<Counts> => {
		const before = own.engine.calls.length;
		await work();
		const counts: Counts = {};
		for (const {method} of own.engine.calls.slice(before)) counts[method] = (counts[method] ?? 0) + 1;
		return counts;
	};
	try {
		const descriptor = describeBatch(resources, workers);
		const first = await countIn(() => own.apply(descriptor));
		return {first, end: await countIn(() => own.apply(descriptor, {mode: 'destroy'}))};
	} finally {
		own.close();
	}
}

/** Calls that each more object costs, by method. */
function perObject(few: Counts, many: Counts, more: number): Counts {
	const methods = [...new Set([...Object.keys(few), ...Object.keys(many)])] as Method[];
	const costs = methods.map(method => [method, ((many[method] ?? 0) - (few[method] ?? 0)) / more] as const);
	return Object.fromEntries(costs.filter(([, cost]) => cost !== 0));
}

function expectAtMost(found: Counts, most: Counts): void {
	for (const [method, count] of Object.entries(found))
		expect(count, method).toBeLessThanOrEqual(most[method as Method] ?? 0);
}

test('a first apply asks nothing twice for a resource', async () => {
	const [few, many] = [await countCalls(2, 1), await countCalls(6, 1)];
	// The plan looks for its name; it is looked at after its watch and at the end.
	expectAtMost(perObject(few.first, many.first, 4), {findByName: 1, run: 1, wait: 1, inspectContainer: 2});
	expectAtMost(perObject(few.end, many.end, 4), {stop: 1, remove: 1});
});

test('a first apply asks nothing twice for a worker', async () => {
	const [few, many] = [await countCalls(1, 1), await countCalls(1, 4)];
	// As a resource, and before the switch.
	const most = {findByName: 1, run: 1, wait: 1, setRestart: 1, inspectContainer: 3};
	expectAtMost(perObject(few.first, many.first, 3), most);
});

test('what a first apply asks for all objects together is asked once', async () => {
	const {first} = await countCalls(2, 2);
	// Once by the lock, once by the plan, and the images once by the apply.
	const most = {info: 2, observe: 3, listSubnets: 2, createNetwork: 2, findImage: 5, listImages: 2};
	for (const [method, count] of Object.entries(most))
		expect(first[method as Method] ?? 0, method).toBeLessThanOrEqual(count);
});

test('only plans that change certificates read those of the router', async () => {
	const descriptor = ['name: shop', 'services:', `  web: {image: "${images.good}", port: 80}`].join('\n');
	await world.apply(descriptor);
	// What is left of certificates that were removed.
	await world.changeState(state => ({...state, certificates: {}}));
	const countReads = async (mode: PlanMode) => {
		const before = world.engine.calls.length;
		await world.plan(descriptor, {mode});
		return world.engine.calls
			.slice(before)
			.filter(({method, args}) => method === 'exec' && (args[1] as string[]).includes(certificatesScript)).length;
	};
	for (const mode of ['apply', 'destroy'] as const) expect(await countReads(mode), mode).toBe(1);
	for (const mode of ['stop', 'start', 'restart', 'refresh-only', 'discard', 'heal'] as const)
		expect(await countReads(mode), mode).toBe(0);
});
