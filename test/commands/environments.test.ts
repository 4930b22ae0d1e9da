import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest';
import {withoutSteps} from './mask.ts';
import {leavesNothingUntested} from './proofs.ts';
import {openShop, type Shop, unknownEnvironment} from './shop.ts';

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
		const counts = {services: 4, resources: 1, updatedAt: expect.any(String), expiresAt: null, problem: null};
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

describe('environment create', () => {
	beforeEach(async () => {
		shop = await openShop();
		await shop.deploy();
	});

	afterEach(() => shop.close());

	it('keeps the state of a new environment on the engine', async () => {
		expect(await shop.text('environment', 'create', 'staging', '--state', 'engine')).toMatchInlineSnapshot(`
			"Environment staging will have its state on the engine. Deploy it: compartment apply --env staging
			"
		`);
		await shop.deploy('staging');
		expect(await shop.json('state', 'migrate', '--env', 'staging')).toMatchObject({hasMoved: false});
		rmSync(join(shop.folder, '.compartment', 'staging'), {recursive: true});
		expect(await shop.text('environment', 'create', 'staging', '--state', 'engine')).toMatchInlineSnapshot(`
			"Environment staging is on the engine already; this folder uses its state now.
			"
		`);
		expect(await shop.text('plan', '--env', 'staging')).toMatch(/^No changes\./m);
	});

	it('keeps it in the folder by default, on an engine of this machine', async () => {
		expect(await shop.json('environment', 'create', 'staging')).toEqual({
			environment: {name: 'staging'},
			state: 'local',
		});
	});

	it('is refused for one that exists', async () => {
		expect(await shop.failure('environment', 'create', 'production')).toMatchInlineSnapshot(`
			"Error: Environment production exists already.
			  To share its state through the engine: compartment state migrate --to engine
			"
		`);
	});
});

leavesNothingUntested('environments');
