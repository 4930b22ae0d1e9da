import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {imageLabels, labels} from '../../source/model/labels.ts';
import {filesBelow, jsonLines, useExample, withSandbox} from './cli.ts';
import {serviceFiles} from './cli-server.ts';

const sandbox = withSandbox(opened => {
	useExample(opened, 'internal-tools');
	opened.write(serviceFiles('mailer', 'v1'));
	const file = join(opened.folder, 'compartment.yml');
	const worker = 'services:\n  mailer:\n    kind: worker\n    path: ./services/mailer\n';
	opened.write({'compartment.yml': readFileSync(file, 'utf8').replace('services:\n', worker)});
});

describe('in the first deploy of a page, an API, a worker and PostgreSQL,', () => {
	test('validate lists what is declared', async () => {
		expect(await sandbox.succeed(['validate'])).toBe(
			`Valid. Project ${sandbox.project}: 3 services, 1 resource, 1 route rule.\n`,
		);
	});

	test('plan creates everything, exits with 2 and changes nothing', async () => {
		const {stdout, stderr, exitCode} = await sandbox.run(['plan', '--detailed-exitcode']);
		expect(stderr).toBe('');
		for (const address of [
			'network',
			'router',
			'volume.db.data',
			'resource.db',
			'image.api',
			'service.mailer',
			'routes',
		])
			expect(stdout).toMatch(new RegExp(`^ +\\+ ${address.replaceAll('.', '\\.')} .*will be`, 'm'));
		expect(stdout.trimEnd().split('\n').at(-1)).toBe('Plan: 11 to create, 0 to update, 0 to replace, 0 to delete.');
		expect(exitCode).toBe(2);
		expect(await sandbox.observe()).toEqual({containers: [], networks: [], volumes: []});
	});

	test('apply creates everything and prints the URLs', async () => {
		const stdout = await sandbox.succeed(['apply', '--auto-approve']);
		expect(stdout).toMatch(/^Apply done in .*: 11 done\.$/m);
		expect(stdout).toContain(`web active at http://${sandbox.host()}:${sandbox.router.port}`);
		expect(stdout).toContain(`Resource db at db.production.${sandbox.project}.resource.internal`);
	});

	test('the page shows a row that the api wrote', async () => {
		const elsewhere = await fetch(`http://127.0.0.1:${sandbox.router.port}/api/notes`);
		expect(elsewhere.status).toBe(404);
		const {status, body} = await sandbox.ask('/api/notes');
		expect(status).toBe(200);
		expect(JSON.parse(body)).toMatchObject([{author: 'Grace'}, {author: 'Ada'}]);
		const page = await sandbox.ask('/');
		expect(page.status).toBe(200);
		expect(page.body).toContain('Certificates renew by themselves now');
	});

	test('a second plan is empty', async () => {
		await sandbox.expectNoChanges();
		const plan = JSON.parse(await sandbox.succeed(['plan', '--json']));
		expect(plan).toMatchObject({
			format: 1,
			project: sandbox.project,
			environment: 'production',
			changes: [],
			drift: [],
			blocked: [],
			summary: {create: 0, update: 0, replace: 0, delete: 0, run: 0, blocked: 0, unchanged: 11},
		});
	});

	test('the engine has two networks, one volume, and containers with our labels', async () => {
		const {containers, networks, volumes} = await sandbox.observe();
		const scope = `compartment-${sandbox.project}.production`;
		expect(networks.map(({name}) => name).sort()).toEqual([scope, `${scope}.mesh`]);
		expect(volumes.map(({name}) => name)).toEqual([`${scope}.resource.db.data`]);
		expect(containers.map(({state}) => state)).toEqual(['running', 'running', 'running', 'running']);
		expect(containers.map(each => each.labels[labels.address]).sort()).toEqual([
			'resource.db',
			'service.api',
			'service.mailer',
			'service.web',
		]);
	});

	test('status shows the health and URL of each service', async () => {
		const stdout = await sandbox.succeed(['status']);
		for (const name of ['api', 'mailer', 'web']) expect(stdout).toMatch(new RegExp(`^${name} +healthy `, 'm'));
		expect(stdout).toMatch(new RegExp(`^web .*http://${sandbox.host()}:${sandbox.router.port}$`, 'm'));
		expect(stdout).toMatch(/^db +healthy/m);
		expect(stdout).toContain(`Router running at 127.0.0.1:${sandbox.router.port}`);
		const document = JSON.parse(await sandbox.succeed(['status', '--service', 'web', '--json']));
		expect(document.services).toMatchObject([{name: 'web', health: 'healthy'}]);
	});

	test('logs prints the log of one or all services, and follows until ctrl-c', async () => {
		const one = await sandbox.succeed(['logs', 'mailer', '--no-time']);
		expect(one).toContain('listening on 3000');
		expect(one).not.toContain('database system is ready');
		const all = await sandbox.succeed(['logs']);
		for (const name of ['web', 'api', 'mailer', 'db']) expect(all).toContain(` [${name}] std`);
		expect(jsonLines(await sandbox.succeed(['logs', 'mailer', '--json']))[0]).toMatchObject({
			serviceName: 'mailer',
			stream: 'stdout',
			message: 'starting mailer v1',
		});

		const follow = sandbox.start(['logs', 'web', '--follow']);
		await follow.shows('listening on port');
		await sandbox.ask('/seen-by-follow');
		await follow.shows('GET /seen-by-follow 404');
		follow.child.kill('SIGINT');
		expect(await follow.ended).toMatchObject({exitCode: 0, stderr: ''});
	});

	test('state list and state show print the recorded state without secrets', async () => {
		const addresses = (await sandbox.succeed(['state', 'list'])).trim().split('\n');
		for (const address of ['network', 'volume.db.data', 'resource.db', 'image.web', 'service.web', 'routes'])
			expect(addresses).toContain(address);
		const variable = 'variable.resource.db.POSTGRES_PASSWORD';
		expect(addresses).toContain(variable);
		const shown = await sandbox.succeed(['state', 'show', variable]);
		expect(shown).toContain('<hidden>');
		expect(shown).not.toContain('AGE');
		const wrong = await sandbox.run(['state', 'show', 'service.wep']);
		expect(wrong).toMatchObject({exitCode: 1, stdout: ''});
		expect(wrong.stderr).toContain('did you mean service.web?');
	});

	test('environment list, route test and doctor report the deployment', async () => {
		expect(await sandbox.succeed(['environment', 'list'])).toMatch(/^production +3 +1 +\d{4}-/m);
		const route = await sandbox.succeed(['route', 'test', 'GET', `http://${sandbox.host()}/api/notes`]);
		expect(route).toContain('service api gets /notes');
		expect(route).toContain('rule 1 on web: /api/* → api (strip /api)');
		expect(await sandbox.succeed(['route', 'test', 'GET', '/a/../b'])).toContain('400');
		const doctor = await sandbox.succeed(['doctor']);
		expect(doctor).not.toContain('problem');
		expect(doctor).toContain(`${sandbox.router.name} serves 127.0.0.1:${sandbox.router.port}`);
	});
});

