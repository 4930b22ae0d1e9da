import {renameSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {systemClock} from '../../source/agent/clock.ts';
import type {Change, Duty, DutyFactory, Upcoming} from '../../source/agent/duty.ts';
import type {AgentEvent} from '../../source/agent/events.ts';
import {addProject, removeProject} from '../../source/agent/registry.ts';
import {runAgent} from '../../source/agent/run-agent.ts';
import {listAgents} from '../../source/agent/status.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {EngineError} from '../../source/errors.ts';
import {routerOptions} from '../../source/router/from-settings.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {createFakeClock, type FakeClock} from './fake-clock.ts';

const descriptor = `name: shop
services:
  web: {kind: web, image: "${images.good}", port: 8080}
`;

let world: MemoryWorld;
let clock: FakeClock;
let events: AgentEvent[];
let stops: AbortController[];

beforeEach(async () => {
	world = await createMemoryWorld();
	clock = createFakeClock();
	events = [];
	stops = [];
});

afterEach(() => {
	for (const stop of stops) stop.abort();
	rmSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'agent'), {recursive: true, force: true});
	world.close();
});

const folder = () => dirname(dirname(world.directory));

type Options = {readonly engine?: Engine; readonly duties?: Partial<DutyFactory>};

async function startAgent({engine = world.engine, duties = {}}: Options = {}) {
	const stop = new AbortController();
	stops.push(stop);
	const settings = await readSettings();
	const ended = runAgent({
		engine,
		router: routerOptions(settings),
		settings,
		clock,
		duties: {ofAgent: () => [], ofEnvironment: () => [], ...duties},
		report: event => void events.push(event),
		signal: stop.signal,
	});
	ended.catch(() => undefined);
	await clock.advance(1);
	return {ended, stop: () => stop.abort()};
}

const types = () => events.map(({type}) => type);

