import {describe, expect, test} from 'vitest';
import {imageLabels} from '../../source/model/labels.ts';
import {environmentNetworkName, meshNetworkName} from '../../source/model/names.ts';
import {containersAt, expectError, jsonLines, type Sandbox, withSandbox, words} from './cli.ts';
import {publicService, storeConnection, storeResource} from './cli-server.ts';
import {until} from './helpers.ts';
import {isLeftOut, isThroughSsh} from './local-engine-only.ts';

const services = {web: publicService('web', storeConnection), api: publicService('api', {kind: 'api'})};

const prepare = async (sandbox: Sandbox) => {
	sandbox.addService('web');
	sandbox.addService('api');
	sandbox.describe({services, resources: {store: storeResource('first')}});
	await sandbox.succeed(['deploy']);
};

describe('drift', () => {
	const sandbox = withSandbox(prepare);

	/** The plan shows the drift, the apply repairs it, and the next plan is empty. */
	async function expectRepair({
		heading = 'Changed outside Compartment since the last apply',
		drift,
		reason,
	}: {
		heading?: string;
		drift?: string;
		reason: string;
	}): Promise<void> {
		const {stdout, exitCode} = await sandbox.run(['plan', '--detailed-exitcode']);
		const sections = stdout.split('\n\n').map(words);
		const found = sections.find(section => section.startsWith(`${heading} `));
		if (drift === undefined) expect(found).toBeUndefined();
		else expect(found).toContain(` * ${drift}`);
		expect(sections.filter(section => section !== found).join(' ')).toContain(` ${reason}`);
		expect(exitCode).toBe(2);
		await sandbox.succeed(['apply', '--auto-approve']);
		await sandbox.expectNoChanges();
		expect(await sandbox.ask('/')).toMatchObject({status: 200, body: 'web v1'});
		expect(await sandbox.ask('/sibling/api')).toMatchObject({status: 200, body: 'api v1'});
	}

	const inspected = async (address: string): Promise<unknown> =>
		JSON.parse(await sandbox.succeed(['inspect', address, '--json'])).active[0];

	test('of a removed service container is shown and repaired', async () => {
		const {id} = await sandbox.running('service.web');
		await sandbox.engine.remove(id);
		expect(await sandbox.succeed(['status'])).toMatch(/^web +missing/m);
		await expectRepair({
			drift: 'service.web container was removed outside Compartment',
			reason: '+ service.web will be created: container was removed outside Compartment',
		});
	});

	test('of a stopped service container is shown and repaired', async () => {
		const {id} = await sandbox.running('service.api');
		await sandbox.engine.stop(id, 1);
		expect(await sandbox.succeed(['status'])).toMatch(/^api +failed/m);
		await expectRepair({
			drift: 'service.api container was stopped outside Compartment (Exited (0)',
			reason: '~ service.api will be updated in place: container was stopped outside Compartment',
		});
		expect((await sandbox.running('service.api')).id).toBe(id);
	});

	// `test/soak/hung.soak.ts` has a service that hangs, which takes the router half a minute to find.
	test('of a service that keeps crashing is shown in red even between its restarts, and repaired', async () => {
		const {id} = await sandbox.running('service.api');
		for (let restarts = 1; restarts <= 2; restarts++) {
			await sandbox.ask('/die', {service: 'api'});
			await until(async () => {
				const {restartCount = 0, state} = (await sandbox.engine.inspectContainer(id)) ?? {};
				return restartCount >= restarts && state === 'running';
			});
		}
		expect(await sandbox.succeed(['status'])).toMatch(/^api +crashing +\d, exit 3 /m);
		expect(await inspected('service.api')).toMatchObject({health: 'crashing', lastExit: {code: 3}});
		await expectRepair({
			heading: 'Not healthy',
			drift: 'service.api restarted ',
			reason: '+/- service.api will be replaced, new one first: restarted ',
		});
	});

	test('of a removed resource container is shown and repaired, and the data is kept', async () => {
		const {id} = await sandbox.running('resource.store');
		await sandbox.engine.remove(id);
		await expectRepair({
			drift: 'resource.store container was removed outside Compartment',
			reason: '+ resource.store will be created: container was removed outside Compartment',
		});
		expect((await sandbox.ask('/store')).body).toBe('first\nfirst\n');
	});

	test('of a stopped resource container is shown and repaired', async () => {
		const {id} = await sandbox.running('resource.store');
		await sandbox.engine.stop(id, 1);
		await expectRepair({
			drift: 'resource.store container was stopped outside Compartment',
			reason: '~ resource.store will be updated in place: container was stopped outside Compartment',
		});
	});

	test('of removed networks is shown and repaired', async () => {
		const {containers, networks} = await sandbox.observe();
		for (const {id} of containers) for (const {name} of networks) await sandbox.engine.leave(id, name);
		const router = (await sandbox.engine.findByName('container', sandbox.router.name))!;
		await sandbox.engine.leave(router.id, environmentNetworkName(sandbox.project, 'production'));
		for (const {id} of networks) await sandbox.engine.removeNetwork(id);
		await expectRepair({
			drift: 'network network was removed outside Compartment',
			reason: '+ network will be created: network was removed outside Compartment',
		});
		expect((await sandbox.ask('/store')).status).toBe(200);
	});

	test.skipIf(isLeftOut('cli-drift: router'))('of a removed router is shown and repaired', async () => {
		const {id} = (await sandbox.engine.findByName('container', sandbox.router.name))!;
		await sandbox.engine.remove(id);
		await expectRepair({reason: '+ router will be created: no router runs on this engine yet'});
	});

	test.skipIf(isLeftOut('cli-drift: router'))('of a removed router and volume is shown and repaired', async () => {
		const {id} = (await sandbox.engine.findByName('container', sandbox.router.name))!;
		await sandbox.engine.remove(id);
		await sandbox.engine.removeVolume(sandbox.router.name);
		await expectRepair({reason: '+ router will be created'});
	});

	test('of a stopped router is shown and repaired', async () => {
		const {id} = (await sandbox.engine.findByName('container', sandbox.router.name))!;
		await sandbox.engine.stop(id, 1);
		await expectRepair({reason: '~ router will be updated in place: the router is stopped'});
	});

	test('of a removed service image is shown and repaired', async () => {
		const {id, imageId} = await sandbox.running('service.web');
		const [image] = (
			await sandbox.engine.listImages({[imageLabels.address]: 'image.web', [imageLabels.project]: sandbox.project})
		).filter(each => each.id === imageId);
		await sandbox.engine.remove(id);
		for (const old of containersAt(await sandbox.observe(), 'service.web')) await sandbox.engine.remove(old.id);
		await sandbox.engine.removeImage(image!.tags[0]!);
		await expectRepair({
			drift: 'service.web container was removed',
			reason: '~ image.web will be rebuilt: image was removed outside Compartment',
		});
	});

	test('is all that plan --refresh-only shows', async () => {
		const {id} = await sandbox.running('service.api');
		await sandbox.engine.stop(id, 1);
		const {stdout, exitCode} = await sandbox.run(['plan', '--refresh-only', '--detailed-exitcode']);
		expect(words(stdout)).toContain('service.api container was stopped outside Compartment');
		expect(words(stdout)).toContain('Nothing will be changed on the engine.');
		expect(stdout).not.toMatch(/^ +~ /m);
		expect(exitCode).toBe(0);
		await sandbox.succeed(['deploy']);
	});
});

