import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {containersAt, type Sandbox, withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {smallImage} from './helpers.ts';
import {lifeFiles} from './life-server.ts';
import {startLoad} from './router-load.ts';

const clients = {keepAlive: 3, fresh: 2, idling: 1};
const rules = (prefix: string) =>
	`version: 1\nroutes:\n  - on: web\n    path: ${prefix}/*\n    to: api\n    stripPrefix: ${prefix}\n`;

/** Asks the same again and again, one request after the other, until told to stop; the answers, each different one once. */
function keepAsking(sandbox: Sandbox, path: string): () => Promise<string[]> {
	const answers = new Set<string>();
	let isRunning = true;
	const asking = (async () => {
		while (isRunning) answers.add(await sandbox.ask(path).then(({status, body}) => `${status} ${body}`, String));
	})();
	return async () => {
		isRunning = false;
		await asking;
		return [...answers].sort();
	};
}

describe('switches under load', () => {
	const sandbox = withSandbox(async opened => {
		opened.write(lifeFiles('web', 'v1'));
		opened.describe({services: {web: publicService('web')}});
		await opened.succeed(['deploy']);
	});

	test('lose no request, also when a service and a rule come along', async () => {
		const load = startLoad(sandbox.router, sandbox.host(), clients);
		const stopSlow = keepAsking(sandbox, '/slow');
		const ends: [string, number][] = [];
		const deploy = async (version: string) => {
			sandbox.setVersion('web', version);
			await sandbox.succeed(['deploy']);
			ends.push([version, performance.now()]);
			await pause(300);
		};
		await deploy('v2');
		sandbox.write({...lifeFiles('api', 'v1'), 'compartment.routes.yml': rules('/api')});
		sandbox.describe({services: {web: publicService('web'), api: publicService('api', {kind: 'api'})}});
		await deploy('v3');
		const slow = await stopSlow();
		await load.stop();

		expect(load.losses).toEqual([]);
		expect(slow).toEqual(['200 web v1', '200 web v2', '200 web v3']);
		for (const [version, endedAt] of ends) {
			const later = load.samples.filter(({startedAt}) => startedAt > endedAt);
			expect(later.every(({name}) => name >= version)).toBe(true);
		}
		expect(load.namesSince(ends[1]![1])).toEqual(['v3']);
		expect((await sandbox.ask('/api/')).body).toBe('api v1');
		await sandbox.expectNoChanges();
	});

	test('that are taken back lose none either, and what came along goes', async () => {
		sandbox.setVersion('web', 'v4');
		sandbox.setVersion('api', 'v4 dies=4000');
		sandbox.write({...lifeFiles('shop', 'v1'), 'compartment.routes.yml': rules('/other')});
		const services = {web: publicService('web'), api: publicService('api', {kind: 'api'}), shop: publicService('shop')};
		sandbox.describe({services});
		const load = startLoad(sandbox.router, sandbox.host(), clients);
		const {stdout, exitCode} = await sandbox.run(['deploy'], {env: {COMPARTMENT_CONFIG_HOME: patient(sandbox)}});
		const returnedAt = performance.now();
		await pause(300);
		await load.stop();
		expect(exitCode).toBe(1);
		expect(words(stdout)).toContain('api crashed right after the switch; the former deployment serves again');
		expect(stdout).toMatch(/service\.api +failed after .*: api crashed right after the switch/);
		expect(stdout).toMatch(/service\.web +failed after .*: taken back: service\.api failed/);
		expect(stdout).toContain('exit code: 9');
		expect(stdout).toContain('lost the connection to the queue');
		expect(load.losses).toEqual([]);
		expect(load.namesSince(returnedAt)).toEqual(['v3']);
		expect(load.samples.some(({name}) => name === 'v4')).toBe(true);
		expect([(await sandbox.ask('/api/')).body, (await sandbox.ask('/sibling/api')).body]).toEqual(['api v1', 'api v1']);
		expect((await sandbox.ask('/', {service: 'shop'})).status).toBe(404);
		const running = (await sandbox.observe()).containers.filter(({state}) => state === 'running');
		expect(running).toHaveLength(2);
		const status = await sandbox.succeed(['status']);
		expect(status).toMatch(/^web +healthy/m);
		expect(status).toContain('api: the newest attempt failed');
		sandbox.setVersion('api', 'v5');
		await sandbox.succeed(['deploy']);
		expect([(await sandbox.ask()).body, (await sandbox.ask('/other/')).body]).toEqual(['web v4', 'api v5']);
		expect((await sandbox.ask('/', {service: 'shop'})).body).toBe('shop v1');
		await sandbox.expectNoChanges();
	}, 90_000);
});

/** Settings that watch long enough for a crash some seconds after the start. */
function patient({folder, write}: Sandbox): string {
	write({'patient/settings.json': JSON.stringify({drainSeconds: 5, stopGraceSeconds: 2, minHealthyMs: 8000})});
	execFileSync('chmod', ['-R', 'go=', `${folder}/patient`]);
	return `${folder}/patient`;
}

describe('of three services', () => {
	const all = ['web', 'api', 'shop'];
	const services = Object.fromEntries(
		all.map(name => [name, publicService(name, {readiness: {type: 'http', path: '/healthz', timeoutMs: 3000}})]),
	);
	const sandbox = withSandbox(async opened => {
		for (const name of all) opened.write(lifeFiles(name, 'v1'));
		opened.describe({services});
		await opened.succeed(['deploy']);
	});
	const answers = () => Promise.all(all.map(async service => (await sandbox.ask('/', {service})).body));

	test('one that never becomes ready changes nothing that serves', async () => {
		const before = await Promise.all(all.map(name => sandbox.running(`service.${name}`)));
		for (const name of all) sandbox.setVersion(name, name === 'shop' ? 'v2 unready' : 'v2');
		const stops = all.map(name => keepAsking(sandbox, `/sibling/${name}`));
		const {exitCode, stdout} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/service\.shop +failed/);
		expect(await Promise.all(stops.map(stop => stop()))).toEqual(all.map(name => [`200 ${name} v1`]));
		expect(await answers()).toEqual(['web v1', 'api v1', 'shop v1']);
		const after = await Promise.all(all.map(name => sandbox.running(`service.${name}`)));
		expect(after.map(({id}) => id)).toEqual(before.map(({id}) => id));
	});

	test('a sibling never gets one that is not ready, and no call is lost', async () => {
		sandbox.setVersion('shop', 'v3 late=1500');
		sandbox.setVersion('api', 'v3 late=700');
		sandbox.setVersion('web', 'v1');
		const stops = ['api', 'shop'].map(name => keepAsking(sandbox, `/sibling/${name}`));
		await sandbox.succeed(['deploy']);
		await pause(500);
		const seen = await Promise.all(stops.map(stop => stop()));
		expect(seen).toEqual([
			['200 api v1', '200 api v3'],
			['200 shop v1', '200 shop v3'],
		]);
		expect((await sandbox.ask('/sibling/shop')).body).toBe('shop v3');
	});

	test('all serve again by themselves when the router restarts or is killed', async () => {
		const {name} = sandbox.router;
		const isServing = () =>
			expect.poll(() => answers().catch(String), {timeout: 20_000}).toEqual(['web v1', 'api v3', 'shop v3']);
		execFileSync('docker', ['restart', '--time', '1', name], {stdio: 'ignore'});
		await isServing();
		// The engine does not start again what was killed through it, so the process itself is killed, beside the engine.
		const pid = execFileSync('docker', ['inspect', '--format', '{{.State.Pid}}', name], {encoding: 'utf8'}).trim();
		execFileSync('docker', ['run', '--rm', '--pid=host', smallImage, 'sh', '-c', `kill -9 ${pid}`]);
		await isServing();
		const containers = await sandbox.observe();
		for (const each of containers.containers.filter(({state}) => state === 'running'))
			execFileSync('docker', ['restart', '--time', '1', each.name], {stdio: 'ignore'});
		await isServing();
		await sandbox.expectNoChanges();
	});
});

