import {describe, expect, test} from 'vitest';
import {environmentNetworkName, resourceContainerName, volumeName} from '../../source/model/names.ts';
import {containersAt, type Sandbox, withSandbox, words} from './cli.ts';
import {publicService, storeConnection, storeResource} from './cli-server.ts';
import {idleSpec, makeNetwork, smallImage, uniqueName, until} from './helpers.ts';
import {isLeftOut} from './local-engine-only.ts';

const services = {web: publicService('web', storeConnection)};
const describeStore = (sandbox: Sandbox, greeting: string, changes: Record<string, unknown> = {}) =>
	sandbox.describe({services, resources: {store: storeResource(greeting, changes)}});

const prepare = async (sandbox: Sandbox) => {
	sandbox.addService('web');
	describeStore(sandbox, 'first');
	await sandbox.succeed(['deploy']);
};

describe('a resource with a volume', () => {
	const sandbox = withSandbox(prepare);
	const kept = async () => (await sandbox.ask('/store')).body;

	test('is replaced by stopping the old container first, and keeps its data', async () => {
		describeStore(sandbox, 'second');
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toContain('-/+ resource.store will be replaced, old one stopped first: GREETING changed');
		expect(plan).toMatch(/env\.GREETING .*first.*second/);
		await sandbox.succeed(['deploy']);
		expect(await kept()).toBe('first\nsecond\n');
		expect(containersAt(await sandbox.observe(), 'resource.store')).toHaveLength(1);
		await sandbox.expectNoChanges();
	});

	test('gets its previous container back if the new one fails', async () => {
		const {id} = await sandbox.running('resource.store');
		const program = "console.log('cannot open the store'); process.exit(3)";
		describeStore(sandbox, 'second', {command: ['node', '-e', program], restart: {policy: 'no'}});
		const {stdout, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/resource\.store +failed after .*: Resource store exited with code 3 at startup\./);
		expect(stdout).toContain('exit code: 3');
		expect(stdout).toContain('│ cannot open the store');
		expect((await sandbox.running('resource.store')).id).toBe(id);
		expect(containersAt(await sandbox.observe(), 'resource.store')).toHaveLength(1);
		await until(async () => (await kept()) === 'first\nsecond\nsecond\n');
		expect(words(await sandbox.succeed(['plan']))).toContain('-/+ resource.store will be replaced');
	});

	test('gets its previous container back if the new one cannot start', async () => {
		const {id} = await sandbox.running('resource.store');
		describeStore(sandbox, 'second', {image: smallImage, command: ['/no/such/program']});
		const {stdout, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout).toContain('/no/such/program');
		expect((await sandbox.running('resource.store')).id).toBe(id);
	});

	test('can be fixed, with its data untouched', async () => {
		describeStore(sandbox, 'third');
		await sandbox.succeed(['deploy']);
		expect(await kept()).toMatch(/^first\nsecond\n(second\n)+third\n$/);
		await sandbox.expectNoChanges();
	});

	/** Plan and deploy are blocked with the same message; the engine and the state do not change. */
	async function expectBlocked(reason: string, unblock: string): Promise<void> {
		const before = {serial: sandbox.state().serial, id: (await sandbox.running('resource.store')).id};
		const plan = await sandbox.run(['plan', '--detailed-exitcode']);
		expect(words(plan.stdout)).toContain('Blocked: nothing runs until this is resolved');
		expect(words(plan.stdout)).toContain(reason);
		expect(words(plan.stdout)).toContain(unblock);
		expect(plan.stdout).toMatch(/Plan: .*, 1 blocked\.\n$/);
		expect(plan.exitCode).toBe(2);
		const deploy = await sandbox.run(['deploy']);
		expect(deploy.exitCode).toBe(1);
		expect(words(deploy.stderr)).toContain('An action is blocked, nothing was changed.');
		expect(words(deploy.stderr)).toContain(unblock);
		expect(sandbox.state().serial).toBe(before.serial);
		expect((await sandbox.running('resource.store')).id).toBe(before.id);
		expect(await kept()).toContain('third');
	}

	test('blocks the plan if it is no longer declared', async () => {
		sandbox.describe({services: {web: publicService('web')}});
		await expectBlocked(
			'Resource store exists but is not declared in compartment.yml. Run compartment resource delete before removing it from YAML.',
			'compartment resource delete --resource store',
		);
	});

	test('blocks the plan if its mount path changed', async () => {
		describeStore(sandbox, 'third', {volumes: {data: '/elsewhere'}});
		await expectBlocked(
			'Resource volume data mount path cannot be changed during deploy.',
			'put data: /data back and declare a new volume handle for /elsewhere',
		);
	});

	test('blocks the plan if its volume is no longer declared', async () => {
		describeStore(sandbox, 'third', {volumes: {other: '/data'}});
		await expectBlocked(
			'Resource volume data cannot be removed during deploy.',
			'put data: /data back, or compartment resource delete --resource store --delete-data',
		);
		describeStore(sandbox, 'third');
	});

	test('can get another volume', async () => {
		describeStore(sandbox, 'third', {volumes: {data: '/data', cache: '/cache'}});
		expect(words(await sandbox.succeed(['plan']))).toContain('+ volume.store.cache will be created');
		await sandbox.succeed(['deploy']);
		expect(await kept()).toMatch(/^first\n/);
		await sandbox.expectNoChanges();
	});
});

