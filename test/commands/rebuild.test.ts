import {randomUUID} from 'node:crypto';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {createSecretReader} from '../../source/apply/secret-reader.ts';
import {certificateKeySlot} from '../../source/state/certificates.ts';
import {isOnEngine} from '../../source/state/place.ts';
import type {State} from '../../source/state/state.ts';
import {makeTestAuthority} from '../certificates/make.ts';
import {formsOf} from '../secret-forms.ts';
import {images, openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const descriptor = (level = 'info') => `name: shop
services:
  web:
    image: "${images.good}"
    port: 8080
    domain: shop.example.com
    env: {LEVEL: ${level}, GREETING: from-the-file}
    secretFiles: {FILE_TOKEN: /etc/web/token}
    readiness: {type: http, path: /ready}
    limits: {memory: 256m, cpu: 0.5}
    volumes: {uploads: /uploads}
    connections: {store: {env: {STORE_URL: url}}}
  api: {kind: api, accessMode: public, image: "${images.good}", port: 8080}
  mail: {kind: worker, image: "${images.good}", env: {LEVEL: ${level}}, volumes: {queue: {path: /queue, exclusive: true}}}
  report: {kind: job, image: "${images.finished}", run: {command: report}}
  nightly: {kind: cron, image: "${images.finished}", schedule: {cron: 0 2 * * *}, run: {command: nightly}}
resources:
  store:
    image: "${images.postgres}"
    env: {POSTGRES_USER: app}
    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}
    ports: [5432]
    readiness: {type: tcp, port: 5432}
    volumes: {data: /var/lib/postgresql/data}
    outputs:
      url: {sensitive: true, value: 'postgres://app:\${env.POSTGRES_PASSWORD}@\${resource.host}:5432/app'}
      host: {sensitive: false, value: '\${resource.host}'}
    operations: {backup: {command: dump, env: {FORMAT: custom}}, restore: {command: restore}}
`;

const routes = `version: 1
routes:
  - {on: web, path: /api/*, to: api, stripPrefix: /api}
`;

const token = 'canary-7f3a9d/with+odd=chars&more';
const fileToken = 'canary-in-a-file-51c0/ö+?';
const sharedToken = 'canary-of-all-20e7:@/';

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	shop.write('compartment.yml', descriptor());
	shop.write('compartment.routes.yml', routes);
});

afterEach(() => shop.close());

const set = (key: string, value: string, ...words: string[]) =>
	shop.feed(value, 'variable', 'set', key, '--stdin', ...words);

/** Variables of every kind, and everything deployed. */
async function deployAll(): Promise<void> {
	await set('TOKEN', token, '--sensitive', '--service', 'web');
	await set('FILE_TOKEN', fileToken, '--sensitive', '--service', 'web');
	await set('SHARED', sharedToken, '--sensitive');
	await set('REGION', 'eu', '--plain');
	await set('GREETING', 'from-a-variable', '--plain', '--service', 'web');
	await set('TUNING', 'fast', '--plain', '--resource', 'store');
	await shop.text('variable', 'set', 'STORE_HOST', '--service', 'api', '--from-resource', 'store.host');
	await shop.deploy();
}

const lose = () => rmSync(join(shop.folder, '.compartment'), {recursive: true, force: true});
const rebuild = (...words: string[]) => shop.text('state', 'rebuild', '--auto-approve', ...words);
const state = async (): Promise<State> => (await shop.world.state())!;

const containers = async () =>
	(await shop.world.engine.observe({})).containers.map(({id, name, state: now}) => [id, name, now]).sort();

const withoutTimes = ({
	createdAt: _,
	completedAt: __,
	updatedAt: ___,
	failure: ____,
	...rest
}: Readonly<Record<string, unknown>>) => rest;