describe('a worker that crashes right after the switch', () => {
	const services = {
		mailer: {path: './services/mailer', kind: 'worker', env: {PORT: 'none'}},
		web: publicService('web'),
	};
	const sandbox = withSandbox(async opened => {
		opened.write({...lifeFiles('mailer', 'v1'), ...lifeFiles('web', 'v1')});
		opened.describe({services});
		await opened.succeed(['deploy']);
	});

	test('gives way to the former one, and so does what was switched with it', async () => {
		const {id} = await sandbox.running('service.mailer');
		sandbox.setVersion('mailer', 'v2 dies=4000');
		sandbox.setVersion('web', 'v2');
		const {stdout, exitCode} = await sandbox.run(['deploy'], {env: {COMPARTMENT_CONFIG_HOME: patient(sandbox)}});
		expect(exitCode).toBe(1);
		expect(words(stdout)).toContain('mailer crashed right after the switch; the former deployment serves again');
		expect((await sandbox.running('service.mailer')).id).toBe(id);
		expect((await sandbox.ask()).body).toBe('web v1');
		const [former, crashed] = await Promise.all(
			containersAt(await sandbox.observe(), 'service.mailer').map(each => sandbox.engine.inspectContainer(each.id)),
		);
		expect(crashed!.state).toBe('exited');
		expect(former!.startedAt!).toBeGreaterThanOrEqual(crashed!.finishedAt!);
		sandbox.setVersion('mailer', 'v3');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask()).body).toBe('web v2');
		await sandbox.expectNoChanges();
	});
});
