import {readFileSync, statSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {environmentNetworkName, meshNetworkName} from '../../source/model/names.ts';
import {parseSubnet} from '../../source/model/subnets.ts';
import {expectError, filesBelow, withSandbox, words} from './cli.ts';
import {publicService, serviceFiles, storeConnection, storeResource, yaml} from './cli-server.ts';
import {idleSpec, until} from './helpers.ts';
import {isLeftOut} from './local-engine-only.ts';
import {ask} from './router-lab.ts';
import {startLoad} from './router-load.ts';

describe('two environments of a project', () => {
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.addService('api');
		const services = {web: publicService('web', storeConnection), api: publicService('api', {kind: 'api'})};
		opened.describe({services, resources: {store: storeResource('hello')}});
		await opened.succeed(['deploy']);
		opened.setVersion('web', 'v2');
		opened.setVersion('api', 'v2');
		await opened.succeed(['deploy', '--env', 'staging']);
	});

	test('have separate hosts', async () => {
		expect((await sandbox.ask('/')).body).toBe('web v1');
		expect((await sandbox.ask('/', {environment: 'staging'})).body).toBe('web v2');
		expect(await sandbox.succeed(['status', '--env', 'staging'])).toContain(
			`http://${sandbox.project}-staging.localhost:${sandbox.router.port}`,
		);
	});

	test('have separate siblings and resources', async () => {
		expect((await sandbox.ask('/sibling/api')).body).toBe('api v1');
		expect((await sandbox.ask('/sibling/api', {environment: 'staging'})).body).toBe('api v2');
		expect((await sandbox.ask('/store')).body).toBe('hello\n');
		expect((await sandbox.ask('/store', {environment: 'staging'})).body).toBe('hello\n');
	});

	test('have networks that do not overlap', async () => {
		const {networks} = await sandbox.observe();
		const expected = ['production', 'staging'].flatMap(environment => [
			environmentNetworkName(sandbox.project, environment),
			meshNetworkName(sandbox.project, environment),
		]);
		expect(networks.map(({name}) => name).sort()).toEqual(expected.sort());
		expect(new Set(networks.map(({subnet}) => parseSubnet(subnet!)?.start)).size).toBe(4);
	});

	test('have separate states', async () => {
		expect(sandbox.state('staging').lineage).not.toBe(sandbox.state().lineage);
		const table = await sandbox.succeed(['environment', 'list']);
		expect(table).toMatch(/^production +2 +1/m);
		expect(table).toMatch(/^staging +2 +1/m);
	});

	test('are independent when one is destroyed', async () => {
		await sandbox.succeed(['destroy', '--env', 'staging', '--delete-data', '--auto-approve']);
		expect(await sandbox.observe('staging')).toEqual({containers: [], networks: [], volumes: []});
		expect((await sandbox.ask('/sibling/api')).body).toBe('api v1');
		expect((await sandbox.ask('/', {environment: 'staging'})).status).toBe(404);
		expect(await sandbox.succeed(['status'])).toMatch(/^web +healthy/m);
	});

	test('can be destroyed except for a network with a foreign container, which is named', async () => {
		const environment = 'visited';
		await sandbox.succeed(['deploy', '--env', environment]);
		const network = environmentNetworkName(sandbox.project, environment);
		const labels = {'compartment.test': `visitor-${sandbox.project}`};
		const visitor = idleSpec(labels, {attachments: [{network}]});
		const id = await sandbox.engine.run(visitor);
		try {
			const destroy = ['destroy', '--env', environment, '--delete-data', '--auto-approve'];
			const {stdout, exitCode} = await sandbox.run(destroy);
			expect(exitCode).toBe(1);
			expect(words(stdout)).toContain(
				`cannot remove network ${network}: container ${visitor.name} is connected to it (disconnect: docker network disconnect ${network} ${visitor.name})`,
			);
			const {containers, networks} = await sandbox.observe(environment);
			expect([containers, networks.map(({name}) => name)]).toEqual([[], [network]]);
			// Removing the rest needs no router.
			await sandbox.engine.leave(id, network);
			await sandbox.succeed(destroy);
			expect(await sandbox.observe(environment)).toEqual({containers: [], networks: [], volumes: []});
		} finally {
			await sandbox.engine.remove(id);
		}
	});

	test('can have any text as a name, which becomes a host and engine names', async () => {
		const environment = 'Feature/ü 1';
		await sandbox.succeed(['deploy', '--env', environment]);
		const status = JSON.parse(await sandbox.succeed(['status', '--env', environment, '--json']));
		const {url} = status.services.find(({name}: {name: string}) => name === 'web');
		expect(url).toMatch(/^http:\/\/t\w+-featurex2fxxfcxx20x1\.localhost:\d+$/);
		expect((await ask(sandbox.router, {host: new URL(url).hostname})).body).toBe('web v2');
		expect(await sandbox.succeed(['environment', 'list'])).toMatch(/^Feature\/ü 1 +2 +1/m);
		await sandbox.expectNoChanges(['--env', environment]);
		await sandbox.succeed(['destroy', '--env', environment, '--delete-data', '--auto-approve']);
		expect(await sandbox.observe(environment)).toEqual({containers: [], networks: [], volumes: []});
	});

	test('cannot share a host, and the plan names its owner', async () => {
		const name = `${sandbox.project}-api`;
		const other = join(sandbox.folder, 'other');
		const files = Object.entries(serviceFiles('web', 'v1')).map(([path, text]) => [`other/${path}`, text]);
		const services = {web: publicService('web', {domain: sandbox.host()})};
		sandbox.write({...Object.fromEntries(files), 'other/compartment.yml': yaml({name, services})});
		const deploy = await sandbox.run(['deploy'], {cwd: other});
		expect(deploy.exitCode).toBe(1);
		expect(words(deploy.stdout)).toContain(
			`host ${sandbox.host()} is served by project ${sandbox.project}, environment production`,
		);
		expect(deploy.stderr).toContain('nothing was changed');
		expect((await sandbox.engine.observe({'compartment.project': name})).containers).toEqual([]);
	});

	test.skipIf(isLeftOut('cli-environments: another folder'))(
		'cannot be deployed from another folder, because their objects belong to another state',
		async () => {
			const other = join(sandbox.folder, 'copy');
			const files = Object.entries(serviceFiles('web', 'v1')).map(([path, text]) => [`copy/${path}`, text]);
			const descriptor = yaml({name: sandbox.project, services: {web: publicService('web')}});
			sandbox.write({...Object.fromEntries(files), 'copy/compartment.yml': descriptor});
			const before = await sandbox.observe();
			expectError(await sandbox.run(['deploy'], {cwd: other}), /have no state in this folder/);
			expect((await sandbox.observe()).containers.map(({id}) => id)).toEqual(before.containers.map(({id}) => id));
		},
	);
});

