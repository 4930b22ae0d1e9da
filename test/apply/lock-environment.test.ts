import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {lockEnvironment, readEarly} from '../../source/apply/lock-environment.ts';
import {labels} from '../../source/model/labels.ts';
import {previousContainerName} from '../../source/model/names.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

const descriptor = `name: shop
services:
  web: {image: "${images.good}", port: 80, accessMode: public}
resources:
  db: {image: "${images.database}"}
`;

describe('lockEnvironment', () => {
	let world: MemoryWorld;

	beforeEach(async () => {
		world = await createMemoryWorld();
		expect((await world.apply(descriptor)).result?.outcome).toBe('done');
	});
	afterEach(() => world.close());

	const place = () => ({
		directory: world.directory,
		engine: world.engine,
		router: {name: 'compartment-router', listen: '127.0.0.1', port: 9080, tlsPort: 9443},
	});

	const lock = (early = readEarly(place())) =>
		lockEnvironment({
			...place(),
			operation: 'apply',
			early,
			readState: async () => ({state: (await world.state())!, isNew: false}),
		});

	const isSettled = async (): Promise<boolean> => {
		const locked = await lock();
		await locked.release();
		return locked.isSettled;
	};

	const observations = () => world.engine.calls.filter(({method}) => method === 'observe').length;

	it('uses what was read before, unless another command held the lock since', async () => {
		const early = readEarly(place());
		const before = observations();
		const locked = await lock(early);
		expect(locked.reads).toBe(early.reads);
		expect(observations()).toBe(before);
		await locked.release();

		const late = readEarly(place());
		await (await acquireLock(world.directory, {operation: 'restart'})).release();
		const next = await lock(late);
		expect(next.reads).not.toBe(late.reads);
		await next.release();
	});

	it('writes nothing but the lock', async () => {
		const files = () =>
			readdirSync(world.directory, {recursive: true, withFileTypes: true})
				.filter(entry => entry.isFile() && !/^lock\./.test(entry.name))
				.map(({parentPath, name}) => [name, readFileSync(join(parentPath, name), 'base64')]);
		const before = files();
		expect(await isSettled()).toBe(true);
		expect(files()).toEqual(before);
	});

	it('finds a candidate that was never active', async () => {
		await world.changeState(state => {
			const [id, deployment] = Object.entries(state.deployments)[0]!;
			return {...state, active: {}, deployments: {[id]: {...deployment, status: 'running'}}};
		});
		expect(await isSettled()).toBe(false);
	});

	it('finds a deployment that was still draining, and one that has ended and runs', async () => {
		const change = (stage: 'draining_previous' | 'retired') =>
			world.changeState(state => {
				const [id, deployment] = Object.entries(state.deployments)[0]!;
				return {...state, active: {}, deployments: {[id]: {...deployment, stage, status: 'succeeded'}}};
			});
		await change('draining_previous');
		expect(await isSettled()).toBe(false);
		await change('retired');
		expect(await isSettled()).toBe(false);
		for (const {id} of (await world.engine.observe({[labels.deployment]: ''})).containers)
			await world.engine.stop(id, 0);
		expect(await isSettled()).toBe(true);
	});

	it('finds the previous container of a resource', async () => {
		const {containers} = await world.engine.observe({[labels.address]: 'resource.db'});
		await world.engine.rename(containers[0]!.id, previousContainerName(containers[0]!.name));
		expect(await isSettled()).toBe(false);
	});

	it('finds a rotation of a password', async () => {
		await world.changeState(state => ({...state, access: {...state.access!, isRotating: true}}));
		expect(await isSettled()).toBe(false);
		await world.changeState(state => ({
			...state,
			access: {...state.access!, isRotating: false},
			resources: Object.fromEntries(
				Object.entries(state.resources).map(([name, record]) => [name, {...record, rotation: {former: [], next: []}}]),
			),
		}));
		expect(await isSettled()).toBe(false);
	});

	it('finds the journal of a run that was interrupted', async () => {
		const {openJournal} = await import('../../source/state/journal.ts');
		const {lineage, project, environment, serial} = (await world.state())!;
		const journal = await openJournal(world.directory, {run: 'run_1', lineage, project, environment, serial});
		expect(await isSettled()).toBe(false);
		await journal.close();
		expect(await isSettled()).toBe(true);
	});
});
