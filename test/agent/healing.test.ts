import {rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {systemClock} from '../../source/agent/clock.ts';
import {allDuties} from '../../source/agent/duties.ts';
import type {AgentEvent} from '../../source/agent/events.ts';
import {addProject} from '../../source/agent/registry.ts';
import {runAgent} from '../../source/agent/run-agent.ts';
import type {Engine, ObservedContainer} from '../../source/engine/engine.ts';
import {labels} from '../../source/model/labels.ts';
import {serviceHealth} from '../../source/plan/health.ts';
import {routerOptions} from '../../source/router/from-settings.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {crashLoopAt} from '../../source/state/crash-loop.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';

const descriptor = `name: shop
services:
  web: {kind: web, image: "${images.good}", port: 8080, readiness: {type: http, path: /healthz, timeoutMs: 2000}}
  work: {kind: worker, image: "${images.better}"}
resources:
  db: {image: "${images.database}", volumes: {data: /data}}
`;

let world: MemoryWorld;
let events: AgentEvent[];
let stop: AbortController;
let ended: Promise<void>;

beforeEach(async () => {
	world = await createMemoryWorld();
	events = [];
	stop = new AbortController();
	ended = Promise.resolve();
	addProject(folder(), new Date());
	await world.apply(descriptor);
});

afterEach(async () => {
	stop.abort();
	await ended;
	rmSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'agent'), {recursive: true, force: true});
	world.close();
});

const folder = () => dirname(dirname(world.directory));

async function startAgent(engine: Engine = world.engine) {
	const settings = await readSettings();
	ended = runAgent({
		engine,
		router: routerOptions(settings),
		settings: {...settings, minHealthyMs: 0, drainSeconds: 0},
		clock: systemClock,
		duties: allDuties,
		report: event => void events.push(event),
		signal: stop.signal,
	});
	await vi.waitFor(() => expect(events.some(({type}) => type === 'started')).toBe(true));
}

const containers = async () => (await world.engine.observe({[labels.lineage]: ''})).containers;

/** The running container at an address. */
async function runningAt(address: string): Promise<ObservedContainer | undefined> {
	return (await containers()).find(({labels: own, state}) => own[labels.address] === address && state === 'running');
}

const actions = () => events.flatMap(event => (event.type === 'action' ? [event] : []));

/** Waits until the agent has done so many things. */
async function untilActions(count: number) {
	await vi.waitFor(() => expect(actions().length).toBeGreaterThanOrEqual(count), {timeout: 10_000, interval: 20});
	return actions();
}

const problems = () => events.filter(({type}) => type === 'problem');