describe('a service that needs the access password', () => {
	const open = {accessMode: 'public'};
	const guarded = {accessMode: 'authenticated'};
	const describeServices = (web: Readonly<Record<string, unknown>>) => ({
		services: {web: publicService('web', web), shop: publicService('shop', open)},
	});
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.addService('shop');
		opened.describe(describeServices(guarded));
		await opened.succeed(['deploy']);
	});
	const readAccess = async () =>
		JSON.parse(await sandbox.succeed(['access', 'show', '--json'])) as {
			user: string;
			password: string;
			links: string[];
		};
	const basic = (user: string, password: string) => ({
		authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
	});

	test('answers 401 without it, and with a wrong one', async () => {
		const {user, password} = await readAccess();
		const {status, headers, body} = await sandbox.ask('/');
		expect(status).toBe(401);
		expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
		expect(body).not.toContain('web v1');
		expect((await sandbox.ask('/', {headers: basic(user, `${password}x`)})).status).toBe(401);
		expect((await sandbox.ask('/', {headers: basic('admin', password)})).status).toBe(401);
	});

	test('answers 200 with it, and does not receive it', async () => {
		const {user, password} = await readAccess();
		expect(password.length).toBeGreaterThanOrEqual(22);
		const {status, echo} = await sandbox.ask('/', {headers: {...basic(user, password), 'x-mine': 'kept'}});
		expect(status).toBe(200);
		expect(echo!.headers).toMatchObject({'x-mine': 'kept'});
		expect(echo!.headers).not.toHaveProperty('authorization');
	});

	test('has its user, password and a link that signs in shown by access show', async () => {
		const {password, links} = await readAccess();
		expect(links).toEqual([`http://compartment:${password}@${sandbox.host()}:${sandbox.router.port}/`]);
		const text = await sandbox.succeed(['access', 'show']);
		expect(text).toContain(`Password: ${password}`);
		expect(text).toContain(links[0]);
	});

	test('loses no request in a rotation under load, because both passwords work until the previous one is removed', async () => {
		const previous = await readAccess();
		const headersOf = ({user, password}: {user: string; password: string}) => basic(user, password);
		const clients = {keepAlive: 2, fresh: 2, idling: 2};
		const withPrevious = startLoad(sandbox.router, sandbox.host(), {...clients, headers: headersOf(previous)});
		const loads = [withPrevious];
		const recorded = () => sandbox.state().access!.headerHash;
		const before = recorded();
		const stateFile = join(sandbox.folder, '.compartment/production/state.json');
		try {
			const rotation = sandbox.start(['access', 'rotate']);
			await until(() => recorded() !== before || rotation.child.exitCode !== null, 60_000);
			const recordedAt = statSync(stateFile).mtimeMs;
			const next = await readAccess();
			expect(next.password).not.toBe(previous.password);
			const withNext = startLoad(sandbox.router, sandbox.host(), {...clients, headers: headersOf(next)});
			loads.push(withNext);
			const {exitCode, stdout, stderr} = await rotation.ended;
			expect(stderr).toContain('The previous password no longer signs in.');
			expect({exitCode, shows: stdout.includes(next.password)}).toEqual({exitCode: 0, shows: false});
			const endedAt = performance.now();
			await until(() => withNext.samples.length > 200, 30_000);
			expect(withPrevious.namesSince(endedAt)).toEqual([]);
			expect((await sandbox.ask('/', {headers: headersOf(previous)})).status).toBe(401);
			expect(Math.min(...withPrevious.refusals)).toBeGreaterThan(recordedAt);
			expect(withPrevious.samples.length).toBeGreaterThan(100);
			expect(withNext.refusals).toEqual([]);
		} finally {
			await Promise.all(loads.map(load => load.stop()));
		}
		expect(loads.flatMap(({losses}) => losses)).toEqual([]);
		await sandbox.expectNoChanges();
	}, 120_000);

	test('keeps its password out of results and files outside a terminal, and names the command instead', async () => {
		const {password} = await readAccess();
		const forms = [password, encodeURIComponent(password), Buffer.from(`compartment:${password}`).toString('base64')];
		sandbox.setVersion('web', 'v2');
		const commands = [
			['apply', '--auto-approve'],
			['restart', '--auto-approve', '--json'],
			['open'],
			['open', '--json'],
			['rollback', '--service', 'web', '--auto-approve'],
		];
		for (const command of commands) {
			const outcome = await sandbox.run(command);
			expect(outcome, outcome.stderr).toMatchObject({exitCode: 0});
			expect(outcome.stdout).toContain('compartment access show');
			for (const form of forms) expect(outcome.stdout + outcome.stderr).not.toContain(form);
		}
		for (const file of filesBelow(sandbox.folder))
			for (const form of forms) expect(readFileSync(file, 'latin1'), file).not.toContain(form);
		sandbox.setVersion('web', 'v1');
		await sandbox.succeed(['deploy']);
	}, 60_000);

	test('does not affect a public one, which receives the Authorization header', async () => {
		const {status, echo} = await sandbox.ask('/', {service: 'shop', headers: {authorization: 'Bearer of-the-app'}});
		expect(status).toBe(200);
		expect(echo!.headers).toMatchObject({authorization: 'Bearer of-the-app'});
	});

	test('has its password in no plan, status or state', async () => {
		const {password} = await readAccess();
		for (const command of [['plan', '--full'], ['status', '--json'], ['state', 'show', 'routes'], ['logs']])
			expect(await sandbox.succeed(command), command.join(' ')).not.toContain(password);
		expect(JSON.stringify(sandbox.state())).not.toContain(password);
	});

	test('becomes public when it is declared so, and the plan says so', async () => {
		sandbox.describe(describeServices(open));
		const plan = words(await sandbox.succeed(['plan']));
		expect(plan).toContain('~ routes will be updated in place: access web changed');
		expect(plan).toContain('"authenticated" → "public"');
		expect(plan).not.toContain('service.web');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask('/')).status).toBe(200);
		await sandbox.expectNoChanges();
	});

	test('needs the same password when it is declared so again', async () => {
		const {user, password} = await readAccess();
		sandbox.describe(describeServices(guarded));
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask('/')).status).toBe(401);
		expect((await sandbox.ask('/', {headers: basic(user, password)})).status).toBe(200);
	});

	test('cannot be reached without it through a rule of a public one, and its own rules need it too', async () => {
		const {user, password} = await readAccess();
		sandbox.write({
			'compartment.routes.yml': yaml({
				version: 1,
				routes: [
					{on: 'shop', path: '/web/*', to: 'web'},
					{on: 'web', path: '/shop/*', to: 'shop'},
				],
			}),
		});
		await sandbox.succeed(['deploy']);
		const statuses = async (headers: Record<string, string>) =>
			Promise.all(
				[
					['/', 'shop'],
					['/web/', 'shop'],
					['/', 'web'],
					['/shop/', 'web'],
				].map(async ([path, service]) => (await sandbox.ask(path, {service, headers})).status),
			);
		expect(await statuses({})).toEqual([200, 401, 401, 401]);
		expect(await statuses(basic(user, password))).toEqual([200, 200, 200, 200]);
		expect(await sandbox.succeed(['route', 'test', 'GET', `http://${sandbox.host({service: 'shop'})}/web/`])).toMatch(
			/password/,
		);
	});
});

describe.skipIf(isLeftOut('cli-environments: taken port'))('a router port that another program uses', () => {
	const sandbox = withSandbox(opened => {
		opened.addService('web');
		opened.describe({services: {web: publicService('web')}});
	});

	test('blocks the plan until it is free', async () => {
		const server = createServer();
		await new Promise<void>(resolve => server.listen(sandbox.router.port, '127.0.0.1', resolve));
		try {
			const {stdout, exitCode} = await sandbox.run(['deploy']);
			expect(exitCode).toBe(1);
			expect(words(stdout)).toContain(`the router's port ${sandbox.router.port} is taken by another process`);
		} finally {
			await new Promise(resolve => server.close(resolve));
		}
		expect(await sandbox.observe()).toEqual({containers: [], networks: [], volumes: []});
	});
});
