import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type {EnvironmentWorld} from '../../source/agent/duty.ts';
import type {AgentAction, AgentEvent} from '../../source/agent/events.ts';
import {createEngineKeeping, createImageKeeping} from '../../source/agent/house-keeping.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {EngineError} from '../../source/errors.ts';
import {imageLabels} from '../../source/model/labels.ts';
import {routerOptions} from '../../source/router/from-settings.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {createFakeClock, type FakeClock} from './fake-clock.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const minute = 60_000;
const hour = 60 * minute;
const {signal} = new AbortController();

let world: MemoryWorld;
let clock: FakeClock;
let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
	world = await createMemoryWorld();
	clock = createFakeClock();
	home = mkdtempSync(join(tmpdir(), 'compartment-house-keeping-'));
	env = {COMPARTMENT_CONFIG_HOME: home};
});

afterEach(() => {
	rmSync(home, {recursive: true, force: true});
	world.close();
});

async function agentWorld(engine: Engine = world.engine) {
	const settings = await readSettings(env);
	const events: AgentEvent[] = [];
	const disks: unknown[] = [];
	return {
		engine,
		engineId: 'memory',
		router: routerOptions(settings),
		settings,
		clock,
		environments: async () => [],
		report: (event: AgentEvent) => void events.push(event),
		noteDisk: (disk: unknown) => void disks.push(disk),
		events,
		disks,
	};
}

describe('the disk of the engine', () => {
	const descriptor = `name: shop\nservices:\n  web: {kind: web, image: "${images.good}", port: 8080}\n`;
	const df = (free: number) =>
		`Filesystem 1024-blocks Used Available Capacity Mounted on\noverlay 100000000 ${100_000_000 - free} ${free} 0% /\n`;

	it('is read in the router, wherever the engine runs, and reported when it is low', async () => {
		await world.apply(descriptor);
		let free = 50_000_000;
		const commands: (readonly string[])[] = [];
		const given = await agentWorld({
			...world.engine,
			address: 'tcp://elsewhere:2376',
			isLocal: false,
			async exec(_id, command) {
				commands.push(command);
				return {exitCode: 0, stdout: df(free), stderr: ''};
			},
		});
		const duty = createEngineKeeping(given, env);
		await duty.run([], signal);
		expect(given.events).toEqual([]);
		free = 1_000_000;
		await duty.run([], signal);
		expect(commands).toHaveLength(1);
		await clock.advance(10 * minute);
		await duty.run([], signal);
		expect(commands).toEqual([
			['df', '-Pk', '/'],
			['df', '-Pk', '/'],
		]);
		expect(given.disks).toEqual([
			{size: 102_400_000_000, free: 51_200_000_000, isLow: false},
			{size: 102_400_000_000, free: 1_024_000_000, isLow: true},
		]);
		expect(given.events).toEqual([
			{type: 'disk-low', at: clock.now(), message: 'Only 1.0 GB of 102 GB are free on the disk of the engine.'},
		]);
	});

	it('is unknown without a router on a remote engine, and when the engine does not answer', async () => {
		const given = await agentWorld({...world.engine, isLocal: false});
		await createEngineKeeping(given, env).run([], signal);
		const lost = await agentWorld({
			...world.engine,
			async inspectContainer() {
				throw new EngineError('nothing answers');
			},
		});
		await createEngineKeeping(lost, env).run([], signal);
		expect([...given.events, ...lost.events]).toEqual([]);
	});
});

describe('the build cache', () => {
	async function prunedAfter(hours: number): Promise<readonly number[]> {
		const limits: number[] = [];
		const given = await agentWorld({
			...world.engine,
			async pruneBuildCache(keepBytes) {
				limits.push(keepBytes);
				return 0;
			},
		});
		const duty = createEngineKeeping(given, env);
		for (let passed = 0; passed < hours * 60; passed += 10) {
			await duty.run([], signal);
			await clock.advance(10 * minute);
		}
		return limits;
	}

	it('is never touched unless the user sets a limit, because it is everybody’s', async () => {
		expect(await prunedAfter(48)).toEqual([]);
	});

	it('is kept below the limit that the user sets, every hour', async () => {
		writeFileSync(join(home, 'settings.json'), '{"buildCacheGB": 20}');
		expect(await prunedAfter(3)).toEqual([20e9, 20e9, 20e9]);
	});
});

