import {readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {leavesNothingUntested} from './proofs.ts';
import {openShop, type Shop, unknownEnvironment} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	await shop.deploy();
});

afterEach(() => shop.close());

const serial = async (): Promise<number> => (await shop.world.state())!.serial;

/** The newest previous state. */
const previous = async (): Promise<number> => (await shop.json('state', 'history')).entries[0].serial;

describe('state list', () => {
	it('prints the addresses of all objects', async () => {
		expect(await shop.text('state', 'list')).toMatchInlineSnapshot(`
			"network
			volume.db.data
			resource.db
			image.api
			image.sweep
			image.tidy
			image.web
			service.api
			service.sweep
			service.tidy
			service.web
			routes
			deployment.dpl_xxxxxxxxxxxxxxx
			deployment.dpl_xxxxxxxxxxxxxxx
			deployment.dpl_xxxxxxxxxxxxxxx
			deployment.dpl_xxxxxxxxxxxxxxx
			"
		`);
	});

	it('prints them with the serial as JSON', async () => {
		expect(await shop.json('state', 'list')).toMatchObject({
			project: 'shop',
			environment: 'production',
			lineage: expect.any(String),
			serial: await serial(),
			addresses: expect.arrayContaining(['service.web', 'resource.db', 'volume.db.data', 'routes']),
		});
	});

	it('is refused for an environment that does not exist', async () => {
		expect(await shop.failure('state', 'list', '--env', 'nope')).toBe(unknownEnvironment);
	});
});

describe('state show', () => {
	it('prints one object as YAML', async () => {
		expect(await shop.text('state', 'show', 'resource.db')).toMatchInlineSnapshot(`
			"resource.db:
			  containerId: HASH____________________________________________________________
			  containerName: compartment-shop.production.resource.db
			  declared:
			    generatedVariables: {}
			    operations:
			      backup:
			        command: dump
			        env: {}
			      restore:
			        command: restore
			        env: {}
			    outputs:
			      host:
			        sensitive: false
			        value: db
			      password:
			        sensitive: true
			        value: secret-of-db
			  imageId: sha256:HASH____________________________________________________________
			  name: db
			  restart: unless-stopped
			  spec:
			    env: {}
			    hostname: db.production.shop.resource.internal
			    image: db:1
			    ports: []
			    volumes:
			      data: /data
			  status: running
			  updatedAt: TIME____________________
			"
		`);
	});

	it('prints it as JSON', async () => {
		expect(await shop.json('state', 'show', 'service.web')).toMatchObject({
			id: expect.stringMatching(/^dpl_/),
			service: 'web',
			status: 'succeeded',
			stage: 'active',
			port: 8080,
			imageReference: 'app:good',
		});
	});

	it('hides sensitive values', async () => {
		await shop.feed('s3cret', 'variable', 'set', 'TOKEN', '--sensitive', '--stdin', '--service', 'web');
		await shop.deploy();
		const shown = await shop.text('state', 'show', 'service.web');
		expect(shown).toContain('TOKEN');
		expect(shown).not.toContain('s3cret');
	});

	it('suggests an address that is in the state', async () => {
		expect(await shop.failure('state', 'show', 'service.wbe')).toMatchInlineSnapshot(`
			"Error: service.wbe is not in the state, did you mean service.web?
			  compartment state list
			"
		`);
	});
});

describe('state history', () => {
	it('lists the states that can be restored, newest first', async () => {
		const lines = (await shop.text('state', 'history')).trimEnd().split('\n');
		expect(lines[0]).toMatch(/^SERIAL +WRITTEN +SERVICES +NOTE$/);
		for (const line of lines.slice(1)) expect(line).toMatch(/^ *\d+ {2}TIME_+ +\d$/);
		const {entries} = await shop.json('state', 'history');
		const serials = entries.map((entry: {serial: number}) => entry.serial);
		expect(serials).toEqual([...serials].sort((a, b) => b - a));
		expect(serials[0]).toBe(await serial());
		expect(lines).toHaveLength(1 + entries.length);
	});

	it('describes each state as JSON', async () => {
		const document = await shop.json('state', 'history');
		expect(document.environment).toEqual({name: 'production'});
		expect(document.entries[0]).toEqual({
			serial: expect.any(Number),
			updatedAt: expect.any(String),
			services: 4,
			problem: null,
		});
	});

	it('is empty for an environment that does not exist', async () => {
		expect(await shop.text('state', 'history', '--env', 'nope')).toBe('Environment nope has no previous state.\n');
	});

	it('is refused for another project', async () => {
		expect(await shop.failure('state', 'history', '--project', 'office')).toMatchInlineSnapshot(`
			"Error: compartment.yml is of project shop, not office
			  Run the command in the folder of project office, or name that folder: --project ../office
			"
		`);
	});
});

