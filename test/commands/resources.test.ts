import {existsSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {readAudit} from '../../source/state/audit.ts';
import {withoutSteps} from './mask.ts';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, openShop, type Shop, unknownEnvironment} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	await shop.deploy();
});

afterEach(() => shop.close());

const place = {project: {name: 'shop'}, environment: {name: 'production'}};

const notFound = 'Error: The requested resource was not found.\n  production has db\n';

const notRunning = 'Error: Resource db is not running.\n  compartment resource start --resource db\n';

const stop = () => shop.text('resource', 'stop', '--resource', 'db');

const healthOf = async (name: string): Promise<string> =>
	(await shop.json('status')).resources.find((resource: {name: string}) => resource.name === name)?.health;

describe('resource list', () => {
	it('lists the resources that exist, for a pipe as tab-separated lines', async () => {
		expect(await shop.text('resource', 'list')).toBe('db\thealthy\tdb.production.shop.resource.internal\n');
	});

	it('is a document as JSON', async () => {
		expect(await shop.json('resource', 'list')).toMatchObject({
			...place,
			resources: [{id: 'resource.db', name: 'db', status: 'running', health: 'healthy', image: 'db:1', ports: []}],
		});
	});

	it('is refused for an environment that does not exist', async () => {
		expect(await shop.failure('resource', 'list', '--env', 'nope')).toBe(unknownEnvironment);
	});
});

describe('resource inspect', () => {
	it('shows host, image and ports', async () => {
		expect(await shop.text('resource', 'inspect', '--resource', 'db')).toMatchInlineSnapshot(`
			"db healthy
			host: db.production.shop.resource.internal
			image: db:1
			ports: none
			"
		`);
	});

	it('is a document as JSON', async () => {
		expect(await shop.json('resource', 'inspect', '--resource', 'db')).toMatchObject({
			...place,
			resource: {
				name: 'db',
				hostname: 'db.production.shop.resource.internal',
				restartPolicy: 'unless-stopped',
				volumes: [{name: 'data', mountPath: '/data'}],
				unfinishedRestore: null,
			},
		});
	});

	it('refuses a resource that does not exist, and a line without one', async () => {
		expect(await shop.failure('resource', 'inspect', '--resource', 'cache')).toBe(notFound);
		expect(await shop.failure('resource', 'inspect')).toMatchInlineSnapshot(`
			"error: required option '--resource <name>' not specified
			(compartment --help lists the commands)
			"
		`);
	});
});

describe('resource logs', () => {
	const secret = 's3cret-value';

	beforeEach(async () => {
		await shop.feed(secret, 'variable', 'set', 'PASSWORD', '--sensitive', '--stdin', '--resource', 'db');
		await shop.deploy();
		const {containerId} = (await shop.world.state())!.resources['db']!;
		for (const line of ['starting', 'ready', `password is ${secret}`]) shop.world.engine.print(containerId, line);
	});

	it('prints the last lines, with sensitive values hidden', async () => {
		expect(await shop.text('resource', 'logs', '--resource', 'db')).toMatchInlineSnapshot(`
			"starting
			ready
			password is ‹hidden›
			"
		`);
		expect(await shop.text('resource', 'logs', '--resource', 'db', '--tail', '2')).toMatch(/^ready\n/);
	});

	it('shows them with --raw, which is audited', async () => {
		expect(await shop.text('resource', 'logs', '--resource', 'db', '--raw')).toContain(`password is ${secret}\n`);
		expect(readAudit(shop.world.directory).at(-1)).toMatchObject({type: 'logs.revealed'});
	});

	it('is a document as JSON', async () => {
		expect(await shop.json('resource', 'logs', '--resource', 'db', '--tail', '3')).toMatchObject({
			...place,
			resource: 'db',
			lines: [
				{message: 'starting', resourceName: 'db', stream: 'stdout', timestamp: expect.any(String)},
				{message: 'ready'},
				{message: expect.not.stringContaining(secret)},
			],
		});
	});

	it.each(['0', '501', 'all'])('refuses --tail %s', async tail => {
		expect(await shop.failure('resource', 'logs', '--resource', 'db', '--tail', tail)).toBe(
			'Error: --tail must be a positive integer up to 500.\n',
		);
	});

	it('refuses a resource that is stopped', async () => {
		await stop();
		expect(await shop.failure('resource', 'logs', '--resource', 'db')).toBe(notRunning);
	});
});