describe('destroy', () => {
	const sandbox = withSandbox(prepare);
	const strangers: {remove(): Promise<void>}[] = [];

	test('asks first, and fails outside a terminal', async () => {
		const {stderr, exitCode} = await sandbox.run(['destroy']);
		expect(exitCode).toBe(1);
		expect(stderr).toContain('Cannot ask for approval');
		expect(stderr).toContain('compartment destroy --auto-approve');
		await sandbox.expectNoChanges();
	});

	test('removes containers and networks, keeps the volume, and touches nothing that is not ours', async () => {
		const {engine, project} = sandbox;
		const own = {'compartment.test': project};
		const scope = environmentNetworkName(project, 'production');
		const container = await engine.run(idleSpec(own, {name: `${scope}.web.mine`}));
		strangers.push({remove: () => engine.remove(container)});
		await engine.createVolume(`${scope}.resource.store.mine`, own);
		strangers.push({remove: () => engine.removeVolume(`${scope}.resource.store.mine`)});
		const network = await makeNetwork(engine, own, {name: `${scope}.mesh.mine`});
		const {id: networkId} = (await engine.findByName('network', network.name))!;
		strangers.push({remove: () => engine.removeNetwork(networkId)});
		try {
			expect(words(await sandbox.succeed(['plan', '--destroy']))).toContain('- resource.store will be deleted');
			const stdout = await sandbox.succeed(['destroy', '--auto-approve']);
			expect(stdout).toMatch(/done/);
			const left = await sandbox.observe();
			expect({containers: left.containers, networks: left.networks}).toEqual({containers: [], networks: []});
			expect(left.volumes.map(({name}) => name)).toEqual([volumeName(project, 'production', 'store', 'data')]);
			expect((await engine.inspectContainer(container))?.state).toBe('running');
			expect(await engine.findByName('volume', `${scope}.resource.store.mine`)).toBeDefined();
			expect(await engine.findByName('network', network.name)).toMatchObject({id: networkId});
			expect(await engine.listImages({'compartment.image.project': project})).toEqual([]);
		} finally {
			for (const {remove} of strangers) await remove();
		}
	});

	test('does nothing the second time', async () => {
		expect(await sandbox.succeed(['destroy', '--auto-approve'])).toContain(
			'Nothing to destroy. production has no objects.',
		);
		expect((await sandbox.run(['status'])).exitCode).toBe(0);
	});

	test('keeps the data for the next deploy', async () => {
		const plan = await sandbox.succeed(['deploy']);
		expect(plan).toContain('Apply done');
		expect((await sandbox.ask('/store')).body).toBe('first\nfirst\n');
		await sandbox.expectNoChanges();
	});

	test('with --delete-data shows what will be lost, and removes the volume', async () => {
		const {changes} = JSON.parse(await sandbox.succeed(['plan', '--destroy', '--json']));
		expect(changes.map(({address}: {address: string}) => address)).not.toContain('volume.store.data');
		const stdout = words(await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']));
		expect(stdout).toContain('volume.store.data will be deleted with all its data');
		expect(stdout).toContain('Data will be permanently deleted: volume.store.data.');
		expect(await sandbox.observe()).toEqual({containers: [], networks: [], volumes: []});
	});
});

describe('a foreign object with one of our names', () => {
	const sandbox = withSandbox(opened => {
		opened.addService('web');
		describeStore(opened, 'first');
	});

	/** The deploy is blocked and changes nothing, and the object stays as it was. */
	async function expectInTheWay(reason: string): Promise<void> {
		const deploy = await sandbox.run(['deploy']);
		expect(deploy.exitCode).toBe(1);
		expect(words(deploy.stdout)).toContain(`${reason} exists but was not created by Compartment`);
		expect(deploy.stderr).toContain('nothing was changed');
		expect(await sandbox.observe()).toEqual({containers: [], networks: [], volumes: []});
	}

	test('is reported if it is a container', async () => {
		const name = resourceContainerName(sandbox.project, 'production', 'store');
		const id = await sandbox.engine.run(idleSpec({}, {name}));
		try {
			await expectInTheWay(`container ${name}`);
			expect((await sandbox.engine.inspectContainer(id))?.state).toBe('running');
		} finally {
			await sandbox.engine.remove(id);
		}
	});

	test('is reported if it is a volume', async () => {
		const name = volumeName(sandbox.project, 'production', 'store', 'data');
		await sandbox.engine.createVolume(name, {});
		try {
			await expectInTheWay(`volume ${name}`);
			expect(await sandbox.engine.findByName('volume', name)).toBeDefined();
		} finally {
			await sandbox.engine.removeVolume(name);
		}
	});

	test('is reported if it is a network', async () => {
		const name = environmentNetworkName(sandbox.project, 'production');
		await makeNetwork(sandbox.engine, {}, {name});
		const {id} = (await sandbox.engine.findByName('network', name))!;
		try {
			await expectInTheWay(`network ${name}`);
			expect(await sandbox.engine.findByName('network', name)).toMatchObject({id});
		} finally {
			await sandbox.engine.removeNetwork(id);
		}
	});

	test.skipIf(isLeftOut('cli-resources: router first'))('is reported if it has the router’s name', async () => {
		const id = await sandbox.engine.run(idleSpec({}, {name: sandbox.router.name}));
		try {
			await expectInTheWay(`container ${sandbox.router.name}`);
			expect((await sandbox.engine.inspectContainer(id))?.state).toBe('running');
		} finally {
			await sandbox.engine.remove(id);
		}
	});

	test.skipIf(isLeftOut('cli-resources: router first'))('is reported if it uses the router’s port', async () => {
		const publish = {80: {host: '127.0.0.1', port: sandbox.router.port}};
		const name = uniqueName('port');
		const id = await sandbox.engine.run(idleSpec({}, {name, publish, attachments: [{network: 'bridge'}]}));
		try {
			const deploy = await sandbox.run(['deploy']);
			expect(deploy.exitCode).toBe(1);
			expect(words(deploy.stdout)).toContain(`the router's port ${sandbox.router.port} is taken by container ${name}`);
			expect(await sandbox.observe()).toEqual({containers: [], networks: [], volumes: []});
		} finally {
			await sandbox.engine.remove(id);
		}
	});

	test('no longer blocks a deploy when it is removed', async () => {
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask('/store')).body).toBe('first\n');
	});
});
