import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {deleteVolume, releaseVolume} from '../../source/backup/volume-life.ts';
import {labels} from '../../source/model/labels.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const volume = 'compartment-shop.production.service.web.data';

type Site = {readonly image?: string; readonly volumes?: string; readonly kind?: string; readonly level?: string};

const site = ({image = images.good, volumes = '{data: /data}', kind = 'web', level = 'a'}: Site = {}): string =>
	[
		'name: shop',
		'services:',
		`  web: {image: ${image}, kind: ${kind}, env: {LEVEL: ${level}}, ${volumes === '' ? '' : `volumes: ${volumes}`}}`,
		'',
	].join('\n');

const shared = site();
const exclusive = (rest: Site = {}): string => site({volumes: '{data: {path: /data, exclusive: true}}', ...rest});

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld({minHealthyMs: 20});
});

afterEach(() => world.close());

const volumeNames = async () => (await world.engine.observe({})).volumes.map(({name}) => name);

async function done(descriptor: string, request = {}): Promise<void> {
	const {result, plan} = await world.apply(descriptor, request);
	expect(
		plan.actions.filter(({kind}) => kind === 'blocked'),
		'nothing is blocked',
	).toEqual([]);
	expect(result?.outcome).toBe('done');
}

/** Names of the running containers of the service, oldest first. */
async function running(): Promise<string[]> {
	const {containers} = await world.engine.observe({});
	return containers
		.filter(({state, name}) => state === 'running' && name.includes('.production.web.'))
		.map(({id}) => id);
}

/** The largest number of containers that had the volume at the same time while something ran. */
async function mostAtOnce(run: () => Promise<unknown>): Promise<number> {
	const abort = new AbortController();
	const up = new Set(await running());
	let most = up.size;
	const watching = (async () => {
		for await (const {object, action, id, attributes} of world.engine.events({}, abort.signal)) {
			if (object !== 'container') continue;
			if (action === 'start' && attributes[labels.address] === 'service.web') up.add(id);
			if (action === 'die') up.delete(id);
			most = Math.max(most, up.size);
		}
	})();
	await run();
	abort.abort();
	await watching.catch(() => undefined);
	return most;
}

describe('a volume of a service', () => {
	it('is mounted by each deployment, outlives the environment and comes back with it', async () => {
		await done(shared);
		await done(site({level: 'b'}));
		const [id] = await running();
		expect(world.engine.look(id!).spec.volumes).toEqual({[volume]: {path: '/data'}});
		await done(shared, {mode: 'destroy'});
		expect(await volumeNames()).toContain(volume);
		await done(shared);
		expect((await world.plan(shared)).plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
		await done(shared, {mode: 'destroy', deleteData: true});
		expect(await volumeNames()).not.toContain(volume);
	});

	it('is shared by the old and the new deployment', async () => {
		await done(shared);
		expect(await mostAtOnce(() => done(site({level: 'b'})))).toBe(2);
		expect(await running()).toHaveLength(1);
	});

	it('is shared by the runs of a job', async () => {
		await done(site({kind: 'job', image: images.finished}));
		expect(await volumeNames()).toContain(volume);
	});

	it('is kept by release, then deleted once nothing uses it', async () => {
		await done(shared);
		const without = site({volumes: ''});
		expect((await world.apply(without)).result).toBeUndefined();
		await expect(world.work(shared, work => releaseVolume(work, 'web.data'))).rejects.toThrow('still declares');
		await world.work(without, work => releaseVolume(work, 'web.data'));
		await expect(world.work(without, work => deleteVolume(work, 'web.data'))).rejects.toThrow(/uses the volume data/);
		await done(without);
		expect(await volumeNames()).toContain(volume);
		// A rollback would make an empty volume that nobody owns.
		await world.work(without, work => deleteVolume(work, 'web.data'));
		expect(await volumeNames()).not.toContain(volume);
		const {plan, result} = await world.apply(without, {mode: 'rollback', services: ['web']});
		expect(result).toBeUndefined();
		expect(plan.actions).toContainEqual(expect.objectContaining({address: 'volume.web.data', kind: 'blocked'}));
	});

	it('that was released is used again where it is declared again', async () => {
		await done(shared);
		await world.work(site({volumes: ''}), work => releaseVolume(work, 'web.data'));
		await done(shared);
		expect((await world.state())!.volumes['volume.web.data']).not.toHaveProperty('isReleased');
		expect((await world.apply(site({volumes: ''}))).result).toBeUndefined();
	});

	it('that does not exist is refused by name', async () => {
		await done(shared);
		await expect(world.work(shared, work => deleteVolume(work, 'web.nothing'))).rejects.toThrow(
			'no volume web.nothing',
		);
	});
});

describe('an exclusive volume', () => {
	it('is used by one deployment at a time', async () => {
		await done(exclusive());
		expect(await mostAtOnce(() => done(exclusive({level: 'b'})))).toBe(1);
		expect(await mostAtOnce(() => done(exclusive(), {mode: 'rollback', services: ['web']}))).toBe(1);
		expect(await mostAtOnce(() => done(exclusive(), {mode: 'restart'}))).toBe(1);
		expect(await running()).toHaveLength(1);
	});

	it('goes back to the previous deployment when the new one crashes', async () => {
		await done(exclusive());
		const before = await running();
		const most = await mostAtOnce(async () => {
			expect((await world.apply(exclusive({image: images.crashing}))).result?.outcome).toBe('failed');
		});
		expect(most).toBe(1);
		expect(await running()).toEqual(before);
	});

	it('goes back also where the previous deployment shared it', async () => {
		await done(shared);
		const before = await running();
		expect((await world.apply(exclusive({image: images.crashing}))).result?.outcome).toBe('failed');
		expect(await running()).toEqual(before);
	});

	it('cannot have a candidate beside the active deployment', async () => {
		await done(exclusive());
		expect((await world.apply(exclusive({level: 'b'}), {isHold: true})).result).toBeUndefined();
	});
});
