import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {createCronDuty} from '../../source/agent/cron-duty.ts';
import {viewEnvironment} from '../../source/dashboard/environments.ts';
import {connectDocker} from '../../source/engine/docker.ts';
import {readClockOffset} from '../../source/engine/engine-clock.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {EngineError} from '../../source/errors.ts';
import {readVitals} from '../../source/refresh/read-vitals.ts';
import type {RouterOptions} from '../../source/router/router.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {createTestClock, environmentOf} from '../agent/fake-environment.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {openShop} from '../commands/shop.ts';
import {parseSources, type SyntaxNode} from '../source-code.ts';

const minute = 60_000;
const descriptor = `name: shop
services:
  report: {kind: cron, image: "${images.good}", schedule: {cron: '0 * * * *'}}
resources:
  db: {image: "${images.database}", volumes: {data: /data}}
`;

/** An engine whose clock is this far ahead, with one container that has ended twice. Notes what it is asked. */
async function openEngine(offsetMs: number) {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-clock-'));
	const asked: URL[] = [];
	const now = () => Date.now() + offsetMs;
	const server = createServer((request, response) => {
		const url = new URL(request.url!, 'http://engine');
		asked.push(url);
		response.writeHead(200, {'api-version': '1.41', ostype: 'linux'});
		if (url.pathname === '/info')
			return response.end(JSON.stringify({ID: 'x', ServerVersion: '27', SystemTime: new Date(now()).toISOString()}));
		if (url.pathname === '/_ping') return response.end('OK');
		const until = Number(url.searchParams.get('until'));
		const events = ['die', 'start', 'die', 'start'].map((Action, index) => {
			const at = Math.floor(now() / 1000) - 8 + 2 * index;
			const Attributes = Action === 'die' ? {exitCode: '3'} : {};
			return {Type: 'container', Action, time: at, timeNano: at * 1e9, Actor: {ID: 'c', Attributes}};
		});
		for (const event of events) if (event.time <= until) response.write(`${JSON.stringify(event)}\n`);
		// As the engine does: with `until` in its future, it waits for what comes until then.
		if (until * 1000 <= now()) response.end();
		return undefined;
	});
	const socket = join(folder, 'engine.sock');
	await new Promise<void>(resolve => server.listen(socket, resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
		rmSync(folder, {recursive: true, force: true});
	});
	return {engine: connectDocker({host: `unix://${socket}`}), asked};
}

describe.each([
	['ahead of ours', 5 * minute],
	['behind ours', -5 * minute],
])('with an engine clock five minutes %s', (_what, clockOffsetMs) => {
	let world: MemoryWorld;
	beforeEach(async () => {
		world = await createMemoryWorld({clockOffsetMs});
	});
	afterEach(() => world.close());

	it('the last run is read to its end, without a wait', async () => {
		const {engine} = await openEngine(clockOffsetMs);
		expect(await engine.previousRun('c')).toMatchObject({exitCode: 3, ranMs: 2000, endsInMinute: 2});
		expect((await engine.info()).clockOffsetMs).toBeGreaterThan(clockOffsetMs - 2000);
		expect((await engine.info()).clockOffsetMs).toBeLessThan(clockOffsetMs + 2000);
	});

	it('--since 10m means ten minutes of the clock that wrote the log', async () => {
		const shop = await openShop({clockOffsetMs});
		onTestFinished(() => shop.close());
		await shop.deploy();
		const {containers} = await shop.world.engine.observe({});
		for (const {id} of containers)
			for (const minutes of [11, 9])
				shop.world.engine.look(id).log.push({
					at: new Date(Date.now() + clockOffsetMs - minutes * minute).toISOString(),
					stream: 'stdout',
					text: `${minutes} minutes ago`,
				});
		const since = ['--since', '10m'];
		expect(await shop.text('logs', 'web', '--plain', ...since)).toMatch(/^[^\n]*9 minutes ago\n$/);
		expect(await shop.text('resource', 'logs', '--resource', 'db', ...since)).toBe('9 minutes ago\n');
		// A time is one of the log itself.
		const at = new Date(Date.now() + clockOffsetMs - 10 * minute).toISOString();
		expect(await shop.text('logs', 'web', '--plain', '--since', at)).toMatch(/^[^\n]*9 minutes ago\n$/);
	});

	it('the dashboard shows the age of a resource by our clock', async () => {
		await world.apply(descriptor);
		const state = (await world.state())!;
		const observed = await world.engine.observe({});
		const vitals = await readVitals(world.engine, {state, observed}, async () => ({}));
		const router = {} as RouterOptions;
		const known = {engine: world.engine, readProbes: async () => ({}), settings: await readSettings(), router};
		const nothing = {drift: [], agent: undefined, problem: undefined, asOf: null, pending: undefined};
		const answers = {...nothing, state, observed, vitals};
		const shown = {name: 'production', project: undefined, routerState: 'running'} as const;
		const {objects} = viewEnvironment({...known, ...answers, ...shown});
		const container = observed.containers.find(({id}) => id === state.resources['db']!.containerId)!;
		expect(objects.find(({name}) => name === 'db')!.since).toBe(container.createdAt - clockOffsetMs);
	});

	it('a scheduled run lasts as long as it did', async () => {
		const hour = Math.ceil(Date.now() / (60 * minute)) * 60 * minute + 48 * 60 * minute;
		await world.apply(descriptor);
		const clock = createTestClock(hour - minute);
		const duty = createCronDuty(await environmentOf(world, {clock}));
		const look = () => duty.run([], new AbortController().signal);
		await look();
		clock.pass(minute);
		await look();
		const run = (await world.state())!.jobs[0]!;
		world.engine.crash(run.containerId!, 0);
		world.engine.age(run.containerId!, {finishedAt: Date.parse(run.startedAt) + 42_000 + clockOffsetMs});
		clock.pass(minute);
		await look();
		const {startedAt, completedAt} = (await world.state())!.jobs[0]!;
		expect(Date.parse(completedAt!) - Date.parse(startedAt)).toBe(42_000);
	});
});