describe('a saved plan', () => {
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.describe({services: {web: publicService('web')}});
		await opened.succeed(['deploy']);
	});

	async function savePlan(version: string): Promise<void> {
		sandbox.setVersion('web', version);
		expect(await sandbox.succeed(['plan', '--out', 'next.plan'])).toContain(
			'Saved. Apply exactly this plan with: compartment apply next.plan',
		);
	}

	/** The apply of the saved plan is rejected and changes nothing. */
	async function expectStale(what: RegExp): Promise<void> {
		const before = {serial: sandbox.state().serial, observed: await sandbox.observe()};
		const outcome = await sandbox.run(['apply', 'next.plan']);
		expectError(outcome, what);
		expect(outcome.stdout).toBe('');
		expect(sandbox.state().serial).toBe(before.serial);
		const ids = ({containers}: typeof before.observed) => containers.map(({id, state}) => `${id} ${state}`);
		expect(ids(await sandbox.observe())).toEqual(ids(before.observed));
	}

	test('replaces unchanged addresses that --replace names, and rejects unknown ones', async () => {
		expectError(
			await sandbox.run(['plan', '--replace', 'service.wbe']),
			/--replace service\.wbe: compartment\.yml declares nothing with this address[\s\S]*--replace service\.web/,
		);
		const previous = await sandbox.running('service.web');
		await sandbox.succeed(['plan', '--replace', 'service.web', '--out', 'next.plan']);
		await sandbox.succeed(['apply', 'next.plan']);
		expect((await sandbox.running('service.web')).id).not.toBe(previous.id);
		await sandbox.expectNoChanges();
	});

	test('runs without asking if nothing has changed', async () => {
		await savePlan('v2');
		expect(await sandbox.succeed(['apply', 'next.plan'])).toContain('Apply done');
		expect((await sandbox.ask()).body).toBe('web v2');
	});

	test('is stale after it has run', async () => {
		await expectStale(/the state changed from serial \d+ to \d+/);
	});

	test('is stale after the source changed', async () => {
		await savePlan('v3');
		sandbox.setVersion('web', 'v4');
		await expectStale(/source of service web changed/);
	});

	test('is stale after compartment.yml changed', async () => {
		await savePlan('v3');
		sandbox.describe({services: {web: publicService('web', {env: {GREETING: 'hello'}})}});
		await expectStale(/compartment\.yml or compartment\.routes\.yml changed/);
		sandbox.describe({services: {web: publicService('web')}});
	});

	test('is stale after a container was removed', async () => {
		await savePlan('v3');
		const {id, name} = await sandbox.running('service.web');
		await sandbox.engine.remove(id);
		await expectStale(new RegExp(`container ${name.replaceAll('.', '\\.')} is gone`));
		await sandbox.succeed(['deploy']);
	});

	test('is stale after another apply', async () => {
		await savePlan('v5');
		await sandbox.succeed(['deploy', '--replace', 'service.web']);
		await expectStale(/the state changed from serial/);
	});

	test('that is not a plan file is rejected as such', async () => {
		sandbox.write({'no.plan': '{"format": 1'});
		expectError(await sandbox.run(['apply', 'no.plan']), /no\.plan/);
		expectError(
			await sandbox.run(['apply', 'missing.plan']),
			/Cannot read the saved plan .*missing\.plan: there is no such file/,
		);
	});
});