/** What a rebuilt state has to have again: everything that plans are made from, and the values. */
async function substance() {
	const current = await state();
	const {deployments, variables, volumes, resources, images: made, ...rest} = current;
	const {active, routes: served, networks, bindings, engine, lineage, project, environment} = rest;
	const secrets = createSecretReader(() => current);
	const clear = await Promise.all(
		variables.map(async ({updatedAt: _, ...each}) => {
			if (!each.isSensitive) return each;
			const {ciphertext, ...variable} = each;
			return {...variable, value: await secrets.readCiphertext(ciphertext, each.scope, each.key)};
		}),
	);
	const isOfJob = (service: string) => service === 'report' || service === 'nightly';
	return {
		...{
			engine,
			lineage,
			project,
			environment,
			networks,
			bindings: bindings.map(withoutTimes),
			variables: clear,
			routes: served,
		},
		services: Object.keys(active).sort(),
		deployments: Object.values(deployments)
			.filter(({service, containerId}) => !isOfJob(service) && containerId)
			.map(withoutTimes)
			.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1)),
		volumes: Object.entries(volumes).map(([address, {initialised: _, ...volume}]) => [address, volume]),
		resources: Object.values(resources).map(withoutTimes),
		images: Object.entries(made).map(([service, {builtAt, origin, ...image}]) => [
			service,
			isOfJob(service) ? image : {...image, builtAt, origin},
		]),
	};
}

/** Loses the state, rebuilds it, and expects that nothing is different and no plan has anything to do. */
async function expectTheSame(): Promise<void> {
	const [before, ran] = [await substance(), await containers()];
	const plan = await shop.run('plan');
	lose();
	await rebuild();
	expect(await substance()).toEqual(before);
	expect(await shop.run('plan')).toEqual(plan);
	expect(await containers()).toEqual(ran);
}