it('an engine that does not answer has our clock, until something else fails', async () => {
	const engine = createMemoryEngine();
	engine.failNext('info', new EngineError('gone'));
	expect(await readClockOffset(engine)).toBe(0);
	engine.failNext('info', new TypeError('a mistake'));
	await expect(readClockOffset(engine)).rejects.toThrow(TypeError);
});

/** What gives times of the engine. */
const engineTimes = /^(?:ContainerDetails|ObservedContainer|ContainerFacts|EngineEvent|finishedAt)$/;

/** Files that have to do with both clocks, and why they compare nothing across. */
const harmless: Readonly<Record<string, string>> = {
	'source/agent/healing/duty.ts': 'counts what it saw by the clock of this machine, and reads no time of an event',
	'source/apply/containers.ts': 'compares times of the engine with each other; ours are those of its own events',
	'source/apply/scheduled/start-due.ts': 'a schedule is due by our clock; no time of a container is read',
	'source/apply/steps/resource-container.ts': 'records by our clock, and reads no time of a container',
	'source/dashboard/watch.ts': 'hands events on, and reads no time of one; our clock says when a connection was lost',
};

const isOurClock = (node: SyntaxNode): boolean => {
	if (node.type === 'NewExpression')
		return (node['callee'] as SyntaxNode)['name'] === 'Date' && (node['arguments'] as unknown[]).length === 0;
	if (node.type !== 'CallExpression') return false;
	const callee = node['callee'] as SyntaxNode;
	return callee['name'] === 'now' || (callee['property'] as SyntaxNode | undefined)?.['name'] === 'now';
};

it('whatever has times of the engine and our own goes through engine-clock.ts', () => {
	const names = (nodes: readonly SyntaxNode[], pattern: RegExp) =>
		nodes.some(({type, name}) => type === 'Identifier' && pattern.test(String(name)));
	const mixed = parseSources()
		.filter(({path}) => !/^source\/(engine|ui)\//.test(path))
		.filter(({nodes}) => names(nodes, engineTimes) && nodes.some(isOurClock));
	const converts = ({nodes}: (typeof mixed)[number]) => names(nodes, /^(?:readClockOffset|engineNow|byOurClock)$/);
	expect(mixed.filter(converts).map(({path}) => path)).toContain('source/apply/scheduled/settle-runs.ts');
	expect(mixed.filter(file => !converts(file)).map(({path}) => path)).toEqual(Object.keys(harmless).sort());
});