describe('resource stop and resource start', () => {
	it('stop a resource, and start it again', async () => {
		expect(await stop()).toMatchInlineSnapshot(`
			"db stopped
			host: db.production.shop.resource.internal
			image: db:1
			ports: none
			"
		`);
		expect(await healthOf('db')).toBe('stopped');
		expect(await shop.text('resource', 'start', '--resource', 'db')).toContain('db healthy\n');
		expect(await healthOf('db')).toBe('healthy');
	});

	it('describe the resource as JSON', async () => {
		expect(await shop.json('resource', 'stop', '--resource', 'db')).toMatchObject({
			...place,
			resource: {name: 'db', status: 'stopped', health: 'stopped'},
		});
		expect(await shop.json('resource', 'start', '--resource', 'db')).toMatchObject({
			resource: {name: 'db', status: 'running', health: 'healthy'},
		});
	});

	it.each(['stop', 'start'])('%s refuses a resource that does not exist', async verb => {
		expect(await shop.failure('resource', verb, '--resource', 'cache')).toBe(notFound);
	});

	it('stop refuses a resource that is stopped', async () => {
		await stop();
		expect(await shop.failure('resource', 'stop', '--resource', 'db')).toBe(notRunning);
	});

	it.each(['stop', 'start'])('%s fails with exit code 3 while another command works on the environment', async verb => {
		expect((await shop.locked('resource', verb, '--resource', 'db')).exitCode).toBe(3);
	});
});