describe('state rebuild', () => {
	const lose = () => rmSync(join(shop.folder, '.compartment'), {recursive: true});

	it('makes a lost state again', async () => {
		lose();
		expect(await shop.text('state', 'rebuild', '--auto-approve')).toContain('Show the difference: compartment plan\n');
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('reports what it recorded as JSON', async () => {
		lose();
		const document = await shop.json('state', 'rebuild', '--auto-approve');
		expect(document).toMatchObject({
			project: 'shop',
			environment: {name: 'production'},
			serial: await serial(),
			unreadable: [],
			accessPassword: 'new',
		});
		expect(document.objects).toContainEqual({
			address: 'resource.db',
			from: 'compartment-shop.production.resource.db',
			valuesRead: [],
			role: null,
		});
	});

	it('refuses to replace a state that is there', async () => {
		expect(await shop.failure('state', 'rebuild', '--auto-approve')).toContain('It is not lost.');
	});
});

describe('state restore', () => {
	it('writes a previous state under a new serial', async () => {
		const wanted = await previous();
		const before = await serial();
		expect(await shop.text('state', 'restore', String(wanted), '--auto-approve')).toBe(
			`Restored serial ${wanted} as serial ${before + 1}. Show the difference: compartment plan\n`,
		);
		expect(await serial()).toBe(before + 1);
	});

	it('reports both serials as JSON', async () => {
		const wanted = await previous();
		const before = await serial();
		expect(await shop.json('state', 'restore', String(wanted), '--auto-approve')).toEqual({
			environment: {name: 'production'},
			restoredSerial: wanted,
			serial: before + 1,
		});
	});

	it('does not go ahead without approval', async () => {
		const wanted = await previous();
		const before = await serial();
		expect(await shop.failure('state', 'restore', String(wanted))).toBe(
			`Error: Cannot ask for approval without a terminal.\n  compartment state restore ${wanted} --auto-approve\n`,
		);
		expect(await serial()).toBe(before);
	});

	it('refuses a serial that is not in the history', async () => {
		expect(await shop.failure('state', 'restore', '999', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: There is no previous state with serial 999.
			  compartment state history
			"
		`);
	});

	it('refuses what is not a serial', async () => {
		expect(await shop.failure('state', 'restore', 'latest')).toMatch(
			/^error: command-argument value 'latest' is invalid for argument 'serial'\. It must be a whole number from 1 /,
		);
	});

	it('waits for no other command', async () => {
		const wanted = await previous();
		const {exitCode, stderr} = await shop.locked('state', 'restore', String(wanted), '--auto-approve');
		expect(exitCode).toBe(3);
		expect(stderr).toContain(
			`\n  Wait for it: compartment state restore ${wanted} --auto-approve --lock-timeout 30s\n`,
		);
	});
});

describe('state trust', () => {
	it('has nothing to do for a trusted state', async () => {
		expect(await shop.text('state', 'trust')).toBe('The state of production is already trusted.\n');
	});

	it('shows what a foreign state would own before it trusts it', async () => {
		shop.becomeAnotherUser();
		expect((await shop.run('status')).stderr).toMatchInlineSnapshot(`
			"Error: The state of environment production in FOLDER/.compartment/production is not trusted: it was signed on another machine, and this machine does not have its key. Nothing was done.
			  Review what it would own, and accept it: compartment state trust
			"
		`);
		const offer = await shop.run('state', 'trust');
		expect(offer.exitCode).toBe(1);
		expect(offer.stdout).toMatch(/It is not trusted/);
		expect(offer.stdout).toMatch(/^ {4}compartment-shop\.production\.resource\.db$/m);
		expect(offer.stderr).toBe(
			'Error: Cannot ask for approval without a terminal.\n  compartment state trust --auto-approve\n',
		);
		expect(await shop.text('state', 'trust', '--auto-approve')).toMatch(/^Trusted the state of production, with /m);
		expect(await shop.text('status')).toContain('shop › production');
	});

	it('describes the state as JSON', async () => {
		expect(await shop.json('state', 'trust')).toMatchObject({
			project: 'shop',
			environment: 'production',
			reason: null,
			isTrusted: true,
			objects: {volumes: ['compartment-shop.production.resource.db.data']},
			secrets: 1,
			interrupted: [],
		});
	});

	it('is refused where there is no state', async () => {
		expect(await shop.failure('state', 'trust', '--env', 'nope')).toMatchInlineSnapshot(`
			"Error: Environment nope has no state in FOLDER/.compartment/nope.
			  compartment apply --env nope
			"
		`);
	});
});

describe('state forget', () => {
	it('removes the state and leaves the engine as it is', async () => {
		const before = await shop.world.engine.observe({});
		expect(await shop.text('state', 'forget', '--auto-approve')).toMatchInlineSnapshot(`
			"Forgot production. The next apply starts from nothing: compartment plan
			"
		`);
		expect(await shop.world.engine.observe({})).toEqual(before);
		expect((await shop.json('environment', 'list')).environments).toEqual([]);
	});

	it('reports the owner of what runs as JSON', async () => {
		expect(await shop.json('state', 'forget', '--auto-approve')).toEqual({
			environment: {name: 'production'},
			original: null,
		});
	});

	it('does not go ahead without approval', async () => {
		expect(await shop.failure('state', 'forget')).toMatchInlineSnapshot(`
			"Error: State forget requires confirmation.
			  compartment state forget --auto-approve
			"
		`);
		expect(await serial()).toBeGreaterThan(0);
	});

	it('is refused where there is nothing to forget', async () => {
		expect(await shop.failure('state', 'forget', '--env', 'nope', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: Environment nope has nothing in FOLDER/.compartment/nope.
			  compartment environment list
			"
		`);
	});
});

describe('state unlock', () => {
	const lockElsewhere = () => {
		const record = {
			id: '0123456789abcdef',
			user: 'eve',
			host: 'elsewhere.example',
			pid: 7,
			operation: 'apply',
			since: '2026-01-31T12:00:00.000Z',
		};
		writeFileSync(join(shop.world.directory, 'lock.json'), JSON.stringify(record), {mode: 0o600});
		return record;
	};

	it('removes the lock of another machine', async () => {
		lockElsewhere();
		const {exitCode, stderr} = await shop.run('apply', '--auto-approve');
		expect(exitCode).toBe(3);
		expect(stderr).toMatchInlineSnapshot(`
			"Error: The environment is locked by \`compartment apply\` of eve (process 7 on elsewhere.example, since TIME____________________), which cannot be checked from this machine
			  If that command is no longer running: compartment state unlock HASH____________
			"
		`);
		expect(await shop.text('state', 'unlock')).toMatchInlineSnapshot(`
			"Unlocked production: apply of eve on elsewhere.example held it since TIME____________________.
			"
		`);
		await shop.deploy();
	});

	it('leaves a lock with another id than the one that is named', async () => {
		const {id} = lockElsewhere();
		const {exitCode, stderr} = await shop.run('state', 'unlock', 'fedcba9876543210');
		expect(exitCode).toBe(3);
		expect(stderr).toContain('Error: The environment is locked by `compartment apply` of eve ');
		expect(await shop.text('state', 'unlock', id)).toMatch(/^Unlocked production: /);
	});

	it('says when there was no lock', async () => {
		expect(await shop.text('state', 'unlock')).toBe('production was not locked.\n');
	});

	it('reports the removed lock as JSON', async () => {
		const record = lockElsewhere();
		expect(await shop.json('state', 'unlock')).toEqual({environment: {name: 'production'}, removedLock: record});
		expect(await shop.json('state', 'unlock')).toEqual({environment: {name: 'production'}, removedLock: null});
	});

	it('leaves the lock of a running command', async () => {
		const {exitCode, stderr} = await shop.locked('state', 'unlock');
		expect(exitCode).toBe(3);
		expect(stderr).toContain('Error: The environment is locked by `compartment apply` of ');
	});

	it('is refused for an environment that does not exist', async () => {
		expect(await shop.failure('state', 'unlock', '--env', 'nope')).toBe(unknownEnvironment);
	});
});

describe('state migrate, pull and push', () => {
	it('moves the state to the engine, where a folder without it finds it, and back', async () => {
		const before = await serial();
		expect(await shop.text('state', 'migrate', '--to', 'engine')).toBe(
			'The state of production is now on the engine.\n',
		);
		// Sealing its key is a change.
		expect(await serial()).toBe(before + 1);
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		expect(await shop.text('plan')).toMatch(/^No changes\./m);
		expect(await serial()).toBe(before + 1);
		expect(await shop.text('state', 'migrate')).toBe('The state of production is already on the engine.\n');
		expect(await shop.json('state', 'migrate', '--to', 'local', '--json')).toEqual({
			environment: {name: 'production'},
			state: 'local',
			hasMoved: true,
		});
		expect(await shop.text('plan')).toMatch(/^No changes\./m);
		await shop.deploy();
	});

	it('shows a new clone the history that the engine has, and restores from it', async () => {
		await shop.text('state', 'migrate');
		for (const value of ['1', '2', '3']) await shop.text('variable', 'set', 'KEY', value);
		const serials = async () =>
			(await shop.json('state', 'history')).entries.map((entry: {serial: number}) => entry.serial);
		const before = await serials();
		expect(before.slice(0, 3)).toEqual([0, 1, 2].map(age => before[0] - age));
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		expect(await serials()).toEqual(expect.arrayContaining(before.slice(0, 3)));
		await shop.text('state', 'restore', String(before[1]), '--auto-approve');
		expect(await shop.text('variable', 'list')).toMatch(/^KEY +plain .* 2$/m);
	});

	it('needs an environment', async () => {
		expect(await shop.failure('state', 'migrate', '--env', 'nope')).toBe(unknownEnvironment);
	});

	it('leaves the state where it is if the engine has another one', async () => {
		await shop.text('state', 'migrate', '--to', 'engine');
		const {folder} = shop;
		const other = join(folder, '.compartment', 'production', 'place.json');
		writeFileSync(other, readFileSync(other, 'utf8').replace('"engine"', '"local"'));
		await shop.text('variable', 'set', 'HERE', 'alone');
		const stderr = await shop.failure('state', 'migrate', '--to', 'engine');
		expect(stderr).toContain('Error: The engine already has a state of environment production (serial ');
		expect(await shop.json('state', 'migrate', '--to', 'local')).toMatchObject({hasMoved: false});
	});

	it('ends a move that was interrupted when the engine and the folder had the state', async () => {
		await shop.text('state', 'migrate', '--to', 'engine');
		const place = join(shop.folder, '.compartment', 'production', 'place.json');
		const moved = JSON.parse(readFileSync(place, 'utf8'));
		writeFileSync(place, JSON.stringify({...moved, moving: 'there'}));
		await shop.text('variable', 'set', 'AFTER', 'the move');
		expect(JSON.parse(readFileSync(place, 'utf8'))).toEqual(moved);
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		expect(await shop.text('variable', 'list')).toContain('AFTER');
	});

	it('prints what the engine has, or writes it to a private file', async () => {
		expect(await shop.failure('state', 'pull')).toMatch(
			/^Error: The state of environment production is in .*, not on the engine\.\n {2}Move it there: compartment state migrate --to engine/,
		);
		await shop.text('state', 'migrate');
		expect(await shop.json('state', 'pull')).toMatchObject({project: 'shop', serial: await serial()});
		const file = join(shop.folder, 'kept.json');
		expect(await shop.text('state', 'pull', '--out', file)).toMatch(/^Wrote the state of production, serial \d+, to /);
		expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(await shop.json('state', 'pull'));
		expect(statSync(file).mode & 0o777).toBe(0o600);
	});

	it('takes only a newer state of the same lineage, or what the engine has lost', async () => {
		await shop.text('state', 'migrate');
		const file = join(shop.folder, 'kept.json');
		await shop.text('state', 'pull', '--out', file);
		expect(await shop.failure('state', 'push', file)).toMatch(
			/^Error: The engine has serial (\d+), which is not older than serial \1\./,
		);
		expect(await shop.failure('state', 'push', join(shop.folder, 'compartment.yml'))).toContain('is not valid JSON');
		await shop.world.loseStates();
		expect(await shop.failure('plan')).toMatch(
			/^Error: The engine has no state of environment production any more\..*\n.*compartment state push /s,
		);
		expect(await shop.failure('state', 'push', file)).toContain('State push requires confirmation.');
		expect(await shop.text('state', 'push', file, '--auto-approve')).toMatch(/^The engine has serial \d+ now\./);
		expect(await shop.text('plan')).toMatch(/^No changes\./m);
		await shop.world.loseStates();
		expect(await shop.json('state', 'push', file, '--auto-approve')).toEqual({
			environment: {name: 'production'},
			serial: await serial(),
		});
	});
});

leavesNothingUntested('state');
