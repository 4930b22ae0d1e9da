import {afterAll, beforeAll, expect, it, vi} from 'vitest';
import type {Method} from '../../source/engine/memory-calls.ts';
import {adoptingDescriptor, type ComposeProject, composePassword, composeUp} from './compose-project.ts';
import {type Cut, runCut, ways} from './cut.ts';
import {createMemoryWorld, type MemoryWorld} from './memory-world.ts';
import {expectComplete, expectValid} from './settled-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

beforeAll(() => void vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '50'));

afterAll(() => void vi.unstubAllEnvs());

type Way = {
	/** Whether the database goes on in its container. */
	readonly isInPlace: boolean;
};

async function adopt(world: MemoryWorld, {isInPlace}: Way): Promise<void> {
	const {plan, result, events} = await world.apply(adoptingDescriptor, {
		adopt: {compose: 'old', containers: [], isInPlace},
	});
	if (result?.outcome === 'done' || (result && plan.actions.every(({kind}) => kind === 'none'))) return;
	throw new Error(
		JSON.stringify([
			...events.filter(({type}) => type === 'step-failed' || type === 'notice'),
			...plan.actions.filter(({kind}) => kind === 'blocked'),
		]),
	);
}

/** The names of the running containers on a volume. */
const usersOf = async ({engine}: MemoryWorld, volume: string): Promise<readonly string[]> =>
	(await engine.findVolumeUsers(volume)).map(({name}) => name);

/** Expects that whatever happened, no data has two users, and something answers. */
async function expectSafe(world: MemoryWorld, {web}: ComposeProject): Promise<void> {
	for (const volume of ['old_data', 'old_spool']) expect((await usersOf(world, volume)).length).toBeLessThanOrEqual(1);
	const state = await world.state();
	const active = state?.deployments[state.active['web'] ?? ''];
	const served = active?.containerId ? world.engine.look(active.containerId).state : 'missing';
	expect([world.engine.look(web).state, served]).toContain('running');
}

async function expectAdopted(world: MemoryWorld, {db, ...old}: ComposeProject, {isInPlace}: Way): Promise<void> {
	for (const id of isInPlace ? Object.values(old) : [db, ...Object.values(old)])
		expect(world.engine.look(id)).toMatchObject({state: 'exited', restart: {policy: 'no'}});
	const state = await expectValid(world, new Set());
	const {containerId} = state.resources['db']!;
	expect(containerId === db).toBe(isInPlace);
	const {spec, name, attachments, past} = world.engine.look(containerId);
	if (isInPlace) expect(past.filter(({action}) => action === 'start' || action === 'die')).toHaveLength(1);
	expect(spec.env).toEqual({POSTGRES_USER: 'app', POSTGRES_PASSWORD: composePassword});
	expect([...attachments.keys()]).toEqual([state.networks!.environment.name]);
	expect(await usersOf(world, 'old_data')).toEqual([name]);
	expect(await usersOf(world, 'old_spool')).toHaveLength(1);
	await expectComplete(world, state, adoptingDescriptor);
}

/** Cuts an adoption off once, and expects that the next one completes it. */
async function attemptCut(cut: Cut, way: Way): Promise<Method | undefined> {
	const world = await createMemoryWorld();
	try {
		const old = await composeUp(world);
		const {cutAt, error} = await runCut(world, cut, () => adopt(world, way));
		const where = `${cut.loss}, ${cut.how}, call ${cut.call}: ${cutAt} ${String(error)}`;
		try {
			if (cutAt === undefined && error !== undefined) throw error;
			await expectSafe(world, old);
			if (error !== undefined || cut.loss === 'killed') await adopt(world, way);
			await expectAdopted(world, old, way);
		} catch (failure) {
			throw new Error(where, {cause: failure});
		}
		return cutAt;
	} finally {
		world.close();
	}
}

/** COMPARTMENT_TEST_CUTS=all cuts every call in every way, instead of each in one of them. */
const isThorough = process.env['COMPARTMENT_TEST_CUTS'] === 'all';

it.each([
	{isInPlace: false, calls: ['run', 'setRestart', 'stop', 'leave']},
	{isInPlace: true, calls: ['run', 'setRestart', 'rename', 'join', 'leave']},
])(
	'is completed by the next adoption, whichever changing call loses its engine: $calls',
	{timeout: 300_000},
	async ({calls, ...kind}) => {
		const cutAnywhere = new Set<Method>();
		for (let call = 1, isOver = false; !isOver; call++)
			for (const way of isThorough ? ways : [ways[call % ways.length]!]) {
				const cutAt = await attemptCut({...way, call}, kind);
				if (cutAt === undefined) isOver = true;
				else cutAnywhere.add(cutAt);
			}
		expect([...cutAnywhere]).toEqual(expect.arrayContaining(calls));
	},
);

it('a container without our labels is replaced completely, whichever changing call loses its engine', {
	timeout: 300_000,
}, async () => {
	const inPlace = {isInPlace: true};
	const replace = async (world: MemoryWorld) => {
		const {result, plan} = await world.apply(adoptingDescriptor, {replace: ['resource.db']});
		if (result?.outcome !== 'done') throw new Error(JSON.stringify([result, plan.actions]));
	};
	for (let call = 1, isOver = false; !isOver; call++) {
		const world = await createMemoryWorld();
		try {
			const {db} = await composeUp(world);
			await adopt(world, inPlace);
			const cut = {...ways[call % ways.length]!, call};
			const {cutAt, error} = await runCut(world, cut, () => replace(world));
			if (cutAt === undefined && error !== undefined) throw error;
			await replace(world);
			expect((await usersOf(world, 'old_data')).length, JSON.stringify(cut)).toBe(1);
			expect(await world.engine.inspectContainer(db), JSON.stringify(cut)).toBeUndefined();
			await expectComplete(world, await expectValid(world, new Set()), adoptingDescriptor);
			isOver = cutAt === undefined;
		} finally {
			world.close();
		}
	}
});
