import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest';
import {nameIn} from '../../source/model/address.ts';
import {type Cut, runCut, ways} from './cut.ts';
import {type Applied, createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const describeShop = (image: string) => `name: shop
services:
  web: {image: "${image}", readiness: {type: http, path: /}, accessMode: public}
  mail: {image: "${image}", kind: worker}
`;

let world: MemoryWorld;

beforeAll(() => void vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '50'));

afterAll(() => void vi.unstubAllEnvs());

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

const deploy = async (image: string) =>
	expect((await world.apply(describeShop(image))).result).toMatchObject({outcome: 'done'});

const rollback = (rollbackTo?: string) =>
	world.apply(describeShop(images.good), {mode: 'rollback', ...(rollbackTo ? {rollbackTo, services: ['web']} : {})});

/** What serves, by service: the reference of its image. */
async function serving(): Promise<Readonly<Record<string, string>>> {
	const {active, deployments} = (await world.state())!;
	return Object.fromEntries(
		Object.entries(active).map(([service, id]) => [service, deployments[id]!.imageReference.split('@')[0]!]),
	);
}

const both = (image: string) => ({web: image, mail: image});

const kindsOf = ({plan}: Applied) =>
	Object.fromEntries(
		plan.actions.flatMap(({address, object, kind}) => (object === 'service' ? [[nameIn(address), kind]] : [])),
	);

const warningsOf = ({plan}: Applied): string => JSON.stringify(plan.warnings);

// Each loss in one of its two ways: the others differ in when the engine does what recovery would do.
const tried = ways.filter(({loss, how}) => (loss === 'for good') === (how === 'unseen'));

describe.each(tried)('a rollback that loses its engine ($loss, its call is $how)', way => {
	it('is finished by the same command, which goes no step further', async () => {
		let finished = 0;
		for (let call = 1; ; call++) {
			await deploy(images.good);
			await deploy(images.better);
			const cut: Cut = {...way, call};
			let result: Applied['result'];
			const {cutAt, error} = await runCut(world, cut, async () => {
				({result} = await rollback());
			});
			if (cutAt === undefined) break;
			const where = `cut at ${call}: ${cutAt} ${String(error)}`;
			const isKilled = way.loss === 'killed';
			if (isKilled || result?.outcome !== 'done') {
				const again = await rollback();
				expect(again.result, where).toMatchObject({outcome: 'done'});
				if (Object.values(kindsOf(again)).every(kind => kind === 'update')) {
					finished++;
					expect(warningsOf(again), where).toContain('what the interrupted rollback chose');
				}
			}
			expect(await serving(), where).toEqual(both(images.good));
			// Now that it is finished, the next one leaves it.
			expect((await rollback()).result, where).toMatchObject({outcome: 'done'});
			expect(await serving(), where).toEqual(both(images.better));
		}
		// Otherwise nothing was cut after the switch.
		expect(finished).toBeGreaterThan(0);
	}, 180_000);
});

describe('after a rollback that was interrupted when it had switched', () => {
	/** Deploys both images and rolls back, without an answer to the stop of the previous deployment. */
	async function interrupt(): Promise<{readonly first: string; readonly second: string}> {
		await deploy(images.good);
		const first = (await world.state())!.active['web']!;
		await deploy(images.better);
		const second = (await world.state())!.active['web']!;
		world.interfere(method => (method === 'stop' ? 'unseen' : undefined));
		expect((await rollback(first)).result).toMatchObject({outcome: 'failed'});
		world.interfere(undefined);
		return {first, second};
	}

	it('the same deployment with --to finishes it', async () => {
		const {first} = await interrupt();
		expect(kindsOf(await rollback(first))).toEqual({web: 'update'});
		expect(await serving()).toEqual({web: images.good, mail: images.better});
	});

	it('another deployment with --to is rolled back to', async () => {
		const {second} = await interrupt();
		expect(kindsOf(await rollback(second))).toEqual({web: 'replace'});
		expect(await serving()).toEqual(both(images.better));
	});

	it('what the agent puts in its place is still the result of that rollback', async () => {
		await interrupt();
		const healing = {'service.web': {remedy: 'replace', reason: 'hung'}} as const;
		const healed = await world.apply(describeShop(images.good), {mode: 'heal', healing});
		expect(healed.result).toMatchObject({outcome: 'done'});
		expect(kindsOf(await rollback())).toMatchObject({web: 'update'});
	});

	it('a deploy makes it history', async () => {
		await interrupt();
		await deploy(images.better);
		expect(kindsOf(await rollback())).toMatchObject({web: 'replace'});
		expect(await serving()).toMatchObject({web: images.good});
	});
});
