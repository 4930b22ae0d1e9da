import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import {listeningText, readListening} from '../../source/apply/listening.ts';
import {needsInit} from '../../source/apply/own-init.ts';
import {exitText} from '../../source/model/exit.ts';
import {type Applied, createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

let world: MemoryWorld;

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

const describeWeb = (image: string, more = '') => `name: shop\nservices:\n  web: {image: "${image}"${more}}\n`;
const checked = ', readiness: {type: http, path: /}';

const failureOf = ({events}: Applied) =>
	events.flatMap(event => (event.type === 'step-failed' ? [event.failure] : []))[0];
const warningsOf = ({events}: Applied) =>
	events.flatMap(event => (event.type === 'notice' && event.level === 'warning' ? [event.message] : []));

async function serving(): Promise<string> {
	const {active, deployments} = (await world.state())!;
	const {imageReference, containerId} = deployments[active['web']!]!;
	expect(world.engine.look(containerId!).state).toBe('running');
	return imageReference;
}

/** The wait of an engine that is too busy to report that a container has ended. */
const neverReported = (_id: string, signal: AbortSignal): Promise<number> =>
	new Promise((_resolve, reject) => {
		signal.addEventListener('abort', () => reject(signal.reason), {once: true});
	});

test('a deployment that the engine has restarted before it was watched is rolled back', async () => {
	world.close();
	world = await createMemoryWorld({minHealthyMs: 20});
	await world.apply(describeWeb(images.good));
	expect(await serving()).toBe(images.good);
	let crashed = false;
	Object.assign(world.engine, {
		wait(id: string, signal: AbortSignal) {
			// Its policy is set when it is ready; until the switch it is not watched.
			if (!crashed && world.engine.look(id).restart.policy !== 'no') {
				crashed = true;
				world.engine.crash(id, 3);
			}
			return neverReported(id, signal);
		},
	});
	const applied = await world.apply(describeWeb(images.better));
	expect(crashed).toBe(true);
	expect(applied.result?.outcome).toBe('failed');
	expect(failureOf(applied)?.message).toContain('web crashed right after the switch');
	expect(await serving()).toBe(images.good);
});

test('a failed apply names no address of a service whose active container is gone', async () => {
	const urlsOf = ({result}: Applied) => result?.urls.map(({service}) => service);
	await world.apply(describeWeb(images.good));
	expect(urlsOf(await world.apply(describeWeb(images.crashing)))).toEqual(['web']);
	const {active, deployments} = (await world.state())!;
	await world.engine.remove(deployments[active['web']!]!.containerId!);
	expect(urlsOf(await world.apply(describeWeb(images.crashing)))).toEqual([]);
});

describe('a candidate that exits before it is ready', () => {
	it.each([
		['with readiness', checked],
		['without readiness', ''],
		['as a worker', ', kind: worker'],
		['with a restart policy', ', run: {restart: {policy: on-failure, maxRetries: 9}}'],
	])('fails at its first exit %s', async (_name, more) => {
		const applied = await world.apply(describeWeb(images.crashing, more));
		expect(applied.result?.outcome).toBe('failed');
		expect(failureOf(applied)).toMatchObject({
			message: 'Your program exited with code 1 at startup.',
			exitCode: 1,
			lastLines: ['it broke'],
		});
		const {containers} = await world.engine.observe({'compartment.address': 'service.web'});
		expect(world.engine.look(containers[0]!.id)).toMatchObject({restart: {policy: 'no'}, restartCount: 0});
	});

	it('fails even if it exits with code 0', async () => {
		const applied = await world.apply(describeWeb(images.finished));
		expect(failureOf(applied)?.message).toBe('Your program exited with code 0 at startup, but it must keep running.');
	});

	it('fails although the engine reports its exit late', async () => {
		Object.assign(world.engine, {wait: neverReported});
		const applied = await world.apply(describeWeb(images.crashing, ', kind: worker'));
		expect(applied.result?.outcome).toBe('failed');
		expect(failureOf(applied)?.message).toBe('Your program exited with code 1 at startup.');
	});

	it('is reported with what ended it', () => {
		expect(exitText({exitCode: 137})).toBe('was killed by SIGKILL (exit code 137)');
		expect(exitText({exitCode: 137, isOutOfMemory: true})).toBe('ran out of memory (exit code 137)');
		expect(exitText({exitCode: 127})).toBe('exited with code 127 (a command was not found)');
		expect(exitText({exitCode: 255})).toBe('exited with code 255');
		expect(exitText({exitCode: undefined})).toBe('ended');
	});
});

describe('a candidate', () => {
	it('gets its restart policy when it is ready, before it is active', async () => {
		await world.apply(describeWeb(images.good, checked));
		const policies = world.engine.calls.filter(({method}) => method === 'setRestart');
		expect(policies.map(({args}) => args[1])).toEqual([{policy: 'unless-stopped', maxRetries: undefined}]);
		world.failNext('setRestart', 1);
		expect((await world.apply(describeWeb(images.better, checked))).result?.outcome).toBe('failed');
		expect(await serving()).toBe(images.good);
	});

	it('that is not ready in time is killed without grace time', async () => {
		await world.apply(describeWeb(images.good, checked));
		const before = world.engine.calls.length;
		const applied = await world.apply(describeWeb(images.sick, checked));
		expect(failureOf(applied)).toMatchObject({lastProbe: 'GET / → 503 Service Unavailable: no database'});
		const stops = world.engine.calls.slice(before).filter(({method}) => method === 'stop');
		expect(stops.map(({args}) => args[1])).toEqual([0]);
		expect(await serving()).toBe(images.good);
	});
});

describe('a service without readiness whose port refuses', () => {
	it('is deployed with a warning, and is replaced by one that refuses too', async () => {
		const first = await world.apply(describeWeb(images.deaf));
		expect(first.result?.outcome).toBe('done');
		const warning =
			'service.web: Nothing accepts connections on port 80 after 10 s; your program listens on port 8080. It printed nothing.';
		expect(warningsOf(first)).toEqual([warning]);
		const second = await world.apply(describeWeb(images.deaf, ', env: {A: b}'));
		expect(second.result?.outcome).toBe('done');
		expect(warningsOf(second)).toEqual([warning]);
	});

	it('never replaces a deployment whose port accepts', async () => {
		await world.apply(describeWeb(images.good));
		const applied = await world.apply(describeWeb(images.deaf));
		expect(applied.result?.outcome).toBe('failed');
		expect(failureOf(applied)).toMatchObject({
			message:
				'Nothing accepts connections on port 80 after 10 s; your program listens on port 8080. The active deployment accepts them, so it keeps serving.',
			lastProbe: 'port 80 → Connection refused',
		});
		expect(await serving()).toBe(images.good);
		const replaced = await world.apply(describeWeb(images.better));
		expect(replaced.result?.outcome).toBe('done');
		expect(warningsOf(replaced)).toEqual([]);
	});

	it('is reported with the port that it listens on', () => {
		const text = `  sl  local_address rem_address   st
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 1
   1: 00000000:0050 0100007F:1234 01 00000000:00000000 00:00000000 00000000  0 0 1
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000
`;
		const sockets = readListening(text);
		expect(sockets).toEqual([
			{address: '127.0.0.1', port: 3000},
			{address: '::1', port: 3001},
			{address: '::', port: 8081},
		]);
		expect(listeningText(sockets, 80)).toBe('listens on port 8081');
		expect(listeningText(sockets, 3000)).toBe(
			'listens on 127.0.0.1:3000 only, which cannot be reached from outside its container: use 0.0.0.0',
		);
		expect(listeningText(sockets.slice(0, 1), 80)).toBe('listens on 127.0.0.1:3000 only');
		expect(listeningText([], 80)).toBe('listens on no port');
	});
});

it.each([false, true])(
	'a ready candidate whose restart policy cannot be set has failed, with hold: %s',
	async isHold => {
		await world.apply(describeWeb(images.good));
		world.failNext('setRestart', 1);
		const applied = await world.apply(describeWeb(images.better), {isHold});
		expect(applied.result).toMatchObject({outcome: 'failed'});
		expect(failureOf(applied)?.message).toContain('cannot setRestart: ordered by the test');
		expect(await serving()).toBe(images.good);
		const candidate = Object.values((await world.state())!.deployments).find(({status}) => status === 'failed')!;
		expect(world.engine.look(candidate.containerId!).state).toBe('exited');
		expect((await world.apply(describeWeb(images.better))).result).toMatchObject({outcome: 'done'});
		expect(await serving()).toBe(images.better);
	},
);

it('the previous worker comes back if the restart policy of the new one cannot be set', async () => {
	await world.apply(describeWeb(images.good, ', kind: worker'));
	world.failNext('setRestart', 1);
	expect((await world.apply(describeWeb(images.better, ', kind: worker'))).result).toMatchObject({outcome: 'failed'});
	expect(await serving()).toBe(images.good);
});

it('a held candidate is promoted only if it is still ready', async () => {
	await world.apply(describeWeb(images.good, checked));
	await world.apply(describeWeb(images.better, checked), {isHold: true});
	world.sicken(images.better);
	const applied = await world.apply(describeWeb(images.better, checked), {mode: 'promote'});
	expect(failureOf(applied)?.lastProbe).toBe('GET / → 503 Service Unavailable: no database');
	expect(await serving()).toBe(images.good);
	world.heal(images.better);
	expect((await world.apply(describeWeb(images.better, checked), {mode: 'promote'})).result?.outcome).toBe('done');
	expect(await serving()).toBe(images.better);
});

it.each(['service', 'resource'] as const)('a restarted %s logs only its current run', async object => {
	const descriptor = `${describeWeb(images.good)}resources:\n  db: {image: "${images.database}", ports: [5432], readiness: {type: tcp, port: 5432}}\n`;
	await world.apply(descriptor);
	const {active, deployments, resources} = (await world.state())!;
	const id = object === 'service' ? deployments[active['web']!]!.containerId! : resources['db']!.containerId;
	world.engine.print(id, 'of the first run');
	await world.engine.stop(id, 0);
	const starting = world.apply(descriptor);
	await expect.poll(() => world.engine.look(id).state).toBe('running');
	world.engine.print(id, 'of the second run');
	const {events} = await starting;
	const lines = events.flatMap(event => (event.type === 'log' ? [event.text] : []));
	expect(lines).not.toContain('of the first run');
});

describe('the init of the engine', () => {
	const image = {entrypoint: [], command: ['node', 'server.js']};

	const plain = {secretFiles: {}};

	it('is process 1 of services whose image has no init', () => {
		expect(needsInit(image, {}, plain)).toBe(true);
		expect(needsInit({...image, entrypoint: ['docker-entrypoint.sh']}, {}, plain)).toBe(true);
		expect(needsInit({...image, entrypoint: ['/init']}, {}, plain)).toBe(false);
		expect(needsInit({...image, entrypoint: ['/usr/bin/tini', '--']}, {}, plain)).toBe(false);
		expect(needsInit({entrypoint: [], command: ['/sbin/init']}, {}, plain)).toBe(false);
		const shell = {entrypoint: ['/bin/sh', '-c'], command: ['x']};
		expect(needsInit({...image, entrypoint: ['/init']}, shell, plain)).toBe(true);
	});

	it('is off with secretFiles, because its environment would expose them', () => {
		expect(needsInit(image, {}, {secretFiles: {KEY: '/etc/key'}})).toBe(false);
	});

	it('is off for resources', async () => {
		await world.apply(
			`${describeWeb(images.good)}resources:\n  db: {image: "${images.database}", ports: [5432], readiness: {type: tcp, port: 5432}}\n`,
		);
		const inits = (await world.engine.observe({})).containers.map(({id, labels}) => [
			labels['compartment.address'] ?? 'router',
			world.engine.look(id).spec.hasInit ?? false,
		]);
		expect(Object.fromEntries(inits)).toEqual({'service.web': true, 'resource.db': false, router: false});
	});
});
