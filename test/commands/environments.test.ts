import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import type {EngineInfo} from '../../source/engine/engine.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {EngineError} from '../../source/errors.ts';
import {acquireLock} from '../../source/state/lock.ts';
import {readOnDisk} from '../../source/state/on-disk.ts';
import {writeState} from '../../source/state/store.ts';
import {withoutSteps} from './mask.ts';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, images, openShop, type Shop, unknownEnvironment} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

describe('before the first apply', () => {
	beforeAll(async () => {
		shop = await openShop();
	});

	afterAll(() => shop.close());

	it('environment list names the command that creates one', async () => {
		expect(await shop.text('environment', 'list')).toMatchInlineSnapshot(`
			"No environments yet. Create the first one with compartment apply.
			"
		`);
		expect(await shop.json('environment', 'list')).toEqual({project: {name: 'shop'}, environments: []});
	});

	it('environment show and delete have no environment to suggest', async () => {
		const refusal =
			'Error: environment production of shop has not been deployed yet\n  compartment apply deploys this one\n';
		expect(await shop.failure('environment', 'show')).toBe(refusal);
		expect(await shop.failure('environment', 'delete', 'production', '--auto-approve')).toBe(refusal);
	});
});

describe('environment list', () => {
	beforeAll(async () => {
		shop = await openShop();
		await shop.deploy();
		await shop.deploy('staging');
	});

	afterAll(() => shop.close());

	it('lists the environments that have a state', async () => {
		expect(await shop.text('environment', 'list')).toMatchInlineSnapshot(`
			"ENVIRONMENT  SERVICES  RESOURCES  UPDATED
			production          4          1  TIME____________________
			staging             4          1  TIME____________________
			"
		`);
	});

	it('is a document as JSON', async () => {
		const counts = {
			services: 4,
			resources: 1,
			updatedAt: expect.any(String),
			expiresAt: null,
			problem: null,
			engine: null,
			publicUrl: null,
		};
		expect(await shop.json('environment', 'list')).toEqual({
			project: {name: 'shop'},
			environments: [
				{name: 'production', ...counts},
				{name: 'staging', ...counts},
			],
		});
	});

	it('takes no --env, because it lists all of them', async () => {
		expect(await shop.failure('environment', 'list', '--env', 'staging')).toMatchInlineSnapshot(`
			"error: unknown option '--env'
			(compartment --help lists the commands)
			"
		`);
	});
});

describe('environment show', () => {
	beforeAll(async () => {
		shop = await openShop();
		await shop.deploy();
		await shop.deploy('staging');
	});

	afterAll(() => shop.close());

	it('shows what belongs to the environment', async () => {
		const text = await shop.text('environment', 'show');
		expect(text.replace(/^serial: \d+$/m, 'serial: N')).toMatchInlineSnapshot(`
			"project: shop
			environment: production
			folder: FOLDER/.compartment/production
			engine: memory
			machine: null
			address: null
			publicUrl: null
			lineage: UUID
			serial: N
			networks:
			  environment:
			    name: compartment-shop.production
			    subnet: 10.213.0.0/26
			  mesh:
			    name: compartment-shop.production.mesh
			    subnet: 10.213.0.64/26
			services:
			  api: dpl_xxxxxxxxxxxxxxx
			  sweep: dpl_xxxxxxxxxxxxxxx
			  tidy: dpl_xxxxxxxxxxxxxxx
			  web: dpl_xxxxxxxxxxxxxxx
			resources:
			  - db
			volumes:
			  volume.db.data: compartment-shop.production.resource.db.data
			urls:
			  shop.localhost: http://shop.localhost:9080
			lifetime: null
			updatedAt: TIME____________________
			"
		`);
	});

	it('takes the name as an argument or as --env', async () => {
		const byName = await shop.json('environment', 'show', 'staging');
		expect(byName).toMatchObject({
			project: 'shop',
			environment: 'staging',
			engine: 'memory',
			serial: expect.any(Number),
			networks: {environment: {name: 'compartment-shop.staging'}},
			services: {web: expect.stringMatching(/^dpl_/)},
			resources: ['db'],
			volumes: {'volume.db.data': 'compartment-shop.staging.resource.db.data'},
			urls: {'shop-staging.localhost': 'http://shop-staging.localhost:9080'},
			warnings: [],
		});
		expect(await shop.json('environment', 'show', '--env', 'staging')).toEqual(byName);
	});

	it('refuses two different names', async () => {
		expect(await shop.failure('environment', 'show', 'staging', '--env', 'production')).toMatchInlineSnapshot(`
			"Error: Pass one environment: staging, or --env production.
			"
		`);
	});

	it('suggests the name that was meant', async () => {
		expect(await shop.failure('environment', 'show', 'stagin')).toMatchInlineSnapshot(`
			"Error: environment stagin of shop has not been deployed yet, did you mean staging?
			  There are: production, staging. compartment apply --env stagin deploys this one
			"
		`);
	});
});