describe('a container of ours that', () => {
	it.each(['service.web', 'service.work', 'resource.db'])('%s was stopped is started again', async address => {
		const before = (await runningAt(address))!;
		await startAgent();
		await world.engine.stop(before.id, 0);
		expect(await untilActions(1)).toMatchObject([{address, outcome: 'done', duty: 'healing'}]);
		expect((await runningAt(address))?.id).toBe(before.id);
		expect(problems()).toEqual([]);
	});

	it.each(['service.web', 'service.work', 'resource.db'])('%s was removed is created again', async address => {
		const before = (await runningAt(address))!;
		await startAgent();
		await world.engine.remove(before.id);
		expect(await untilActions(1)).toMatchObject([{address, outcome: 'done'}]);
		const after = (await runningAt(address))!;
		expect(after.id).not.toBe(before.id);
		expect(after.imageId).toBe(before.imageId);
		expect(problems()).toEqual([]);
	});

	it.each(['service.web', 'service.work', 'resource.db'])(
		'%s is removed just before it would be started is created again',
		async address => {
			const before = (await runningAt(address))!;
			const {engine} = world;
			// As `docker rm -f` does: it kills the container first.
			const removed = async <T>(id: string, call: () => Promise<T>) => {
				if (id === before.id) await engine.remove(id);
				return call();
			};
			await startAgent({
				...engine,
				start: id => removed(id, () => engine.start(id)),
				join: (id, attachment) => removed(id, () => engine.join(id, attachment)),
			});
			await engine.stop(before.id, 0);
			expect(await untilActions(1)).toMatchObject([{address, outcome: 'done'}]);
			expect((await runningAt(address))!.id).not.toBe(before.id);
			expect(actions()).toHaveLength(1);
			expect(problems()).toEqual([]);
		},
	);

	it('has a half-restored volume is left alone', async () => {
		await world.apply(descriptor.replace('kind: worker,', 'kind: worker, volumes: {data: /data},'));
		const restore = {backup: 'rbak_1', preRestoreBackup: 'rbak_2'};
		await world.changeState(state => ({
			...state,
			volumes: {...state.volumes, 'volume.work.data': {...state.volumes['volume.work.data']!, restore}},
		}));
		await world.engine.stop((await runningAt('service.work'))!.id, 0);
		await startAgent();
		await world.engine.stop((await runningAt('service.web'))!.id, 0);
		expect(await untilActions(1)).toMatchObject([{address: 'service.web', outcome: 'done'}]);
		expect(await runningAt('service.work')).toBeUndefined();
		expect(actions()).toHaveLength(1);
	});

	it('is being removed is left alone', async () => {
		const before = (await runningAt('service.work'))!;
		world.engine.age(before.id, {state: 'removing'});
		await startAgent();
		await world.engine.stop((await runningAt('service.web'))!.id, 0);
		expect(await untilActions(1)).toMatchObject([{address: 'service.web', outcome: 'done'}]);
		expect(problems()).toEqual([]);
	});

	it.each(['service.web', 'resource.db'])('%s was paused continues', async address => {
		const before = (await runningAt(address))!;
		world.engine.age(before.id, {state: 'paused'});
		await startAgent();
		expect(await untilActions(1)).toMatchObject([{address, outcome: 'done'}]);
		expect((await runningAt(address))?.id).toBe(before.id);
	});

	it.each(['service.web', 'resource.db'])('%s was disconnected is connected again', async address => {
		const before = (await runningAt(address))!;
		const networks = Object.keys(before.networks);
		for (const network of networks) await world.engine.leave(before.id, network);
		await startAgent();
		expect(await untilActions(1)).toMatchObject([{address, outcome: 'done'}]);
		const after = (await runningAt(address))!;
		expect(after.id).toBe(before.id);
		expect(Object.keys(after.networks).sort()).toEqual(networks.sort());
		expect(after.networks).toEqual(before.networks);
	});

	it.each(['service.web', 'resource.db'])('%s was renamed gets its name back', async address => {
		const before = (await runningAt(address))!;
		await startAgent();
		await world.engine.rename(before.id, 'something-else');
		await untilActions(1);
		expect(await runningAt(address)).toEqual(before);
	});
});