describe('images', () => {
	const descriptor = 'name: shop\nservices:\n  tidy: {kind: job, path: tidy}\n';

	const imagesOf = () => world.engine.listImages({[imageLabels.project]: 'shop'});

	async function keeping() {
		const state = (await world.state())!;
		const actions: Pick<AgentAction, 'message'>[] = [];
		const {environments: _, ...given} = await agentWorld();
		const own: EnvironmentWorld = {
			...given,
			folder: dirname(dirname(world.directory)),
			directory: world.directory,
			lineage: state.lineage,
			project: state.project,
			environment: state.environment,
			readState: world.state,
			act: action => void actions.push(action),
		};
		return {duty: createImageKeeping(own), actions};
	}

	/** An image of this environment that nothing needs, and one with labels of another one. */
	async function addUnneeded() {
		const {lineage} = (await world.state())!;
		const own = {[imageLabels.project]: 'shop', [imageLabels.lineage]: lineage};
		const tag = (await imagesOf())[0]!.tags[0]!.replace(/:.*$/, '');
		world.engine.addImage(`${tag}:left`, {labels: own});
		world.engine.addImage('elsewhere/app:1', {labels: own});
		world.engine.addImage('compartment/shop-staging-tidy:1', {labels: {...own, [imageLabels.lineage]: 'other'}});
		return `${tag}:left`;
	}

	beforeEach(async () => {
		const folder = join(dirname(dirname(world.directory)), 'tidy');
		mkdirSync(folder, {recursive: true});
		writeFileSync(join(folder, 'Dockerfile'), `FROM ${images.good}\nCOPY . .\n`);
		await world.apply(descriptor);
	});

	const tags = async () => (await imagesOf()).flatMap(image => image.tags).sort();

	it('that no kept deployment needs are removed once a day, and no others', async () => {
		const {duty, actions} = await keeping();
		const before = await tags();
		const left = await addUnneeded();
		await duty.run([], signal);
		expect(await tags()).toContain(left);
		await clock.advance(10 * minute);
		const [next] = await duty.run([], signal);
		expect(await tags()).toEqual([...before, 'compartment/shop-staging-tidy:1', 'elsewhere/app:1'].sort());
		expect(actions).toMatchObject([{message: 'removed 1 image that no kept deployment needs'}]);
		expect(next!.at).toBe(clock.now() + 24 * hour);
	});

	it('wait for a command that holds the lock', async () => {
		const {duty} = await keeping();
		const left = await addUnneeded();
		await clock.advance(10 * minute);
		const lock = await acquireLock(world.directory, {operation: 'apply'});
		const [next] = await duty.run([], signal);
		expect(await tags()).toContain(left);
		await lock.release();
		expect(next!.at).toBe(clock.now() + hour);
		await clock.advance(hour);
		await duty.run([], signal);
		expect(await tags()).not.toContain(left);
	});

	it('are left alone after an interrupted command, which may have made them', async () => {
		process.env['COMPARTMENT_FAILPOINT'] = 'apply.after-build-image:error';
		writeFileSync(join(dirname(dirname(world.directory)), 'tidy', 'main.js'), 'changed');
		await world.apply(descriptor).catch(() => undefined);
		delete process.env['COMPARTMENT_FAILPOINT'];
		const {duty} = await keeping();
		const before = await tags();
		await clock.advance(10 * minute);
		await duty.run([], signal);
		expect(await tags()).toEqual(before);
		expect(before).toHaveLength(2);
	});
});