describe('environment diff', () => {
	const secrets = ['equal-in-both', 'of-production', 'of-staging'] as const;
	const set = (environment: string, key: string, value: string) =>
		shop.feed(value, 'variable', 'set', key, '--service', 'web', '--env', environment, '--sensitive', '--stdin');

	beforeAll(async () => {
		shop = await openShop();
		await shop.deploy();
		for (const name of ['production', 'staging']) await set(name, 'API_KEY', secrets[0]);
		await set('production', 'TOKEN', secrets[1]);
		await set('staging', 'TOKEN', secrets[2]);
		await shop.text('variable', 'set', 'LOG_LEVEL', 'debug', '--service', 'web', '--env', 'staging');
		await shop.text('apply', '--auto-approve');
		shop.write('compartment.yml', descriptor.replace('tidy up', 'tidy').replace(images.finished, images.crashing));
		await shop.deploy('staging');
	});

	afterAll(() => shop.close());

	it('shows images, configuration and variables that differ, and which are equal', async () => {
		const text = await shop.text('environment', 'diff', 'staging', 'production');
		expect(text).toMatchInlineSnapshot(`
			"From staging to production

			Services
			  api    = app:good@sha256:HASH________
			  sweep  = app:crashing@sha256:HASH________
			  tidy   app:crashing@sha256:HASH________ → app:finished@sha256:HASH________: production is older
			  web    = app:good@sha256:HASH________

			Resources
			  db     = db:1@sha256:HASH________

			Configuration
			  tidy   command  "tidy" → "tidy up"

			Variables
			  web    LOG_LEVEL  only in staging: "debug"
			  web    TOKEN  (sensitive) differs
			  web    equal: API_KEY, DATABASE_HOST

			4 differences, 1 of them in images.
			"
		`);
		for (const secret of secrets) expect(text).not.toContain(secret);
	});

	it('is a document as JSON, without sensitive values', async () => {
		const document = await shop.json('environment', 'diff', 'staging');
		expect(document).toMatchObject({from: {name: 'staging'}, to: {name: 'production'}, differences: 4, warnings: []});
		const variablesOf = (name: string) =>
			document.objects.find((each: {readonly name: string}) => each.name === name).variables;
		expect(variablesOf('web')).toEqual([
			{name: 'API_KEY', before: {sensitive: true}, after: {sensitive: true}, isEqual: true},
			{name: 'DATABASE_HOST', before: 'from db.host', after: 'from db.host', isEqual: true},
			{name: 'LOG_LEVEL', before: 'debug', after: null, isEqual: false},
			{name: 'TOKEN', before: {sensitive: true}, after: {sensitive: true}, isEqual: false},
		]);
		for (const secret of secrets) expect(JSON.stringify(document)).not.toContain(secret);
	});

	it('says what it cannot compare, for who cannot read the sensitive values', async () => {
		vi.stubEnv('COMPARTMENT_IDENTITY_FILE', join(shop.folder, 'other-identity'));
		onTestFinished(() => void vi.unstubAllEnvs());
		const {stdout, stderr, exitCode} = await shop.run('environment', 'diff', 'staging');
		expect(exitCode).toBe(0);
		expect(stdout).toMatch(/web +TOKEN {2}\(sensitive\) cannot be compared/);
		expect(stderr).toContain('Sensitive values of staging are not compared');
	});

	it('exits with 2 on request if they differ', async () => {
		const {exitCode} = await shop.run('environment', 'diff', 'staging', '--detailed-exitcode');
		expect(exitCode).toBe(2);
	});

	it('refuses an environment that there is not, and the same one twice', async () => {
		expect(await shop.failure('environment', 'diff', 'nope')).toBe(
			unknownEnvironment.replace('production.', 'production, staging.'),
		);
		expect(await shop.failure('environment', 'diff', 'production')).toMatchInlineSnapshot(`
			"Error: Name two different environments.
			  compartment environment diff staging production
			"
		`);
	});
});