describe('the generated password', () => {
	async function readPassword(): Promise<string> {
		const {id} = await sandbox.running('resource.db');
		const {stdout} = await sandbox.engine.exec(id, ['printenv', 'POSTGRES_PASSWORD']);
		expect(stdout.trim()).toMatch(/^[0-9a-f]{48}$/);
		return stdout.trim();
	}

	test('is in no file of the state folder, whose modes keep other users out', async () => {
		const password = await readPassword();
		const root = join(sandbox.folder, '.compartment');
		const files = filesBelow(root);
		expect(files.length).toBeGreaterThan(5);
		for (const file of files) expect(readFileSync(file, 'latin1'), file).not.toContain(password);
		for (const file of files.filter(name => !name.endsWith('.gitignore')))
			expect((statSync(file).mode & 0o777).toString(8), file).toBe('600');
		for (const path of [root, join(root, 'production'), join(root, 'production', 'history')])
			expect((statSync(path).mode & 0o777).toString(8), path).toBe('700');
		expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('*\n');
	});

	test('is in no label', async () => {
		const password = await readPassword();
		const {containers, networks, volumes} = await sandbox.observe();
		const images = await sandbox.engine.listImages({[imageLabels.project]: sandbox.project});
		expect(images.length).toBeGreaterThan(0);
		for (const object of [...containers, ...networks, ...volumes, ...images])
			expect(JSON.stringify(object.labels)).not.toContain(password);
	});

	test('is in the output of no command', async () => {
		const password = await readPassword();
		const {id} = await sandbox.running('service.api');
		const {stdout: url} = await sandbox.engine.exec(id, ['printenv', 'DATABASE_URL']);
		expect(url).toContain(password);
		const addresses = (await sandbox.succeed(['state', 'list'])).trim().split('\n');
		const telling = addresses.filter(address => /^(resource|service\.api|variable)/.test(address));
		expect(telling.length).toBeGreaterThanOrEqual(3);
		const commands = [
			['plan', '--full'],
			['plan', '--json'],
			['plan', '--destroy'],
			['status', '--verbose'],
			['status', '--json'],
			['plan', '--out', 'next.plan', '--replace', 'service.api', '--replace', 'resource.db'],
			['apply', 'next.plan', '--json'],
			...telling.map(address => ['state', 'show', address]),
		];
		for (const command of commands) {
			const {stdout, stderr} = await sandbox.run(command);
			expect(stdout + stderr, command.join(' ')).not.toContain(password);
		}
		expect(readFileSync(join(sandbox.folder, 'next.plan'), 'utf8')).not.toContain(password);
		expect(statSync(join(sandbox.folder, 'next.plan')).mode & 0o777).toBe(0o600);
		await sandbox.expectNoChanges();
	});
});