describe('an agent', () => {
	it('runs until it is stopped, and its status says so', async () => {
		addProject(folder(), new Date());
		await world.apply(descriptor);
		const agent = await startAgent();
		const [known] = await listAgents();
		expect(known).toMatchObject({
			isRunning: true,
			status: {
				owner: {pid: process.pid},
				engine: {id: 'memory', address: 'memory:'},
				environments: [{project: 'shop', environment: 'production', folder: folder()}],
				lostSince: null,
			},
		});
		agent.stop();
		await agent.ended;
		expect(types()).toEqual(['started', 'stopped']);
		expect((await listAgents())[0]).toMatchObject({isRunning: false, status: {stoppedAt: clock.now()}});
		const again = await startAgent();
		const [started] = await listAgents();
		expect(started?.isRunning).toBe(true);
		expect(started?.status.stoppedAt).toBeUndefined();
		again.stop();
		await again.ended;
	});

	it('is the only one of its engine, and the refusal names it', async () => {
		await startAgent();
		const second = await startAgent();
		await clock.advance(3000);
		await expect(second.ended).rejects.toThrow(
			new RegExp(
				`^an agent of this engine runs already: process ${process.pid} of .+ on .+, since 2026-01-01T00:00:00`,
			),
		);
	});

	it('tells duties of events of the engine, and of states that were written', async () => {
		addProject(folder(), new Date());
		await world.apply(descriptor);
		const noticed: Change[] = [];
		const duty: Duty = {
			name: 'test',
			concerns: () => true,
			async run(changes) {
				noticed.push(...changes);
				return [];
			},
		};
		await startAgent({duties: {ofEnvironment: () => [duty]}});
		await clock.advance(100);
		expect(noticed).toEqual([]);
		const [container] = (await world.engine.observe({})).containers;
		await world.engine.stop(container!.id, 0);
		await clock.advance(100);
		expect(noticed.at(-1)).toMatchObject({type: 'event', event: {action: 'die', id: container!.id}});
		await world.changeState(state => ({...state, updatedAt: '2026-01-02T00:00:00.000Z'}));
		await clock.advance(10_000);
		expect(noticed.at(-1)).toEqual({type: 'state-written'});
	});

	it('waits for an engine that does not answer yet, and connects again when it was gone', async () => {
		let isThere = false;
		let cut = new AbortController();
		const assertThere = () => {
			if (!isThere) throw new EngineError('nothing answers');
		};
		const engine: Engine = {
			...world.engine,
			async info() {
				assertThere();
				return world.engine.info();
			},
			async *events(labels, signal) {
				yield* world.engine.events(labels, AbortSignal.any([signal, cut.signal]));
				if (!signal.aborted) throw new EngineError('the connection was closed');
			},
		};
		let connections = 0;
		const duty: Duty = {
			name: 'test',
			concerns: ({type}) => type === 'connected',
			async run(changes) {
				connections += changes.length;
				return [];
			},
		};
		await startAgent({engine, duties: {ofAgent: () => [duty]}});
		await clock.advance(60_000);
		expect(types()).toEqual(['engine-lost']);
		isThere = true;
		await clock.advance(6000);
		expect(types()).toEqual(['engine-lost', 'started']);
		isThere = false;
		cut.abort();
		await clock.advance(600_000);
		expect(types()).toEqual(['engine-lost', 'started', 'engine-lost']);
		expect((await listAgents())[0]?.status.lostSince).toBeGreaterThan(0);
		isThere = true;
		cut = new AbortController();
		await clock.advance(6000);
		expect(types()).toEqual(['engine-lost', 'started', 'engine-lost', 'engine-found']);
		expect((await listAgents())[0]?.status.lostSince).toBeNull();
		expect(connections).toBe(2);
	});

	it('shows what comes next, soonest first, and its last actions', async () => {
		const due = (at: number, what: string | null): Upcoming => ({
			at: clock.now() + at,
			what,
		});
		const names = ['later', 'sooner'];
		addProject(folder(), new Date());
		await world.apply(descriptor);
		await startAgent({
			duties: {
				ofEnvironment: ({act}) =>
					names.map((name, index) => ({
						name,
						concerns: () => false,
						async run() {
							act({duty: name, address: 'service.web', outcome: 'done', message: 'did it'});
							return [due(9000 - index * 1000, name), due(1000, null)];
						},
					})),
			},
		});
		const {status} = (await listAgents())[0]!;
		expect(
			status.next.map(({project, environment, what, duty}) => `${project}/${environment} ${duty} ${what}`),
		).toEqual(['shop/production sooner sooner', 'shop/production later later']);
		expect(status.actions.map(({duty, message, project}) => `${project} ${duty} ${message}`)).toEqual([
			'shop later did it',
			'shop sooner did it',
		]);
	});

	it('starts the duties of an environment when its project is added, and ends them when it is removed', async () => {
		await world.apply(descriptor);
		let calls = 0;
		const duty: Duty = {
			name: 'test',
			concerns: () => false,
			async run() {
				calls++;
				return [{at: clock.now() + 1000, what: null}];
			},
		};
		await startAgent({duties: {ofEnvironment: () => [duty]}});
		await clock.advance(30_000);
		expect(calls).toBe(0);
		addProject(folder(), new Date());
		await clock.advance(30_000);
		expect(calls).toBeGreaterThan(15);
		removeProject(folder());
		await clock.advance(10_000);
		calls = 0;
		await clock.advance(30_000);
		expect(calls).toBe(0);
	});

	it('reports a folder that is gone once', async () => {
		addProject(folder(), new Date());
		const gone = `${folder()}-gone`;
		await startAgent();
		renameSync(folder(), gone);
		await clock.advance(60_000);
		renameSync(gone, folder());
		const problems = events.filter(({type}) => type === 'problem');
		expect(problems).toMatchObject([{where: folder(), message: 'the folder is gone'}]);
	});
});

it('the clock of the machine ends a sleep when the signal aborts', async () => {
	const stop = new AbortController();
	const before = systemClock.steady();
	const asleep = systemClock.sleep(60_000, stop.signal);
	stop.abort();
	await asleep;
	expect(systemClock.steady() - before).toBeLessThan(5000);
	expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});