describe('environment delete', () => {
	beforeEach(async () => {
		shop = await openShop();
		await shop.deploy();
	});

	afterEach(() => shop.close());

	it('destroys an environment with its data, and forgets it', async () => {
		await shop.deploy('staging');
		const text = await shop.text('environment', 'delete', 'staging', '--auto-approve');
		expect(withoutSteps(text)).toMatchInlineSnapshot(`
			"compartment plan · shop › staging · destroy
			Removes everything in staging, including its data.

			  - delete

			  - routes          will be deleted: the environment will no longer be reachable
			  - service.api     will be deleted: all its containers are removed, including
			                    retained ones
			  - service.sweep   will be deleted: all its containers are removed, including
			                    retained ones
			  - service.tidy    will be deleted: all its containers are removed, including
			                    retained ones
			  - service.web     will be deleted: all its containers are removed, including
			                    retained ones
			  - resource.db     will be deleted: its container is removed
			  - volume.db.data  will be deleted with all its data: no volume is kept
			  - network         will be deleted: nothing uses it any more; built images are
			                    removed too

			Data will be permanently deleted: volume.db.data.

			Plan: 0 to create, 0 to update, 0 to replace, 8 to delete.
			Applying 8 steps, run run_xxxxxxxxxxxxxxx
			Destroyed in 0s: 8 done.
			Deleted environment staging.
			"
		`);
		expect((await shop.json('environment', 'list')).environments).toMatchObject([{name: 'production'}]);
		const {volumes} = await shop.world.engine.observe({});
		expect(volumes.map(({name}) => name).sort()).toEqual([
			'compartment-router',
			'compartment-shop.production.resource.db.data',
		]);
	});

	it('ends its JSON lines with the deletion', async () => {
		const events = await shop.jsonLines('environment', 'delete', 'production', '--auto-approve');
		expect(events.map(({type}) => type).slice(-2)).toEqual(['summary', 'environment-deleted']);
		expect(events.at(-1)).toEqual({type: 'environment-deleted', environment: 'production'});
	});

	it('deletes nothing when it cannot ask', async () => {
		const {stderr, exitCode} = await shop.run('environment', 'delete', 'production');
		expect(exitCode).toBe(1);
		expect(stderr).toMatchInlineSnapshot(`
			"Error: Cannot ask for approval: there is no terminal, or CI, TERM=dumb or --plain is set. Nothing was changed.
			  compartment environment delete production --auto-approve
			"
		`);
		expect((await shop.json('status')).services).toHaveLength(4);
	});

	it('asks before it deletes what a destroy has left', async () => {
		await shop.text('destroy', '--delete-data', '--auto-approve');
		expect(await shop.failure('environment', 'delete', 'production')).toMatchInlineSnapshot(`
			"Error: Environment delete requires confirmation.
			  compartment environment delete production --auto-approve
			"
		`);
		expect(await shop.text('environment', 'delete', 'production', '--auto-approve')).toContain(
			'Deleted environment production.\n',
		);
	});

	it('is refused for an environment that does not exist', async () => {
		expect(await shop.failure('environment', 'delete', 'nope', '--auto-approve')).toBe(unknownEnvironment);
	});

	it('fails with exit code 3 while another command works on the environment', async () => {
		const {exitCode, stderr} = await shop.locked('environment', 'delete', 'production', '--auto-approve');
		expect(exitCode).toBe(3);
		expect(stderr).toContain('Error: The environment is locked by ');
		expect((await shop.json('environment', 'list')).environments).toHaveLength(1);
	});
});

