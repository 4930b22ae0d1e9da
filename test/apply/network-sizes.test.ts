import fc from 'fast-check';
import {expect, it, vi} from 'vitest';
import {pickSubnet, sizeFor} from '../../source/model/subnets.ts';
import {wantedAddresses} from '../../source/plan/addresses.ts';
import {ownPrefix} from '../../source/router/router.ts';
import {type Applied, createMemoryWorld, type MemoryWorld} from './memory-world.ts';
import {expectMoved, failures, networkOf, project, type Shape} from './network-project.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const runs = process.env['COMPARTMENT_TEST_RUNS'];

const most = runs === undefined ? 24 : 120;

type Step = Required<Pick<Shape, 'apis' | 'workers' | 'resources'>> & {
	readonly isChanged: boolean;
	/** Applies a part, or holds the candidates. */
	readonly request: 'all' | 'hold' | 'part' | 'restart';
};

const step: fc.Arbitrary<Step> = fc.record({
	apis: fc.integer({min: 1, max: most}),
	workers: fc.nat(Math.floor(most / 4)),
	resources: fc.nat(most),
	isChanged: fc.boolean(),
	request: fc.constantFrom('all', 'all', 'all', 'hold', 'part', 'restart'),
});

type Networks = {readonly networkPool: string; readonly networkPrefix: number; readonly isFirst: boolean};

/** Expects that a blocked network is really too small, or the pool too full. */
async function expectBlocked({engine}: MemoryWorld, applied: Applied, networks: Networks): Promise<void> {
	const reason = networkOf(applied).reasons[0]!;
	if (!reason.includes('block is free')) {
		const [, has, needed] = /has (\d+) addresses .* but (\d+) are needed/.exec(reason)!;
		expect(Number(needed), reason).toBeGreaterThan(Number(has));
		return;
	}
	const wanted = wantedAddresses(applied.plan.desired);
	const prefixes = [wanted.environment, wanted.mesh].map(each => sizeFor(each, networks.networkPrefix).prefix);
	const used = [...(await engine.listSubnets())];
	const picked = [...prefixes, ...(networks.isFirst ? [ownPrefix] : [])].map(prefix => {
		const subnet = pickSubnet(networks.networkPool, prefix, used);
		if (subnet !== undefined) used.push(subnet);
		return subnet;
	});
	expect(picked, reason).toContain(undefined);
}

/** Names of the declared resources never become fewer: that needs another command. */
const grownBy = (before: number, {resources}: Step): number => Math.max(before, resources);

it('a plan is not blocked if and only if the engine has an address for everything, also when all services switch', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, {minLength: 1, maxLength: 4}),
			fc.integer({min: 25, max: 29}),
			fc.constantFrom('10.213.0.0/16', '10.213.0.0/22', '10.213.0.0/24'),
			async (steps, networkPrefix, networkPool) => {
				const world = await createMemoryWorld({networkPrefix, networkPool});
				try {
					let [resources, level] = [0, 0];
					for (const each of steps) {
						const isFirst = (await world.state())?.networks === undefined;
						const size = {...each, resources: grownBy(resources, each)};
						if (each.isChanged) level++;
						const text = project({...size, level: `v${level}`});
						const request = {
							all: {},
							hold: {isHold: true},
							part: {services: ['api0']},
							restart: {mode: 'restart' as const},
						}[isFirst ? 'all' : each.request];
						const applied = await world.apply(text, request);
						if (!applied.result) {
							await expectBlocked(world, applied, {networkPool, networkPrefix, isFirst});
							if (isFirst) return;
							continue;
						}
						expect(applied.result, failures(applied)).toMatchObject({outcome: 'done'});
						if (!('mode' in request)) resources = size.resources;
						if (Object.keys(request).length > 0) continue;
						const state = (await world.state())!;
						await expectMoved(world, text, Number(/\.(\d+)$/.exec(state.networks!.environment.name)?.[1] ?? 1));
						const again = await world.apply(project({...size, level: `v${++level}`}));
						if (!again.result) await expectBlocked(world, again, {networkPool, networkPrefix, isFirst: false});
						else expect(again.result, failures(again)).toMatchObject({outcome: 'done'});
					}
				} finally {
					world.close();
				}
			},
		),
		runs === undefined
			? {numRuns: 10, seed: 20_261_121, endOnFailure: true}
			: {numRuns: Number(runs), endOnFailure: true},
	);
}, 600_000);