it('is healed although the file says something else, as it was applied', async () => {
	const before = (await runningAt('service.web'))!;
	await startAgent();
	await world.engine.remove(before.id);
	await untilActions(1);
	const state = (await world.state())!;
	expect(
		Object.values(state.deployments)
			.map(({service, type}) => `${service} ${type}`)
			.sort(),
	).toEqual(['web deploy', 'web heal', 'work deploy']);
	// Nothing is left for an apply.
	const {plan} = await world.plan(descriptor);
	expect(plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
});

it('the router is healed first', async () => {
	const settings = await readSettings();
	const router = (await world.engine.inspectContainer(settings.routerName))!;
	const web = (await runningAt('service.web'))!;
	await world.engine.remove(router.id);
	await world.engine.stop(web.id, 0);
	await startAgent();
	expect((await untilActions(2)).map(({address, outcome}) => `${address} ${outcome}`)).toEqual([
		'router done',
		'service.web done',
	]);
	expect((await world.engine.inspectContainer(settings.routerName))?.state).toBe('running');
});

it('a container that ended although its policy is never to start again stays as it is', async () => {
	await world.apply(descriptor.replace('app:better"', 'app:better", run: {restart: {policy: "no"}}'));
	const {id} = (await runningAt('service.work'))!;
	await startAgent();
	await world.engine.stop(id, 0);
	await world.engine.stop((await runningAt('service.web'))!.id, 0);
	await untilActions(1);
	expect(actions().map(({address}) => address)).toEqual(['service.web']);
	expect(await runningAt('service.work')).toBeUndefined();
});

it('what a command left unfinished is undone first', async () => {
	const before = (await runningAt('resource.db'))!;
	// As a replacement leaves it that was killed.
	await world.engine.stop(before.id, 0);
	await world.engine.rename(before.id, `${before.name}-previous`);
	await startAgent();
	await vi.waitFor(async () => expect(await runningAt('resource.db')).toBeDefined(), {timeout: 10_000});
	expect(await runningAt('resource.db')).toMatchObject({id: before.id, name: before.name});
	expect(problems()).toEqual([]);
});

it('what was stopped with Compartment stays stopped', async () => {
	await world.apply(descriptor, {mode: 'stop'});
	await startAgent();
	const {plan} = await world.plan(descriptor, {mode: 'start'});
	await new Promise(resolve => setTimeout(resolve, 500));
	expect(actions()).toEqual([]);
	expect(plan.actions.filter(({kind}) => kind === 'update').length).toBe(3);
});

it('waits for a command that holds the lock', async () => {
	const lock = await acquireLock(world.directory, {operation: 'apply'});
	const before = (await runningAt('service.web'))!;
	await startAgent();
	await world.engine.stop(before.id, 0);
	await new Promise(resolve => setTimeout(resolve, 300));
	expect(actions()).toEqual([]);
	await lock.release();
	await untilActions(1);
	expect((await runningAt('service.web'))?.id).toBe(before.id);
	expect(problems()).toEqual([]);
});

it('a container that hangs is replaced', async () => {
	const before = (await runningAt('service.web'))!;
	world.breakContainer(before.id, '503 Service Unavailable');
	await startAgent();
	await untilActions(1);
	expect(actions()).toMatchObject([{address: 'service.web', outcome: 'done'}]);
	expect((await runningAt('service.web'))?.id).not.toBe(before.id);
});

describe('a container that ends again and again', () => {
	const crash = async () => {
		const {id} = (await runningAt('service.web'))!;
		for (let round = 0; round < 5; round++) world.engine.crash(id, 3, round === 4);
		// The clock of the memory engine is not ours.
		world.engine.age(id, {startedAt: Date.now()});
		return id;
	};

	it('is stopped after its fifth end, and named with its exit code and its last lines', async () => {
		await startAgent();
		const {id} = (await runningAt('service.web'))!;
		world.engine.print(id, 'no table named invoices');
		await crash();
		expect(await untilActions(1)).toMatchObject([
			{
				address: 'service.web',
				outcome: 'failed',
				message: 'crash loop: web ended 5 times in 10 minutes; it is left alone until the next apply',
				news: {event: 'crash-loop', lines: expect.arrayContaining(['no table named invoices'])},
			},
		]);
		expect((await world.engine.inspectContainer(id))?.state).toBe('exited');
		const {plan, scene} = await world.plan(descriptor);
		expect(serviceHealth(scene, 'web')).toMatchObject({
			state: 'crashing',
			cause: expect.stringMatching(/^crash loop: ended 5 times in 10 minutes, last exit /),
		});
		expect(crashLoopAt((await world.state())!, 'service.web')?.lastLines).toContain('no table named invoices');
		// The next apply deploys it again, which ends the crash loop.
		expect(plan.actions.filter(({kind}) => kind !== 'none').map(({address, kind}) => `${address} ${kind}`)).toEqual([
			'service.web replace',
		]);
		await world.apply(descriptor);
		expect(crashLoopAt((await world.state())!, 'service.web')).toBeUndefined();
		expect(await runningAt('service.web')).toBeDefined();
		expect(actions()).toHaveLength(1);
	});

	it('is healed again after that apply, with a new count', async () => {
		await startAgent();
		await crash();
		await untilActions(1);
		await world.apply(descriptor);
		const {id} = (await runningAt('service.web'))!;
		await world.engine.stop(id, 0);
		expect((await untilActions(2))[1]).toMatchObject({address: 'service.web', outcome: 'done'});
		expect((await runningAt('service.web'))?.id).toBe(id);
	});

	it('is not a crash loop any more when somebody has started it and it works', async () => {
		await startAgent();
		const id = await crash();
		await untilActions(1);
		await world.engine.start(id);
		// The memory engine does not forget restarts at a start, as Docker does.
		world.engine.age(id, {restartCount: 0});
		await world.changeState(state => ({...state, updatedAt: '2026-01-02T00:00:00.000Z'}));
		expect((await untilActions(2))[1]).toMatchObject({outcome: 'done', message: 'healed: it works again'});
		expect(crashLoopAt((await world.state())!, 'service.web')).toBeUndefined();
	});
});