describe('environment prune', () => {
	const hourMs = 3_600_000;

	/** Lets what follows run after some time. */
	const pass = (milliseconds: number) => {
		const now = Date.now();
		vi.spyOn(Date, 'now').mockReturnValue(now + milliseconds);
	};

	beforeEach(async () => {
		shop = await openShop();
		await shop.deploy();
		await shop.raw('deploy', '--env', 'pr-1', '--expires', '1h', '--expires-data');
		await shop.raw('deploy', '--env', 'pr-2', '--expires', '2h');
	});

	afterEach(() => {
		vi.restoreAllMocks();
		shop.close();
	});

	const volumes = async () => (await shop.world.engine.observe({})).volumes.map(({name}) => name).sort();

	it('destroys what has expired, with its data if that was asked for, and nothing else', async () => {
		expect(await shop.text('environment', 'prune', '--auto-approve')).toBe('No environment has expired.\n');
		pass(1.5 * hourMs);
		expect(await shop.text('environment', 'list')).toMatch(/^pr-1 .*\(over\)$/m);
		const text = await shop.text('environment', 'prune', '--auto-approve');
		expect(text).toMatch(/Plan: 0 to create, 0 to update, 0 to replace, \d+ to delete\.[\s\S]*Destroyed pr-1\.\n$/);
		pass(1.5 * hourMs);
		expect(await shop.jsonLines('environment', 'prune', '--auto-approve').then(lines => lines.at(-1))).toEqual({
			type: 'environments-pruned',
			environments: ['pr-2'],
		});
		expect(await volumes()).toEqual([
			'compartment-router',
			'compartment-shop.pr-2.resource.db.data',
			'compartment-shop.production.resource.db.data',
		]);
		expect(await shop.text('environment', 'prune')).toBe('No environment has expired.\n');
		expect((await shop.json('status')).services).toHaveLength(4);
	});

	it('asks for each, and fails where nobody can answer', async () => {
		pass(3 * hourMs);
		const {exitCode, stderr} = await shop.run('environment', 'prune');
		expect(exitCode).toBe(1);
		expect(stderr).toMatchInlineSnapshot(`
			"Error: Cannot ask for approval: there is no terminal, or CI, TERM=dumb or --plain is set. Nothing was changed.
			  compartment environment prune --auto-approve
			"
		`);
		expect(await volumes()).toHaveLength(4);
	});

	it('leaves an environment that another command works on, and destroys the others', async () => {
		pass(3 * hourMs);
		const lock = await acquireLock(join(shop.folder, '.compartment', 'pr-1'), {operation: 'apply'});
		try {
			const {exitCode, stderr, stdout} = await shop.run('environment', 'prune', '--auto-approve');
			expect(exitCode).toBe(1);
			expect(stderr).toContain('Environment pr-1 stays: The environment is locked by ');
			expect(stdout).toContain('Destroyed pr-2.\n');
		} finally {
			await lock.release();
		}
	});

	it('finds states on the engine that a new clone has no copy of', async () => {
		for (const name of ['production', 'pr-1', 'pr-2'])
			await shop.text('state', 'migrate', '--to', 'engine', '--env', name);
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		pass(1.5 * hourMs);
		expect(await shop.text('environment', 'prune', '--auto-approve')).toContain('Destroyed pr-1.\n');
		expect(await volumes()).not.toContain('compartment-shop.pr-1.resource.db.data');
	});

	it('ends the lifetime of an environment that has nothing left', async () => {
		const state = () => readOnDisk(join(shop.folder, '.compartment', 'pr-1'), process.env)!.state;
		await shop.text('destroy', '--env', 'pr-1', '--delete-data', '--auto-approve');
		expect(state().lifetime).toBeNull();
		const lifetime = {expiresAt: '2026-01-01T00:00:00.000Z', lifetimeMs: hourMs, deletesData: true};
		await writeState(join(shop.folder, '.compartment', 'pr-1'), {...state(), lifetime}, state());
		expect(await shop.text('environment', 'prune', '--auto-approve')).toContain('Destroyed pr-1.\n');
		expect(await shop.text('environment', 'prune', '--auto-approve')).toBe('No environment has expired.\n');
		expect(state().lifetime).toBeNull();
	});
});