describe('state rebuild', () => {
	it('gives the same state again, and the next plan has no changes', async () => {
		await deployAll();
		await expectTheSame();
		expect(await shop.text('plan')).toContain('No changes. production matches compartment.yml.');
		await shop.deploy();
		shop.write('compartment.yml', descriptor('debug'));
		await shop.deploy();
		await expectTheSame();
	});

	it('knows held candidates', async () => {
		await deployAll();
		shop.write('compartment.yml', descriptor('debug').replace('{queue: {path: /queue, exclusive: true}}', '{}'));
		await shop.text('apply', '--hold', '--auto-approve', '--service', 'web', '--service', 'api');
		await expectTheSame();
		await shop.text('promote', '--auto-approve');
		await expectTheSame();
	});

	it('knows what is stopped', async () => {
		await deployAll();
		await shop.text('stop', '--auto-approve');
		await expectTheSame();
		await shop.text('start', '--auto-approve');
		await shop.text('resource', 'stop', '--resource', 'store');
		await expectTheSame();
	});

	it('keeps failed and previous deployments for a look at them', async () => {
		await deployAll();
		shop.write('compartment.yml', descriptor('debug'));
		await shop.deploy();
		shop.write('compartment.yml', descriptor('trace').replace(images.good, images.sick));
		expect((await shop.run('deploy')).exitCode).toBe(1);
		await expectTheSame();
		shop.write('compartment.yml', descriptor('debug'));
		await shop.text('rollback', '--auto-approve', '--service', 'web');
		await expectTheSame();
	});

	it('finds a password that was rotated since in the services that use it', async () => {
		await deployAll();
		await shop.text('resource', 'rotate', 'store', '--auto-approve');
		const [before, ran] = [await substance(), await containers()];
		const password = ({variables}: typeof before) => variables.find(({key}) => key === 'POSTGRES_PASSWORD')!;
		lose();
		expect(await rebuild()).toContain(
			'Changed since the container of its database was made, and read from the services that use it: resource.store POSTGRES_PASSWORD.',
		);
		const after = await substance();
		expect(password(after)).toEqual({
			...password(before),
			revision: expect.not.stringMatching(password(before).revision),
		});
		expect(await shop.text('plan')).toContain('No changes. production matches compartment.yml.');
		expect(await containers()).toEqual(ran);
	});

	it('shows what it will record, and tells about the access password', async () => {
		await deployAll();
		const {password} = await shop.json('access', 'show');
		lose();
		expect(await shop.run('state', 'rebuild')).toEqual({
			exitCode: 1,
			stdout: expect.any(String),
			stderr: expect.any(String),
		});
		expect(await rebuild()).toMatchInlineSnapshot(`
			"Environment production of project shop, lineage UUID.

			  OBJECT              STATE   FROM                                                  VALUES READ BACK
			  network                     compartment-shop.production
			  volume.store.data           compartment-shop.production.resource.store.data
			  volume.mail.queue           compartment-shop.production.service.mail.queue
			  volume.web.uploads          compartment-shop.production.service.web.uploads
			  resource.store              compartment-shop.production.resource.store            POSTGRES_PASSWORD, TUNING
			  service.api         active  compartment-shop.production.api.dpl_xxxxxxxxxxxxxxx   REGION, SHARED
			  service.mail        active  compartment-shop.production.mail.dpl_xxxxxxxxxxxxxxx  REGION, SHARED
			  service.web         active  compartment-shop.production.web.dpl_xxxxxxxxxxxxxxx   FILE_TOKEN, GREETING, REGION, SHARED, TOKEN
			  routes                      the router
			  service.report              compartment.yml
			  service.nightly             compartment.yml

			4 sensitive values of 7 variables will be read from the configuration of containers and sealed for you.
			Jobs have no container between their runs. These are recorded as compartment.yml declares them now, without variables that only they have: service.report, service.nightly.
			The access password is replaced by a new one, because the router has only a hash of it. Sign-in links end.
			Not rebuilt, because nothing on the engine records it: history of deployments and job runs, records of backups, other recipients of sensitive values, requests for certificates, unfinished restores and release commands, lifetime, public URL, variables that no container has.

			The access password is new. Show it with its sign-in links: compartment access show
			Rebuilt the state as serial 34. Show the difference: compartment plan
			"
		`);
		const next = await shop.json('access', 'show');
		expect(next.password).not.toBe(password);
		const [table] = shop.world.router.tables.values();
		expect(table?.accessHash).toBe((await state()).access?.headerHash);
		expect((await state()).access).not.toHaveProperty('isRotating');
	});

	it('puts no value into a label, and prints none', async () => {
		await deployAll();
		const observed = await shop.world.engine.observe({});
		const generated = observed.containers.flatMap(
			({id}) => shop.world.engine.look(id).spec.env['POSTGRES_PASSWORD'] ?? [],
		);
		const secrets = [token, fileToken, sharedToken, ...generated].flatMap(formsOf);
		expect(generated).toHaveLength(1);
		const labels = [...observed.containers, ...observed.volumes, ...observed.networks].map(({labels: own}) => own);
		const text = JSON.stringify(labels);
		expect(secrets.filter(secret => text.includes(secret))).toEqual([]);
		expect(['from-the-file', 'from-a-variable'].filter(value => text.includes(value))).toEqual([]);
		lose();
		const {stdout, stderr} = await shop.raw('state', 'rebuild', '--auto-approve', '--json');
		lose();
		const shown = await shop.raw('state', 'rebuild', '--auto-approve');
		const printed = [stdout, stderr, shown.stdout, shown.stderr].join('');
		expect(secrets.filter(secret => printed.includes(secret))).toEqual([]);
	});

	it('leaves out what has no readable label, keeps its data, and rescues its generated password', async () => {
		await deployAll();
		const {password} = Object.fromEntries(
			(await substance()).variables.flatMap(({key, value}) =>
				key === 'POSTGRES_PASSWORD' ? [['password', value]] : [],
			),
		);
		await relabel('', ({name}) => /resource|\.mail\./.test(name));
		lose();
		expect(await rebuild()).toContain('without a readable record stay out of the state: compartment-shop');
		const {resources, variables, active} = await state();
		expect({resources, services: Object.keys(active).sort()}).toEqual({
			resources: {},
			services: ['api', 'nightly', 'report', 'web'],
		});
		expect(variables.map(({key}) => key)).toContain('POSTGRES_PASSWORD');
		expect(await shop.text('plan')).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  + create   +/- replace, new one first   - delete

			Changed outside Compartment since the last apply
			  * container.compartment-shop.production.mail.dpl_xxxxxxxxxxxxxxx
			      container is running and is not in the state

			  +   volume.store.data  will be created: reuses the existing volume and its
			                         data

			  +   resource.store     will be created: its volume data is not empty
			        image                  "postgres:16@sha256:HASH________"
			        env.POSTGRES_PASSWORD  (sensitive)
			        env.POSTGRES_USER      "app"
			        hostname               "store.production.shop.resource.internal"
			        ports                  "5432"
			        volumes.data           "/var/lib/postgresql/data"

			  +   volume.mail.queue  will be created: reuses the existing volume and its
			                         data
			  +   image.mail         will be pulled: image app:good is used for the first
			                         time
			        builder: prebuilt image app:good

			  +/- service.web        will be replaced, new one first: STORE_URL changed
			        ~ env.STORE_URL  (sensitive)

			  +   service.mail       will be created: first deployment
			        image           "app:good@sha256:HASH________"
			        env.LEVEL       "info"
			        env.REGION      "eu"
			        env.SHARED      (sensitive)
			        kind            "worker"
			        restart.policy  "on-failure"
			        volumes.queue   "/queue (exclusive)"

			  -   container.compartment-shop.production.mail.dpl_xxxxxxxxxxxxxxx
			        will be deleted: it is not in the state

			Warning: Nothing runs the schedule of nightly (cron 0 2 * * *). Register the
			         project with compartment agent add, and start compartment agent run.

			11 unchanged
			Plan: 5 to create, 0 to update, 1 to replace, 1 to delete.
			"
		`);
		await shop.deploy();
		const values = (await substance()).variables.flatMap(({key, value}) =>
			key === 'POSTGRES_PASSWORD' ? [value] : [],
		);
		expect(values).toEqual([password]);
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it.each([
		['no JSON', '{'],
		['more than it should have', '{"version":1,"createdAt":"2026-01-01T00:00:00.000Z","evil":true}'],
		['too much', `"${'x'.repeat(300_000)}"`],
	])('ignores a label that has %s', async (_, label) => {
		await deployAll();
		await relabel(label);
		lose();
		await rebuild();
		const {active, resources} = await state();
		expect({services: Object.keys(active).sort(), resources}).toEqual({services: ['nightly', 'report'], resources: {}});
	});

	it('takes the routes from labels when the router is gone', async () => {
		await deployAll();
		const {routes: served} = await state();
		const {containers: all} = await shop.world.engine.observe({});
		const router = all.find(({name}) => name === 'compartment-router')!;
		await shop.world.engine.stop(router.id, 0);
		lose();
		expect(
			await shop.failure('state', 'rebuild', '--auto-approve'),
		).toBe(`Error: The router compartment-router is stopped. It knows which deployments serve.
  Start it: docker start compartment-router
`);
		await shop.world.engine.remove(router.id);
		await rebuild();
		expect((await state()).routes).toEqual(served);
		const ran = (await containers()).filter(([, name]) => name !== 'compartment-router');
		await shop.deploy();
		expect(await containers()).toEqual(expect.arrayContaining(ran));
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('is possible for somebody else, who gets the values sealed for themselves', async () => {
		await deployAll();
		const before = await substance();
		lose();
		shop.becomeAnotherUser();
		await rebuild();
		expect(await substance()).toEqual(before);
		await shop.deploy();
	});

	it('replaces a state that only has variables, and keeps it in the history', async () => {
		await deployAll();
		lose();
		await set('LATER', 'x', '--plain');
		const {lineage} = await state();
		expect(await rebuild()).toContain('The state in this folder has 1 variable and no objects. It is replaced');
		expect((await state()).lineage).not.toBe(lineage);
		expect(await shop.text('plan')).toContain('No changes.');
		expect((await shop.json('state', 'history')).entries.length).toBeGreaterThan(0);
	});

	it('reads certificates and their keys from the router', async () => {
		await deployAll();
		const authority = makeTestAuthority();
		const {chain, key} = authority.make({names: ['shop.example.com']});
		authority.close();
		shop.write('chain.pem', chain + authority.root);
		shop.write('key.pem', key);
		await shop.text('domain', 'add', 'shop.example.com', '--cert', 'chain.pem', '--key', 'key.pem');
		await shop.text('domain', 'add', 'shop.localhost');
		await shop.deploy();
		const certificates = async () => {
			const current = await state();
			const secrets = createSecretReader(() => current);
			const read = Object.entries(current.certificates ?? {}).map(
				async ([host, {ciphertext, updatedAt: _, ...rest}]) => {
					const {scope, key: name} = certificateKeySlot(host);
					return [host, {...rest, key: await secrets.readCiphertext(ciphertext, scope, name)}];
				},
			);
			return Object.fromEntries(await Promise.all(read));
		};
		const before = await certificates();
		expect(Object.keys(before).sort()).toEqual(['shop.example.com', 'shop.localhost']);
		lose();
		await rebuild();
		expect(await certificates()).toEqual(before);
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('stops a worker that the state does not know before it starts another one', async () => {
		await deployAll();
		await relabel('', ({name}) => /\.mail\.dpl/.test(name));
		lose();
		await rebuild();
		const events = await shop.jsonLines('deploy');
		const at = (type: string, address: RegExp) =>
			events.findIndex(each => each.type === type && address.test(each.address));
		const removed = at('step-done', /^container\..*\.mail\.dpl_/);
		expect(removed).toBeGreaterThan(-1);
		expect(at('step-started', /^service\.mail$/)).toBeGreaterThan(removed);
		expect((await containers()).filter(([, name]) => /\.mail\.dpl/.test(String(name)))).toHaveLength(1);
	});
});

describe('state rebuild of a damaged state', () => {
	beforeEach(async () => {
		await deployAll();
		writeFileSync(join(shop.world.directory, 'state.json'), 'damaged');
	});

	it('is left to state restore where history has a good one', async () => {
		expect(await shop.failure('state', 'rebuild', '--auto-approve')).toContain('compartment state restore');
	});

	it('keeps what is left of it', async () => {
		rmSync(join(shop.world.directory, 'history'), {recursive: true});
		expect(await shop.failure('plan')).toContain('or make the state again from what runs: compartment state rebuild');
		await rebuild();
		expect(await shop.text('plan')).toContain('No changes.');
		expect(readdirSync(join(shop.world.directory, 'history'))).toContainEqual(expect.stringMatching(/^damaged\./));
	});
});

describe('state rebuild of a state that was on the engine', () => {
	beforeEach(async () => {
		await deployAll();
		await shop.text('state', 'migrate', '--to', 'engine');
	});

	it('needs no rebuild as long as the engine has it', async () => {
		lose();
		expect(await shop.failure('state', 'rebuild', '--auto-approve')).toContain('It is not lost.');
	});

	it('writes it there again, and the folder gets a copy', async () => {
		const before = await substance();
		await shop.world.loseStates();
		for (const name of ['state.json', 'history'])
			rmSync(join(shop.world.directory, name), {recursive: true, force: true});
		await rebuild();
		expect(await substance()).toEqual(before);
		expect(await shop.text('plan')).toContain('No changes.');
		lose();
		expect(await shop.text('plan')).toContain('No changes.');
		expect(isOnEngine(shop.world.directory)).toBe(true);
	});

	it('keeps it in the folder if nothing says any more that it was there', async () => {
		const before = await substance();
		await shop.world.loseStates();
		lose();
		await rebuild();
		expect(await substance()).toEqual(before);
		expect(isOnEngine(shop.world.directory)).toBe(false);
		await shop.text('state', 'migrate', '--to', 'engine');
		expect(await shop.text('plan')).toContain('No changes.');
	});
});

describe('state rebuild is refused', () => {
	const refused = (...words: string[]) => shop.failure('state', 'rebuild', '--auto-approve', ...words);

	it('where nothing runs', async () => {
		expect(
			await refused(),
		).toBe(`Error: The engine has nothing of project shop, environment production. There is no state to rebuild.
  compartment apply
`);
	});

	it('while the state is there', async () => {
		await deployAll();
		expect(await refused()).toMatchInlineSnapshot(`
			"Error: FOLDER/.compartment/production has the state of what runs (serial 32). It is not lost.
			  Compare it with what runs: compartment plan
			"
		`);
		expect(await shop.failure('state', 'rebuild')).toContain('It is not lost.');
	});

	it('for a state that records other objects', async () => {
		await deployAll();
		await giveLineage(randomUUID(), () => true);
		expect(await refused()).toMatchInlineSnapshot(`
			"Error: FOLDER/.compartment/production has a state that records other objects (lineage UUID).
			  Look at what it records: compartment state list. If it is that of a copied folder, drop it first: compartment state forget
			"
		`);
	});

	it('without a choice where two states have objects', async () => {
		await deployAll();
		const {lineage} = await state();
		const other = randomUUID();
		await giveLineage(other, ({name}) => name.endsWith('queue'));
		lose();
		expect(await shop.raw('state', 'rebuild', '--auto-approve')).toEqual({
			exitCode: 1,
			stdout: '',
			stderr: `Error: Objects of 2 lineages of project shop, environment production, are on the engine:
${lineage}: 4 containers, 2 networks, 2 volumes
${other}: 1 volume
  compartment state rebuild --lineage ${lineage}
`,
		});
		expect(await refused('--lineage', 'ffffffff')).toContain('have lineage ffffffff');
		expect(await rebuild('--lineage', lineage)).toContain('Rebuilt the state');
		expect((await state()).lineage).toBe(lineage);
	});

	it('when the state is in another folder', async () => {
		await deployAll();
		const other = mkdtempSync(join(tmpdir(), 'compartment-rebuild-'));
		cpSync(shop.folder, other, {recursive: true});
		rmSync(join(other, '.compartment'), {recursive: true});
		expect(await shop.failure('state', 'rebuild', '--auto-approve', '--project', other)).toContain(
			`Work there: cd ${shop.folder}`.replace(shop.folder, 'FOLDER'),
		);
		rmSync(other, {recursive: true});
	});

	it('while another command works on the environment', async () => {
		await deployAll();
		lose();
		mkdirSync(shop.world.directory, {recursive: true, mode: 0o700});
		const {stderr, exitCode} = await shop.locked('state', 'rebuild', '--auto-approve');
		expect({stderr, exitCode}).toEqual({
			stderr: expect.stringContaining('The environment is locked by `compartment apply`'),
			exitCode: 3,
		});
	});

	it('without a terminal to ask on, and writes nothing', async () => {
		await deployAll();
		lose();
		const {stderr, exitCode} = await shop.run('state', 'rebuild');
		expect({stderr, exitCode}).toEqual({
			stderr: 'Error: Cannot ask for approval without a terminal.\n  compartment state rebuild --auto-approve\n',
			exitCode: 1,
		});
		expect(existsSync(join(shop.folder, '.compartment'))).toBe(false);
	});
});

it('the message of a lost state names the command first', async () => {
	await deployAll();
	lose();
	expect(await shop.failure('plan')).toMatchInlineSnapshot(`
		"Error: 4 containers, 2 networks, 3 volumes of project shop, environment production, have no state in this folder (for example compartment-shop.production.resource.store)
		  Make their state again from what the engine has: compartment state rebuild
		  Or restore the .compartment folder that created them, or rename this project.
		  To start over, keeping volumes: docker rm --force compartment-shop.production.resource.store compartment-shop.production.api.dpl_xxxxxxxxxxxxxxx compartment-shop.production.web.dpl_xxxxxxxxxxxxxxx compartment-shop.production.mail.dpl_xxxxxxxxxxxxxxx; docker network disconnect --force compartment-shop.production compartment-router; docker network rm compartment-shop.production compartment-shop.production.mesh
		  An apply also needs the volumes gone. This deletes their data: docker volume rm compartment-shop.production.resource.store.data compartment-shop.production.service.web.uploads compartment-shop.production.service.mail.queue
		"
	`);
});

it('plans of older containers stay the same without the label', async () => {
	await deployAll();
	await relabel('');
	expect(await shop.text('plan')).toContain('No changes.');
});

/** Makes objects of the environment those of another state. */
async function giveLineage(lineage: string, isWanted: (object: {readonly name: string}) => boolean): Promise<void> {
	const {containers: all, networks, volumes} = await shop.world.engine.observe({'compartment.lineage': ''});
	for (const each of [...all, ...networks, ...volumes].filter(isWanted))
		(each.labels as Record<string, string>)['compartment.lineage'] = lineage;
}

/** Gives all objects of the environment, or some of them, another record. */
async function relabel(record: string, isWanted = (_: {readonly name: string}) => true): Promise<void> {
	const {containers: all, volumes} = await shop.world.engine.observe({'compartment.record': ''});
	for (const each of [...all, ...volumes].filter(isWanted))
		(each.labels as Record<string, string>)['compartment.record'] = record;
}