describe('resource rotate', () => {
	beforeEach(async () => {
		const resource = /^ {2}db:\n(?: {4}.*\n)+/m;
		shop.write(
			'compartment.yml',
			descriptor.replace(resource, '  db: {preset: postgres}\n').replace('host}}}}', 'connection-url}}}}'),
		);
		shop.world.engine.addImage('postgres:16-alpine');
	});

	it('changes the password and replaces the services that use it', async () => {
		await shop.deploy('staging');
		expect(
			withoutSteps(await shop.text('resource', 'rotate', 'db', '--env', 'staging', '--auto-approve')),
		).toMatchInlineSnapshot(`
			"compartment plan · shop › staging · rotate passwords
			Changes the passwords of a database in staging and redeploys the services that
			use them.

			  ~ update   +/- replace, new one first

			  ~   resource.db  will be updated in place: POSTGRES_PASSWORD rotated
			        ~ env.POSTGRES_PASSWORD  (sensitive) → (known after apply)

			  +/- service.web  will be replaced, new one first: it logs in to db
			        ~ env.DATABASE_HOST  (sensitive) → (known after apply)

			2 unchanged
			Plan: 0 to create, 1 to update, 1 to replace, 0 to delete.
			Applying 2 steps, run run_xxxxxxxxxxxxxxx
			resource.db  changing the password in the database
			resource.db  done in 0s
			service.web  started
			service.web  starting
			service.web  no readiness declared, port 8080 → 200 OK
			service.web  ready, waiting for the switch
			service.web  draining the previous deployment
			service.web  stopping the previous deployment, grace time 10 s
			service.web  done in 0s
			Rotated in 0s: 2 done.
			web active at http://shop-staging.localhost:9080 (password required)
			Resource db at db.staging.shop.resource.internal
			Password and sign-in links: compartment access show --env staging
			"
		`);
	});

	it('prints events as JSON lines', async () => {
		await shop.deploy('staging');
		const events = await shop.jsonLines('resource', 'rotate', 'db', '--env', 'staging', '--auto-approve');
		expect(events[0]).toMatchObject({type: 'plan', plan: {mode: 'rotate', environment: 'staging'}});
		expect(events.at(-1)).toMatchObject({type: 'summary', outcome: 'done', failed: 0});
	});

	it('does not go ahead without approval', async () => {
		await shop.deploy('staging');
		expect((await shop.run('resource', 'rotate', 'db', '--env', 'staging')).stderr).toContain(
			'compartment resource rotate db --env staging --auto-approve\n',
		);
	});

	it('refuses a resource that does not exist', async () => {
		expect(await shop.failure('resource', 'rotate', 'cache', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: The requested resource was not found: cache
			  compartment.yml declares db
			"
		`);
	});
});

it('resource rotate refuses a resource that has no password', async () => {
	expect(await shop.failure('resource', 'rotate', 'db', '--auto-approve')).toMatchInlineSnapshot(`
		"Error: Resource db has no password that can be rotated: it is not PostgreSQL, MySQL or MariaDB.
		  set a new value, which takes effect with the next apply: compartment variable set KEY --sensitive --stdin --resource db
		"
	`);
});

describe('resource delete', () => {
	const volumes = async () =>
		(await shop.world.engine.observe({})).volumes.filter(({name}) => name.endsWith('.db.data')).length;

	it('names the services that connect to it, and keeps the data', async () => {
		expect(await shop.run('resource', 'delete', '--resource', 'db')).toEqual({
			stdout: 'Resource deleted. Retained volumes: data.\n',
			stderr: 'Connected to resource db: web.\n',
			exitCode: 0,
		});
		expect(await shop.text('resource', 'list')).toBe('No resources found for shop/production.\n');
		expect(await volumes()).toBe(1);
	});

	it('deletes the data too with --delete-data', async () => {
		expect(await shop.text('resource', 'delete', '--resource', 'db', '--delete-data')).toBe('Resource deleted.\n');
		expect(await volumes()).toBe(0);
	});

	it('names retained volumes as JSON', async () => {
		expect(await shop.json('resource', 'delete', '--resource', 'db')).toEqual({
			retainedVolumes: ['data'],
			success: true,
		});
	});

	it('refuses a resource that does not exist', async () => {
		expect(await shop.failure('resource', 'delete', '--resource', 'cache')).toBe(notFound);
	});

	it('fails with exit code 3 while another command works on the environment', async () => {
		expect((await shop.locked('resource', 'delete', '--resource', 'db')).exitCode).toBe(3);
		expect(await healthOf('db')).toBe('healthy');
	});
});

describe('resource output', () => {
	it('list hides sensitive values', async () => {
		expect(await shop.text('resource', 'output', 'list', '--resource', 'db')).toBe(
			'host\tplain\tdb\npassword\tsensitive\t<hidden>\n',
		);
	});

	it('list and show are documents as JSON', async () => {
		const fingerprint = {valueFingerprint: expect.stringMatching(/^[0-9a-f]+$/)};
		const host = {name: 'host', sensitivity: 'plain', value: 'db', valueHidden: false, ...fingerprint};
		expect(await shop.json('resource', 'output', 'list', '--resource', 'db')).toEqual({
			...place,
			resource: 'db',
			outputs: [host, {name: 'password', sensitivity: 'sensitive', value: null, valueHidden: true, ...fingerprint}],
		});
		expect(await shop.json('resource', 'output', 'show', 'host', '--resource', 'db')).toEqual({
			...place,
			resource: 'db',
			output: host,
		});
	});

	it('show reveals a sensitive value only with --reveal, which is audited', async () => {
		const show = ['resource', 'output', 'show', 'password', '--resource', 'db'];
		expect(await shop.text(...show)).toBe('password\tsensitive\t<hidden>\n');
		expect(await shop.text(...show, '--reveal')).toBe('password\tsensitive\tsecret-of-db\n');
		expect(readAudit(shop.world.directory).at(-1)).toMatchObject({
			type: 'resource.output.revealed',
			target: 'resource.db',
			details: {output: 'password'},
		});
	});

	it('show refuses an output that is not declared', async () => {
		expect(await shop.failure('resource', 'output', 'show', 'port', '--resource', 'db')).toMatchInlineSnapshot(`
			"Error: Resource output "port" is not declared on resource "db".
			  It has host, password
			"
		`);
	});

	it('list and show refuse a resource that does not exist', async () => {
		expect(await shop.failure('resource', 'output', 'list', '--resource', 'cache')).toBe(notFound);
		expect(await shop.failure('resource', 'output', 'show', 'host', '--resource', 'cache')).toBe(notFound);
	});
});

describe('resource backup', () => {
	const backUp = async (): Promise<string> =>
		(await shop.json('resource', 'backup', 'create', '--resource', 'db')).backup.id;

	const command = (verb: string, ...words: readonly string[]) => ['resource', 'backup', verb, ...words];

	const backupNotFound =
		'Error: The requested resource backup was not found.\n  compartment resource backup list --resource NAME\n';

	const replaceOperations = (operations: string) =>
		shop.write('compartment.yml', descriptor.replace(/operations: .*/, operations));

	it('create makes a backup and waits for it', async () => {
		const {stdout, stderr, exitCode} = await shop.run(...command('create', '--resource', 'db'));
		expect(exitCode).toBe(0);
		expect(stdout).toBe('Backup rbak_xxxxxxxxxxxxxxx succeeded for resource db.\n');
		expect(stderr).toBe('');
	});

	it('create describes it as JSON', async () => {
		const {backup, ...rest} = await shop.json(...command('create', '--resource', 'db'));
		expect(rest).toEqual(place);
		expect(backup).toMatchObject({
			id: expect.stringMatching(/^rbak_/),
			resource: 'db',
			purpose: 'manual',
			status: 'succeeded',
			checksum: expect.stringMatching(/^sha256:/),
			size: 4,
			failureSummary: null,
		});
		expect(existsSync(backup.artifactLocation)).toBe(true);
	});

	it('create fails when its command fails', async () => {
		replaceOperations('operations: {backup: {command: fail}, restore: {command: restore}}');
		const {stdout, stderr, exitCode} = await shop.run(...command('create', '--resource', 'db'));
		expect({stdout, exitCode}).toEqual({stdout: '', exitCode: 1});
		expect(stderr).toMatchInlineSnapshot(`
			"Error: Backup rbak_xxxxxxxxxxxxxxx of resource db failed: backup command failed: it exited with 4
			"
		`);
		expect((await shop.json(...command('list', '--resource', 'db'))).backups).toMatchObject([{status: 'failed'}]);
	});

	it('create refuses a resource that does not run, does not exist or has no command', async () => {
		expect(await shop.failure(...command('create', '--resource', 'cache'))).toBe(notFound);
		replaceOperations('');
		expect(await shop.failure(...command('create', '--resource', 'db'))).toMatchInlineSnapshot(`
			"Error: Resource db does not define a backup command.
			  Add resources.db.operations.backup to compartment.yml, with a command or with preset: archive
			"
		`);
		shop.write('compartment.yml', descriptor);
		await stop();
		expect(await shop.failure(...command('create', '--resource', 'db'))).toBe(notRunning);
	});

	it('list shows backups, newest first', async () => {
		expect(await shop.text(...command('list', '--resource', 'db'))).toBe('No backups found for resource db.\n');
		const older = await backUp();
		const newer = await backUp();
		expect(await shop.text(...command('list', '--resource', 'db'))).toMatchInlineSnapshot(`
			"rbak_xxxxxxxxxxxxxxx	succeeded	manual	TIME____________________
			rbak_xxxxxxxxxxxxxxx	succeeded	manual	TIME____________________
			"
		`);
		const document = await shop.json(...command('list', '--resource', 'db'));
		expect(document).toMatchObject({...place, resource: 'db', scheduledOperation: null});
		expect(document.backups.map(({id}: {id: string}) => id)).toEqual([newer, older]);
	});

	it('list shows the schedule', async () => {
		replaceOperations(
			'operations: {backup: {command: dump, schedule: {interval: daily}}, restore: {command: restore}}',
		);
		await shop.deploy();
		expect(await shop.text(...command('list', '--resource', 'db'))).toMatch(/daily/i);
		expect((await shop.json(...command('list', '--resource', 'db'))).scheduledOperation).not.toBeNull();
	});

	it('list refuses a resource that does not exist', async () => {
		expect(await shop.failure(...command('list', '--resource', 'cache'))).toBe(notFound);
	});

	it('show prints a backup and its manifest', async () => {
		const id = await backUp();
		expect(await shop.text(...command('show', '--backup', id))).toMatchInlineSnapshot(`
			"Backup:          rbak_xxxxxxxxxxxxxxx
			Resource:        db
			Status:          succeeded
			Purpose:         manual
			Created:         TIME____________________ by USER
			Completed:       TIME____________________
			Size:            4 B (4 bytes)
			Checksum:        sha256:HASH____________________________________________________________
			Location:        FOLDER/.compartment/production/backups/rbak_xxxxxxxxxxxxxxx/artifact
			Image:           db:1
			Operation image: db:1
			Volumes:         data
			"
		`);
		expect(await shop.json(...command('show', '--backup', id))).toMatchObject({
			...place,
			backup: {id, manifest: {backupId: id, resource: 'db', resourceImage: expect.any(String), volumes: ['data']}},
		});
	});

	it('verify restores a backup into a temporary container', async () => {
		const id = await backUp();
		const before = await shop.world.engine.observe({});
		expect(await shop.text(...command('verify', '--backup', id))).toBe(
			'Backup rbak_xxxxxxxxxxxxxxx of resource db was restored and is good (0s).\n',
		);
		expect((await shop.json(...command('verify', '--backup', id))).backup).toMatchObject({
			id,
			verification: {status: 'succeeded', failureSummary: null},
		});
		expect((await shop.world.engine.observe({})).containers).toEqual(before.containers);
	});

	it('verify exits with 1 when a backup cannot be restored', async () => {
		replaceOperations('operations: {backup: {command: dump}, restore: {command: fail}}');
		const id = await backUp();
		const {stdout, exitCode} = await shop.run(...command('verify', '--backup', id));
		expect(exitCode).toBe(1);
		expect(stdout).toMatchInlineSnapshot(`
			"Backup rbak_xxxxxxxxxxxxxxx of resource db cannot be restored: restore command failed: it exited with 4
			"
		`);
	});

	it('restore replaces the data of a resource, after a backup of it', async () => {
		const id = await backUp();
		expect(await shop.text(...command('restore', '--backup', id, '--resource', 'db', '--yes'))).toMatchInlineSnapshot(`
			"Resource db restored from backup rbak_xxxxxxxxxxxxxxx. Pre-restore backup: rbak_xxxxxxxxxxxxxxx.
			"
		`);
		expect(await shop.json(...command('restore', '--backup', id, '--resource', 'db', '--yes'))).toMatchObject({
			...place,
			preRestoreBackup: {purpose: 'pre_restore', status: 'succeeded'},
			resource: {name: 'db', health: 'healthy'},
			restoredBackup: {id},
			success: true,
		});
	});

	it('restore makes a new resource with --as', async () => {
		const id = await backUp();
		expect(await shop.text(...command('restore', '--backup', id, '--as', 'copy'))).toMatchInlineSnapshot(`
			"Resource copy restored from backup rbak_xxxxxxxxxxxxxxx.
			"
		`);
		expect(await healthOf('copy')).toBe('healthy');
		expect(await healthOf('db')).toBe('healthy');
	});

	it.each([
		[[], 'Resource restore requires --resource unless --as is provided.'],
		[['--resource', 'db', '--as', 'copy'], 'Resource backup restore cannot use --resource with --as.'],
		[['--resource', 'db'], 'Resource restore requires confirmation.'],
		[['--resource', 'cache', '--yes'], 'The requested resource was not found.'],
	])('restore refuses %j', async (words, message) => {
		const id = await backUp();
		const stderr = await shop.failure(...command('restore', '--backup', id, ...words));
		expect(stderr.split('\n')[0]).toBe(`Error: ${message}`);
	});

	it.each([['show'], ['verify'], ['restore', '--as', 'copy']])(
		'%s refuses a backup that does not exist',
		async (verb, ...words) => {
			expect(await shop.failure(...command(verb, '--backup', 'rbak_x', ...words))).toBe(backupNotFound);
		},
	);

	it('run-due creates the scheduled backups that are due, once', async () => {
		replaceOperations(
			'operations: {backup: {command: dump, schedule: {interval: daily}}, restore: {command: restore}}',
		);
		await shop.deploy();
		expect(await shop.text(...command('run-due'))).toBe('Backup rbak_xxxxxxxxxxxxxxx succeeded for resource db.\n');
		expect(await shop.text(...command('run-due'))).toBe('No backup is due.\n');
		expect(await shop.json(...command('run-due'))).toEqual({...place, due: []});
	});

	it('run-due reports what it did as JSON, and exits with 1 when a backup failed', async () => {
		replaceOperations(
			'operations: {backup: {command: fail, schedule: {interval: daily}}, restore: {command: restore}}',
		);
		await shop.deploy();
		const {stdout, exitCode} = await shop.run(...command('run-due', '--json'));
		expect(exitCode).toBe(1);
		expect(JSON.parse(stdout)).toMatchObject({
			...place,
			due: [{resource: 'db', status: 'failed', reason: expect.stringContaining('exit')}],
		});
	});

	it.each([
		['create', '--resource', 'db'],
		['restore', '--backup', 'rbak_x', '--as', 'copy'],
		['verify', '--backup', 'rbak_x'],
	])('%s fails with exit code 3 while another command works on the environment', async (verb, ...words) => {
		expect((await shop.locked(...command(verb, ...words))).exitCode).toBe(3);
	});
});

leavesNothingUntested('resources');
