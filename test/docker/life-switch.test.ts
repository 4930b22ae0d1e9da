import {execFileSync} from 'node:child_process';
import {cpSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {commitLine} from '../../source/router/scripts.ts';
import {containersAt, type Sandbox, withSandbox, words} from './cli.ts';
import {publicService} from './cli-server.ts';
import {openEngineProxy} from './engine-proxy.ts';
import {keepAsking} from './life-asking.ts';
import {lifeFiles} from './life-server.ts';
import {startLoad} from './router-load.ts';

const clients = {keepAlive: 3, fresh: 2, idling: 1};
const rules = (prefix: string) =>
	`version: 1\nroutes:\n  - on: web\n    path: ${prefix}/*\n    to: api\n    stripPrefix: ${prefix}\n`;

describe('switches under load', () => {
	const sandbox = withSandbox(async opened => {
		opened.write(lifeFiles('web', 'v1'));
		opened.describe({services: {web: publicService('web')}});
		await opened.succeed(['deploy']);
	});

	test('lose no request, even if a service and a rule are added', async () => {
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

	test('that are rolled back lose no request, and what was added is removed', async () => {
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
		expect(words(stdout)).toContain('api crashed right after the switch; rolled back to the previous deployment');
		expect(stdout).toMatch(/service\.api +failed after .*: api crashed right after the switch/);
		expect(stdout).toMatch(/service\.web +held back: rolled back, service\.api failed/);
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
		expect(status).toContain('api: the latest attempt failed');
		sandbox.setVersion('api', 'v5');
		await sandbox.succeed(['deploy']);
		expect([(await sandbox.ask()).body, (await sandbox.ask('/other/')).body]).toEqual(['web v4', 'api v5']);
		expect((await sandbox.ask('/', {service: 'shop'})).body).toBe('shop v1');
		await sandbox.expectNoChanges();
	}, 90_000);

	test.each([
		['reconnects at once', 'v6', 0],
		['stays unreachable', 'v7', 1],
	])(
		'lose no request if every connection to the engine is cut at the commit, and it %s',
		async (_, version, exitCode) => {
			const commit = {isCut: false};
			await using proxy = await openEngineProxy({
				fate(call, text) {
					if (commit.isCut) return exitCode === 1 ? 'cut' : 'pass';
					if (call !== 'STDIN' || text !== `${commitLine}\n`) return 'pass';
					commit.isCut = true;
					return 'cut-all';
				},
			});
			const load = startLoad(sandbox.router, sandbox.host(), clients);
			sandbox.setVersion('web', version);
			const env = {DOCKER_HOST: proxy.host, COMPARTMENT_TEST_PATIENCE_MS: exitCode === 1 ? '500' : '5000'};
			const deployed = await sandbox.run(['deploy'], {env});
			expect(commit.isCut).toBe(true);
			expect(deployed, deployed.stdout + deployed.stderr).toMatchObject({exitCode});
			// The switch happened without an answer: the next command detects that before it removes anything.
			if (exitCode === 1) expect(words(deployed.stdout)).toContain('the next command will check what it did');
			await sandbox.succeed(['deploy']);
			await pause(300);
			await load.stop();
			expect(load.losses).toEqual([]);
			expect((await sandbox.ask()).body).toBe(`web ${version}`);
			await sandbox.expectNoChanges();
		},
	);
});

/** Settings with a long enough minHealthyMs for a crash some seconds after the start. */
function patient({folder, write, env}: Sandbox): string {
	// The keys of the states are in this folder too.
	cpSync(env['COMPARTMENT_CONFIG_HOME']!, `${folder}/patient`, {recursive: true});
	write({'patient/settings.json': JSON.stringify({drainSeconds: 5, stopGraceSeconds: 2, minHealthyMs: 8000})});
	execFileSync('chmod', ['-R', 'go=', `${folder}/patient`]);
	return `${folder}/patient`;
}

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

	test('is replaced by the previous one, and so are the services switched with it', async () => {
		const {id} = await sandbox.running('service.mailer');
		sandbox.setVersion('mailer', 'v2 dies=4000');
		sandbox.setVersion('web', 'v2');
		const {stdout, exitCode} = await sandbox.run(['deploy'], {env: {COMPARTMENT_CONFIG_HOME: patient(sandbox)}});
		expect(exitCode).toBe(1);
		expect(words(stdout)).toContain('mailer crashed right after the switch; rolled back to the previous deployment');
		expect((await sandbox.running('service.mailer')).id).toBe(id);
		expect((await sandbox.ask()).body).toBe('web v1');
		const [previous, crashed] = await Promise.all(
			containersAt(await sandbox.observe(), 'service.mailer').map(each => sandbox.engine.inspectContainer(each.id)),
		);
		expect(crashed!.state).toBe('exited');
		expect(previous!.startedAt!).toBeGreaterThanOrEqual(crashed!.finishedAt!);
		sandbox.setVersion('mailer', 'v3');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask()).body).toBe('web v2');
		await sandbox.expectNoChanges();
	});
});