describe('environment create', () => {
	const address = 'ssh://deploy@web1';

	/** The engine of the shop, as if it were on another machine. */
	const answer = (info: Partial<EngineInfo> = {}) => {
		const {engine} = shop.world;
		const observe = vi.fn(engine.observe);
		shop.answerAt(address, {
			...engine,
			address,
			isLocal: false,
			observe,
			info: async () => ({...(await engine.info()), address, ...info}),
		});
		return observe;
	};

	beforeEach(async () => {
		shop = await openShop();
		answer();
		await shop.text('machine', 'add', 'web1', address);
	});

	afterEach(() => shop.close());

	it('records the engine, and every command finds it', async () => {
		expect(await shop.text('environment', 'create', 'production', '--engine', 'web1')).toMatchInlineSnapshot(`
			"Created environment production of shop on web1 (ssh://deploy@web1).
			Its state is on the engine.
			Deploy it: compartment apply
			"
		`);
		expect(await shop.json('environment', 'list')).toMatchObject({
			environments: [{name: 'production', engine: 'web1', services: 0}],
		});
		const observe = answer();
		await shop.deploy();
		expect(observe).toHaveBeenCalled();
		expect(await shop.text('environment', 'list')).toMatchInlineSnapshot(`
			"ENVIRONMENT  SERVICES  RESOURCES  UPDATED                   ENGINE
			production          4          1  TIME____________________  web1
			"
		`);
		expect(await shop.json('environment', 'show')).toMatchObject({engine: 'memory', machine: 'web1', address});
		// Another environment stays where the docker client is.
		observe.mockClear();
		await shop.deploy('staging');
		expect(observe).not.toHaveBeenCalled();
		expect(await shop.json('environment', 'show', 'staging')).toMatchObject({machine: null, address: null});
	});

	it('is found from a new clone by list, which names the engine that does not answer', async () => {
		await shop.text('environment', 'create', 'production', '--engine', 'web1');
		await shop.text('environment', 'create', 'staging', '--engine', 'web1');
		await shop.deploy();
		// Nothing of it is on the engine that the docker client would use.
		shop.answerAt('', createMemoryEngine());
		const state = join(shop.folder, '.compartment');
		rmSync(state, {recursive: true});
		const listed = await shop.text('environment', 'list');
		expect(listed).toMatchInlineSnapshot(`
			"ENVIRONMENT  SERVICES  RESOURCES  UPDATED                   ENGINE
			production          4          1  TIME____________________  web1
			staging             0          0  TIME____________________  web1
			"
		`);
		expect(await shop.text('plan')).toMatch(/^No changes\./m);
		rmSync(state, {recursive: true});
		const {engine} = shop.world;
		const failing = () => Promise.reject(new EngineError('cannot list containers: no route to web1'));
		shop.answerAt(address, {...engine, address, observe: failing});
		const {stdout, stderr, exitCode} = await shop.run('environment', 'list');
		expect(exitCode).toBe(0);
		expect(stderr).toBe('Warning: cannot list containers: no route to web1\n');
		expect(stdout).toMatch(/^production +0 +0 {2}its state is not in this folder +web1$/m);
	});

	it('records the engine for somebody who cannot read the state yet', async () => {
		await shop.text('environment', 'create', 'production', '--engine', 'web1');
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		shop.becomeAnotherUser();
		await shop.text('machine', 'add', 'web1', address);
		const refused = await shop.failure('environment', 'create', 'production', '--engine', 'web1');
		expect(refused).toMatch(/is not trusted: it was signed on another machine/);
		expect(refused).toContain('compartment variable recipients add age1');
		expect((await shop.json('machine', 'list')).machines).toMatchObject([{environments: ['shop/production']}]);
		expect(await shop.text('variable', 'recipients', 'show')).toMatch(/^age1/);
	});

	it('keeps the state of a new environment on the engine', async () => {
		expect(await shop.text('environment', 'create', 'staging', '--state', 'engine')).toContain(
			'Its state is on the engine.\n',
		);
		await shop.deploy('staging');
		expect(await shop.json('state', 'migrate', '--env', 'staging')).toMatchObject({hasMoved: false});
		rmSync(join(shop.folder, '.compartment', 'staging'), {recursive: true});
		expect(await shop.json('environment', 'create', 'staging', '--state', 'engine')).toMatchObject({
			state: 'engine',
			isNew: false,
		});
		expect(await shop.text('plan', '--env', 'staging')).toMatch(/^No changes\./m);
		expect(await shop.failure('environment', 'create', 'staging', '--state', 'local')).toContain(
			'compartment state migrate --to local',
		);
	});

	it('keeps the router that has the state of an environment without objects', async () => {
		await shop.deploy();
		await shop.text('environment', 'create', 'staging', '--state', 'engine');
		await shop.text('variable', 'set', 'KEY', 'value', '--env', 'staging');
		await shop.text('environment', 'delete', 'production', '--auto-approve');
		rmSync(join(shop.folder, '.compartment', 'staging'), {recursive: true});
		await shop.text('environment', 'create', 'staging', '--state', 'engine');
		expect(await shop.text('variable', 'list', '--env', 'staging')).toContain('KEY');
		const {id} = (await shop.world.engine.findByName('container', 'compartment-router'))!;
		expect(await shop.text('environment', 'delete', 'staging', '--auto-approve')).toContain(
			'Deleted environment staging.',
		);
		expect(await shop.world.engine.inspectContainer(id)).toBeUndefined();
	});

	it('takes the engine of the docker client without --engine, and keeps it', async () => {
		expect(await shop.json('environment', 'create', 'staging')).toEqual({
			project: 'shop',
			environment: 'staging',
			machine: null,
			engine: {id: 'memory', address: 'memory:'},
			state: 'local',
			publicUrl: null,
			isNew: true,
		});
		expect(await shop.text('environment', 'create', 'staging')).toBe('Kept environment staging of shop on memory:.\n');
	});

	it('records where users reach it, and every URL of its main service is that one', async () => {
		const url = 'https://shop.example.com';
		expect(await shop.text('environment', 'create', 'production', '--public-url', `${url}/`)).toContain(
			`Users reach it at ${url}.`,
		);
		expect(await shop.text('apply', '--auto-approve')).toContain(`web active at ${url} (password required)`);
		const {services} = await shop.json('status');
		const urls = (services as {name: string; url: string | null}[]).map(({name, url}) => [name, url]);
		expect(Object.fromEntries(urls)).toMatchObject({web: url, api: null});
		expect(await shop.json('open')).toMatchObject({service: 'web', url, needsForwarding: false});
		expect((await shop.json('access', 'show')).links).toContainEqual(expect.stringMatching(/@shop\.example\.com\/$/));
		expect(await shop.json('environment', 'show')).toMatchObject({publicUrl: url});
		expect(await shop.text('environment', 'list')).toMatch(/ URL\n.* https:\/\/shop\.example\.com\n/s);
		expect(await shop.text('plan')).toContain('No changes');

		await shop.text('environment', 'create', 'production');
		expect(await shop.json('open')).toMatchObject({url});
		await shop.text('environment', 'create', 'production', '--public-url', 'none');
		expect(await shop.json('open')).toMatchObject({url: 'http://shop.localhost:9080'});
		expect(await shop.failure('environment', 'create', 'production', '--public-url', 'shop')).toContain(
			'The public URL must be an http or https URL',
		);
	});

	it('records the engine of an environment that runs there already', async () => {
		await shop.deploy();
		expect(await shop.text('environment', 'create', 'production', '--engine', 'web1')).toBe(
			'Recorded environment production of shop on web1 (ssh://deploy@web1).\n',
		);
		expect((await shop.json('status')).services).toHaveLength(4);
	});

	it('follows a machine that gets another address', async () => {
		await shop.text('environment', 'create', 'production', '--engine', 'web1');
		const {engine} = shop.world;
		const observe = vi.fn(engine.observe);
		shop.answerAt('ssh://deploy@10.0.0.1', {...engine, isLocal: false, observe});
		await shop.text('machine', 'add', 'web1', 'ssh://deploy@10.0.0.1');
		await shop.text('plan');
		expect(observe).toHaveBeenCalled();
	});

	it('forgets the engine with the environment', async () => {
		await shop.text('environment', 'create', 'production', '--engine', 'web1');
		await shop.text('environment', 'delete', 'production', '--auto-approve');
		const observe = answer();
		await shop.text('plan');
		expect(observe).not.toHaveBeenCalled();
	});

	it('refuses an unknown machine, and an address without a name', async () => {
		expect(await shop.failure('environment', 'create', 'production', '--engine', 'web')).toMatchInlineSnapshot(`
			"Error: there is no machine "web", did you mean "web1"?
			  Machines: web1. Add one: compartment machine add web ssh://USER@HOST
			"
		`);
		expect(await shop.failure('environment', 'create', 'production', '--engine', address)).toMatchInlineSnapshot(`
			"Error: --engine takes the name of a machine, not an address: ssh://deploy@web1
			  Give it a name first: compartment machine add web1 ssh://deploy@web1
			"
		`);
		expect((await shop.json('environment', 'list')).environments).toEqual([]);
	});

	it('refuses to move an environment, and a machine that has another engine now', async () => {
		await shop.deploy();
		answer({id: 'OTHER'});
		expect(await shop.failure('environment', 'create', 'production', '--engine', 'web1')).toMatchInlineSnapshot(`
			"Error: machine web1 has another engine than when it was added
			  If you have reinstalled it: compartment machine remove web1, then compartment machine add web1 ssh://deploy@web1
			"
		`);
		await shop.text('machine', 'remove', 'web1');
		await shop.text('machine', 'add', 'web1', address);
		expect(await shop.failure('environment', 'create', 'production', '--engine', 'web1')).toMatchInlineSnapshot(`
			"Error: environment production already runs on another engine
			  Take another name, or delete it there first: compartment environment delete production
			"
		`);
	});

	it('refuses an engine that has objects of an environment of this name', async () => {
		await shop.deploy();
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		expect(await shop.failure('environment', 'create', 'production', '--engine', 'web1')).toContain(
			'of project shop, environment production, have no state in this folder',
		);
	});

	it('refuses every other engine by its id', async () => {
		await shop.text('environment', 'create', 'production', '--engine', 'web1');
		answer({id: 'OTHER'});
		expect(await shop.failure('plan')).toMatchInlineSnapshot(`
			"Error: machine web1 has another engine than the one that environment production runs on
			  Is ssh://deploy@web1 still the right machine? See compartment machine doctor web1
			"
		`);
		answer();
		shop.answerAt('tcp://other', {
			...shop.world.engine,
			address: 'tcp://other',
			isLocal: false,
			info: async () => ({...(await shop.world.engine.info()), id: 'THIRD', address: 'tcp://other'}),
		});
		await shop.text('machine', 'add', 'other', 'tcp://other');
		expect(await shop.failure('plan', '--remote', 'other')).toMatchInlineSnapshot(`
			"Error: Environment production runs on machine web1, not on tcp://other
			  Let every command find it: compartment environment create production --engine web1
			"
		`);
	});
});

leavesNothingUntested('environments');
