import {afterEach, beforeEach, expect, test} from 'vitest';
import {EngineError} from '../../source/errors.ts';
import {command} from '../../source/hint.ts';
import {findStaleness} from '../../source/plan/fingerprints.ts';
import {createMemoryWorld, type MemoryWorld, registered} from './memory-world.ts';

let world: MemoryWorld;
const image = 'registry.example/app:1';
const shop = `name: shop\nservices:\n  app: {kind: worker, image: "${image}"}\n`;
const withDatabase = `${shop}resources:\n  db: {image: "registry.example/db:1"}\n`;
const absent = 'name: shop\nservices:\n  app: {kind: worker, image: "registry.example/absent:1"}\n';

beforeEach(async () => {
	world = await createMemoryWorld();
});
afterEach(() => world.close());

const callsOf = (method: string) =>
	world.engine.calls.filter(call => call.method === method).map(({args}) => (args as readonly unknown[])[0]);

test('the digest that the plan shows is pulled, under the name that was declared', async () => {
	const {plan} = await world.plan(shop);
	const change = plan.actions
		.find(({address}) => address === 'service.app')
		?.changes.find(({name}) => name === 'image');
	expect(change?.after).toEqual({type: 'computed', note: `will be pulled: ${image}@sha256:111111111111`});
	expect(plan.images[0]?.origin?.digest).toBe(registered[image]);

	expect((await world.apply(shop)).result?.outcome).toBe('done');
	expect(callsOf('pullImage')).toEqual([registered[image]]);
	expect(await world.engine.findImage(image)).toMatchObject({digests: [registered[image]]});
	const again = await world.plan(shop);
	expect(again.plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
});

test('registries are asked only for what the engine does not have', async () => {
	expect((await world.apply(withDatabase)).result?.outcome).toBe('done');
	const before = callsOf('resolveDigest').length;
	expect(before).toBeGreaterThan(0);
	await world.plan(withDatabase);
	expect(callsOf('resolveDigest')).toHaveLength(before);
});

test('a registry that refuses is a warning of the plan, with the way in on its own line', async () => {
	const refusal = new EngineError('cannot look up image', {
		status: 401,
		hint: command('registry login', 'registry.example'),
	});
	world.engine.failNext('resolveDigest', refusal);
	const {plan} = await world.plan(shop);
	expect(plan.warnings).toEqual([
		['cannot look up image', '\n', {command: 'registry login', words: ['registry.example']}],
	]);
	expect(plan.images[0]?.origin?.digest).toBeUndefined();
	// What the apply pulls is then what the registry has by then.
	expect((await world.plan(absent)).plan.warnings).toEqual([expect.stringContaining('manifest unknown')]);
});

test('a lost engine is no warning', async () => {
	world.engine.failNext('resolveDigest', new EngineError('the engine is unreachable'));
	await expect(world.plan(shop)).rejects.toThrow('the engine is unreachable');
});

test('a saved plan is stale when the registry has another image', async () => {
	const {plan} = await world.plan(shop);
	const moved = {...plan, basis: {...plan.basis, live: {...plan.basis.live, [`image ${image}`]: 'another'}}};
	expect(findStaleness({plan, recorded: {}}, {plan: moved, recorded: {}})).toEqual([`image ${image} changed`]);
});
