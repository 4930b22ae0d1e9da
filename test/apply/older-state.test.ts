import {copyFileSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {labels} from '../../source/model/labels.ts';
import {isGenuineContainer} from '../../source/model/own.ts';
import {renderHint} from '../../source/render-hint.ts';
import {serializeState} from '../../source/state/document.ts';
import {readHistory} from '../../source/state/history.ts';
import {readCurrent, restoreState} from '../../source/state/restore.ts';
import type {State} from '../../source/state/state.ts';
import {statePath} from '../../source/state/state-file.ts';
import {readPin} from '../../source/state/trust-key.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const descriptor = (level: number): string => `name: shop
services:
  web: {image: '${images.good}', readiness: {type: http, path: /}, env: {LEVEL: '${level}'}}
  mail: {kind: worker, image: '${images.good}', env: {LEVEL: '${level}'}}
resources:
  db: {image: '${images.database}', env: {LEVEL: '${level}'}, volumes: {data: /data}}
`;

async function openWorld(): Promise<MemoryWorld> {
	const world = await createMemoryWorld();
	onTestFinished(() => world.close());
	return world;
}

const deploy = async (world: MemoryWorld, level: number) =>
	expect((await world.apply(descriptor(level))).result).toMatchObject({outcome: 'done'});

const running = async ({engine}: MemoryWorld) =>
	(await engine.observe({[labels.lineage]: ''})).containers
		.filter(container => container.state === 'running' && isGenuineContainer(container))
		.map(({labels: own}) => own[labels.address])
		.sort();

const everything = ['resource.db', 'service.mail', 'service.web'];

/** Forgets the highest serial, as on a machine that has never seen this lineage. */
async function forgetSerial(world: MemoryWorld): Promise<void> {
	const {lineage} = JSON.parse(readFileSync(statePath(world.directory), 'utf8')) as {lineage: string};
	rmSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'trust', `${lineage}.serial`), {force: true});
}

async function putBackOld(world: MemoryWorld): Promise<void> {
	const old = `${statePath(world.directory)}.old`;
	await deploy(world, 1);
	copyFileSync(statePath(world.directory), old);
	await deploy(world, 2);
	copyFileSync(old, statePath(world.directory));
	rmSync(old);
}

it('plan and apply refuse a state that is older than the last one seen or than the running containers', async () => {
	const world = await openWorld();
	await putBackOld(world);
	const before = (await world.engine.observe({})).containers;
	const calls = world.engine.calls.length;
	for (const isSeen of [true, false]) {
		if (!isSeen) await forgetSerial(world);
		const newer = isSeen ? /older than the state that was here before/ : /older than what runs \(serial \d+\)/;
		await expect(world.plan(descriptor(3))).rejects.toThrow(newer);
		if (!isSeen) await forgetSerial(world);
		await expect(world.apply(descriptor(3))).rejects.toThrow(newer);
	}
	expect((await world.engine.observe({})).containers).toEqual(before);
	const changing = world.engine.calls.slice(calls).filter(({method}) => ['remove', 'stop', 'run'].includes(method));
	expect(changing).toEqual([]);
});

it('a plan for a restored older state removes unknown containers, and nothing runs twice afterwards', async () => {
	const world = await openWorld();
	await putBackOld(world);
	const {serial} = JSON.parse(readFileSync(statePath(world.directory), 'utf8')) as {serial: number};
	const {containers} = await world.engine.observe({});
	const newest = Math.max(...containers.map(({labels: own}) => Number(own[labels.serial] ?? 0)));
	const restored = await restoreState(world.directory, readCurrent(world.directory, serial)!.state!, newest);
	expect(restored.serial).toBeGreaterThan(newest);
	const {plan} = await world.plan(descriptor(3));
	const strays = containers.filter(
		({labels: own}) => own[labels.deployment] && !restored.deployments[own[labels.deployment]!],
	);
	expect(strays).toHaveLength(2);
	for (const {name} of strays) {
		expect(plan.drift).toContainEqual({
			address: `container.${name}`,
			message: 'container is running and is not in the state',
		});
		expect(plan.actions.find(({address}) => address === `container.${name}`)).toMatchObject({kind: 'delete'});
	}
	await deploy(world, 3);
	expect(await running(world)).toEqual(everything);
	const again = await world.plan(descriptor(3));
	expect(again.plan.drift).toEqual([]);
	expect(again.plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
});

it('a lost state can be restored after the first apply', async () => {
	const world = await openWorld();
	await deploy(world, 1);
	const state = (await world.state())!;
	rmSync(statePath(world.directory));
	await expect(world.plan(descriptor(1))).rejects.toThrow(
		/is missing, but this environment has a history.*state\.\d+\.json/,
	);
	expect(readHistory(world.directory)[0]!.state).toEqual(state);
	await restoreState(world.directory, readHistory(world.directory)[0]!.state!);
	expect((await world.plan(descriptor(1))).plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
	expect(await running(world)).toEqual(everything);
});

it('a lost state folder is reported with what runs, and nothing is touched', async () => {
	const world = await openWorld();
	await deploy(world, 1);
	for (const name of ['state.json', 'history']) rmSync(join(world.directory, name), {recursive: true});
	const error: unknown = await world.plan(descriptor(1)).catch((caught: unknown) => caught);
	if (!(error instanceof UserError)) throw error;
	expect(error.message).toMatch(
		/^\d+ containers, 2 networks, 1 volume of project shop, .* have no state in this folder/,
	);
	expect(renderHint(error.hint!, {environment: 'production'})).toMatch(
		/^Make their state again from what the engine has: compartment state rebuild\nOr restore the \.compartment folder.*\n.*docker rm --force .*; docker network disconnect --force compartment-shop\.production compartment-router; docker network rm compartment-shop\.production\S* compartment-shop\.production\S*\n.*docker volume rm \S+$/,
	);
	await expect(world.apply(descriptor(1))).rejects.toThrow('have no state in this folder');
	expect(await running(world)).toEqual(everything);
});

it('a forged state is refused before anything that it names is touched', async () => {
	const world = await openWorld();
	await deploy(world, 1);
	await world.engine.createNetwork({name: 'elsewhere', labels: {}, subnet: '10.99.0.0/24'});
	const victim = await world.engine.run({
		name: 'somebodys',
		image: images.good,
		labels: {},
		env: {},
		attachments: [{network: 'elsewhere'}],
		restart: {policy: 'no'},
	});
	const state = (await world.state())!;
	const forged = JSON.parse(JSON.stringify(state).replaceAll(state.resources['db']!.containerId, victim)) as State;
	writeFileSync(statePath(world.directory), serializeState(forged, Buffer.alloc(32, 1)));
	await expect(world.apply(descriptor(2))).rejects.toThrow(/is not trusted/);
	await expect(world.apply(descriptor(2), {mode: 'destroy', deleteData: true})).rejects.toThrow(/is not trusted/);
	// Even with the right key.
	writeFileSync(statePath(world.directory), serializeState(forged, readPin(state.lineage)!.key));
	expect((await world.apply(descriptor(1), {mode: 'destroy', deleteData: true})).result).toMatchObject({
		outcome: 'done',
	});
	expect(world.engine.look(victim).state).toBe('running');
});

it('a container that a user ran from an image with our labels is ignored, and destroy keeps it', async () => {
	const world = await openWorld();
	await deploy(world, 1);
	const {containers} = await world.engine.observe({[labels.address]: 'service.web'});
	await world.engine.createNetwork({name: 'elsewhere', labels: {}, subnet: '10.99.0.0/24'});
	const byHand = await world.engine.run({
		name: 'happy_hopper',
		image: images.good,
		labels: {...containers[0]!.labels, [labels.hosts]: 'other.localhost'},
		env: {},
		attachments: [{network: 'elsewhere'}],
		restart: {policy: 'no'},
	});
	expect((await world.plan(descriptor(1))).plan).toMatchObject({drift: []});
	expect((await world.apply(descriptor(1), {mode: 'destroy', deleteData: true})).result).toMatchObject({
		outcome: 'done',
	});
	expect(world.engine.look(byHand).state).toBe('running');
	expect(await running(world)).toEqual([]);
});