describe('with options for apply,', () => {
	const sandbox = withSandbox(prepare);

	test('--service deploys only the named one', async () => {
		sandbox.setVersion('web', 'v2');
		sandbox.setVersion('api', 'v2');
		const stdout = await sandbox.succeed(['deploy', '--service', 'web']);
		expect(stdout).toContain('only web');
		expect(stdout).not.toMatch(/image\.api|service\.api/);
		expect((await sandbox.ask('/')).body).toBe('web v2');
		expect((await sandbox.ask('/', {service: 'api'})).body).toBe('api v1');
		await sandbox.expectNoChanges(['--service', 'web']);
	});

	test('--parallelism 1 gives the same result one step at a time', async () => {
		sandbox.setVersion('web', 'v3');
		const stdout = await sandbox.succeed(['apply', '--auto-approve', '--parallelism', '1']);
		expect(stdout).toContain('Apply done');
		expect((await sandbox.ask('/')).body).toBe('web v3');
		expect((await sandbox.ask('/', {service: 'api'})).body).toBe('api v2');
		await sandbox.expectNoChanges();
	});

	test('--json prints one document per line, with the plan first and a summary last', async () => {
		sandbox.setVersion('web', 'v4');
		const lines = jsonLines(await sandbox.succeed(['apply', '--auto-approve', '--json']));
		expect(lines[0]).toMatchObject({type: 'plan', plan: {project: sandbox.project}});
		expect(lines.at(-1)).toMatchObject({type: 'summary', outcome: 'done', failed: 0, skipped: 0});
		expect(lines.filter(({type}) => type === 'step-done').map(({address}) => address)).toEqual([
			'image.web',
			'service.web',
		]);
	});

	test('output ends silently when its reader goes away', async () => {
		for (const command of [['logs'], ['plan', '--full'], ['status']]) {
			const reading = sandbox.start(command);
			reading.child.stdout!.once('data', () => reading.child.stdout!.destroy());
			const {exitCode, stderr} = await reading.ended;
			expect({
				exitCode,
				stderr: isThroughSsh() ? stderr.replace(/^Only the engine's machine .*\n/, '') : stderr,
			}).toEqual({
				exitCode: 0,
				stderr: '',
			});
		}
	});

	test('an apply continues when its reader goes away', async () => {
		sandbox.setVersion('web', 'v5');
		const applying = sandbox.start(['deploy']);
		applying.child.stdout!.once('data', () => applying.child.stdout!.destroy());
		const {stderr} = await applying.ended;
		expect(stderr).toBe('');
		expect((await sandbox.ask('/')).body).toBe('web v5');
		await sandbox.expectNoChanges();
	});

	test('destroy removes the mesh', async () => {
		await sandbox.succeed(['destroy', '--auto-approve']);
		expect(await sandbox.engine.findByName('network', meshNetworkName(sandbox.project, 'production'))).toBeUndefined();
	});
});
