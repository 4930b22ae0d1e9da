import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {adoptingDescriptor, composePassword, composeUp} from '../apply/compose-project.ts';
import {leavesNothingUntested} from './proofs.ts';
import {images, openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	shop.write('compartment.yml', adoptingDescriptor);
	rmSync(join(shop.folder, 'compartment.routes.yml'));
});

afterEach(() => shop.close());

const adopt = () => shop.text('adopt', '--compose', 'old', '--auto-approve');

describe('adopt', () => {
	it('takes over a Compose project', async () => {
		const old = await composeUp(shop.world);
		expect(await adopt()).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  + create   @ adopt

			  + network            will be created: first deployment
			  + router             will be created: no router runs on this engine yet
			  @ volume.db.data     will be adopted with its data: old_data keeps its name
			                       and its data
			  @ resource.db        will be adopted, recreated on its volumes: its label
			                       com.docker.compose.project, by which docker compose down
			                       would remove it; POSTGRES_PASSWORD is taken from the
			                       container
			  @ volume.mail.spool  will be adopted with its data: old_spool keeps its name
			                       and its data
			  + image.web          will be pulled: image app:good is used for the first time
			      builder: prebuilt image app:good
			  + image.mail         will be pulled: image app:good is used for the first time
			      builder: prebuilt image app:good

			  @ service.web        will be adopted, new one first: container old-web-1 stops
			                       when the new deployment serves; API_KEY is taken from the
			                       container
			      image             "app:good@sha256:HASH________"
			      env.API_KEY       (known after apply)
			      env.DATABASE_URL  (known after apply)
			      kind              "web"
			      port              "8080"
			      restart.policy    "on-failure"

			  @ service.mail       will be adopted, old one stopped first: container
			                       old-mail-1 stops before the new deployment starts
			      image           "app:good@sha256:HASH________"
			      kind            "worker"
			      restart.policy  "on-failure"
			      volumes.spool   "/spool (exclusive)"

			  + routes             will be created: first deployment
			      access.web           "public"
			      host.shop.localhost  "web"

			Warning: service.web: port 0.0.0.0:8081, which old-web-1 publishes, is not
			         published any more. The router serves services at their own hosts

			Plan: 5 to create, 0 to update, 0 to replace, 5 to adopt, 0 to delete.
			Applying 10 steps, run run_xxxxxxxxxxxxxxx
			image.web          started
			image.mail         started
			image.web          done in 0s
			image.mail         done in 0s
			network            started
			volume.db.data     started
			volume.mail.spool  started
			volume.db.data     done in 0s
			volume.mail.spool  done in 0s
			network            done in 0s
			router             started
			router             starting compartment-router on 127.0.0.1:9080
			router             waiting for the router to answer
			router             done in 0s
			resource.db        started
			resource.db        stopping the adopted container
			resource.db        starting
			resource.db        port 5432 → 200 OK, try 1
			resource.db        done in 0s
			service.web        started
			service.web        starting
			service.web        no readiness declared, port 8080 → 200 OK
			service.web        ready, waiting for the switch
			service.mail       started
			service.mail       stopping the adopted container
			service.mail       starting
			service.mail       ready, waiting for the switch
			routes             started
			routes             done in 0s
			service.web        stopping the adopted container
			service.mail       done in 0s
			service.web        done in 0s
			Adopted old-db-1, old-web-1, old-mail-1. They are stopped and kept; docker compose down, or docker rm, removes what is left of them.
			Apply done in 0s: 10 done.
			web active at http://shop.localhost:9080
			Resource db at db.production.shop.resource.internal
			"
		`);
		for (const id of Object.values(old))
			expect(shop.world.engine.look(id)).toMatchObject({state: 'exited', restart: {policy: 'no'}});
		const state = (await shop.world.state())!;
		expect(state.volumes['volume.db.data']).toMatchObject({name: 'old_data', isExternal: true});
		const db = shop.world.engine.look(state.resources['db']!.containerId);
		expect(db.spec.env).toEqual({POSTGRES_USER: 'app', POSTGRES_PASSWORD: composePassword});
		expect(Object.keys(db.spec.volumes!)).toEqual(['old_data']);
		expect([...db.attachments.keys()]).toEqual(['compartment-shop.production']);
		const web = shop.world.engine.look(state.deployments[state.active['web']!]!.containerId!);
		expect(web.spec.env).toMatchObject({API_KEY: 'canary-of-the-key', PORT: '8080'});
		expect(JSON.stringify(state)).not.toContain('canary');
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('says every change as JSON, and no value', async () => {
		await composeUp(shop.world);
		const {stdout} = await shop.raw('adopt', '--compose', 'old', '--auto-approve', '--json');
		const events = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(events[0].plan.summary).toMatchObject({adopt: 5, blocked: 0});
		const adopted = events[0].plan.changes.filter(({kind}: {kind: string}) => kind === 'adopt');
		expect(adopted.map(({address, sign, order}: Record<string, unknown>) => [address, sign, order])).toEqual([
			['volume.db.data', '@', null],
			['resource.db', '@', 'destroy-first'],
			['volume.mail.spool', '@', null],
			['service.web', '@', 'create-first'],
			['service.mail', '@', 'destroy-first'],
		]);
		expect(events.at(-1)).toMatchObject({type: 'summary', outcome: 'done', failed: 0});
		for (const secret of [composePassword, 'canary-of-the-key', encodeURIComponent(composePassword)])
			expect(stdout).not.toContain(secret);
	});

	it('asks before it changes anything', async () => {
		const old = await composeUp(shop.world);
		const {stderr, exitCode} = await shop.run('adopt', '--compose', 'old');
		expect({stderr, exitCode}).toEqual({
			exitCode: 1,
			stderr: expect.stringContaining('compartment adopt --compose old --auto-approve'),
		});
		for (const id of Object.values(old)) expect(shop.world.engine.look(id).state).toBe('running');
	});

	it('takes single containers by name, and the others later', async () => {
		const old = await composeUp(shop.world);
		await shop.text('adopt', 'old-db-1=db', '--auto-approve');
		const {state} = shop.world.engine.look(old.db);
		expect(state).toBe('exited');
		const networks = async () => {
			const {containerId} = (await shop.world.state())!.resources['db']!;
			return [...shop.world.engine.look(containerId).attachments.entries()];
		};
		// What was not adopted yet still reaches it, whatever replaces its container.
		const reached = ['old_default', expect.objectContaining({aliases: ['db', 'old-db-1']})];
		expect(await networks()).toContainEqual(reached);
		await shop.text('apply', '--service', 'web', '--replace', 'resource.db', '--auto-approve');
		expect(await networks()).toContainEqual(reached);
		expect(await shop.text('adopt', 'old-web-1', 'old-mail-1', '--auto-approve')).toContain('Apply done');
		expect((await networks()).map(([name]) => name)).toEqual(['compartment-shop.production']);
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('refuses what it cannot map, and says why', async () => {
		await composeUp(shop.world);
		expect(await shop.failure('adopt')).toMatchInlineSnapshot(`
			"Error: Name the containers to adopt, or their Compose project.
			  compartment adopt --compose PROJECT
			"
		`);
		expect(await shop.failure('adopt', '--compose', 'nothing', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: No container of the Compose project nothing was found.
			  docker ps shows what runs. Compose names a project after its folder, unless its file has a name
			"
		`);
		expect(await shop.failure('adopt', 'nothing=db', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: No container is called nothing.
			  docker ps -a shows all names
			"
		`);
		expect(await shop.failure('adopt', 'old-web-1=db', 'old-db-1=db', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: old-web-1 and old-db-1 cannot both become resource db.
			  Name the one that has the data
			"
		`);
		shop.write(
			'compartment.yml',
			adoptingDescriptor
				.replace('  mail:', '  post:')
				.replace('  db:\n    image', '  store:\n    image')
				.replace('connections: {db:', 'connections: {store:'),
		);
		expect(await shop.failure('adopt', '--compose', 'old', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: compartment.yml declares nothing for old-db-1 (db), old-mail-1 (mail)
			  Declare it, or say what it becomes: old-db-1=NAME, with one of web, post, store
			"
		`);
	});

	it('refuses what Compartment made', async () => {
		await shop.deploy();
		const {containerName} = (await shop.world.state())!.resources['db']!;
		expect(await shop.failure('adopt', `${containerName}=db`, '--auto-approve')).toMatchInlineSnapshot(`
			"Error: Container compartment-shop.production.resource.db was made by Compartment already.
			  compartment status
			"
		`);
	});

	const blockedLines = async (): Promise<string> => {
		const {stdout, exitCode} = await shop.run('adopt', '--compose', 'old', '--auto-approve');
		expect(exitCode).toBe(1);
		return stdout.slice(stdout.indexOf('Blocked'), stdout.indexOf('Warning'));
	};

	it('is blocked where data would not come along', async () => {
		await composeUp(shop.world, {
			db: {volumes: {}, binds: {'/srv/data': {path: '/var/lib/postgresql/data'}}},
			mail: {volumes: {old_spool: {path: '/spool'}, old_more: {path: '/more'}}},
		});
		expect(await blockedLines()).toMatchInlineSnapshot(`
			"Blocked: nothing runs until this is resolved
			  ! volume.db.data     Container old-db-1 has a folder of the machine,
			                       /srv/data, at /var/lib/postgresql/data, not a volume.
			      → stop old-db-1, copy that data into a volume, start it on the volume, and adopt it again

			  ! service.mail       Container old-mail-1 has volume old_more at /more, which
			                       compartment.yml does not declare.
			      → declare a volume of mail that is mounted at /more

			"
		`);
	});

	it('is blocked where a database would not accept its password', async () => {
		await composeUp(shop.world, {
			db: {env: {POSTGRES_USER: 'app'}, volumes: {old_data: {path: '/var/lib/postgresql/data'}}},
		});
		expect(await blockedLines()).toMatchInlineSnapshot(`
			"Blocked: nothing runs until this is resolved
			  ! resource.db        POSTGRES_PASSWORD of resource db is not among the
			                       variables of container old-db-1, and PostgreSQL keeps the
			                       value that initialised its data.
			      → compartment variable set POSTGRES_PASSWORD --resource db --sensitive --stdin

			"
		`);
	});

	it('is blocked where a database was initialised with another name', async () => {
		await composeUp(shop.world, {db: {env: {POSTGRES_USER: 'somebody-else', POSTGRES_PASSWORD: 'x'}}});
		const text = await blockedLines();
		expect(text).toMatchInlineSnapshot(`
			"Blocked: nothing runs until this is resolved
			  ! resource.db        POSTGRES_USER of resource db differs from that of
			                       container old-db-1, and PostgreSQL keeps the value that
			                       initialised its data.
			      → give POSTGRES_USER in compartment.yml the value that the container has

			"
		`);
		expect(text).not.toContain('somebody-else');
	});

	it('compares a stored password with that of the container, before anything changes', async () => {
		const old = await composeUp(shop.world);
		await shop.feed('another', 'variable', 'set', 'POSTGRES_PASSWORD', '--resource', 'db', '--sensitive', '--stdin');
		const {stdout, exitCode} = await shop.run('adopt', '--compose', 'old', '--auto-approve');
		expect(exitCode).toBe(1);
		expect(stdout.slice(stdout.indexOf('Blocked'), stdout.indexOf('Warning'))).toMatchInlineSnapshot(`
			"Blocked: nothing runs until this is resolved
			  ! resource.db        POSTGRES_PASSWORD of resource db is stored with another
			                       value than container old-db-1 has, and PostgreSQL keeps
			                       the value that initialised its data.
			      → compartment variable remove POSTGRES_PASSWORD --resource db, then that of the container is taken

			"
		`);
		for (const id of Object.values(old)) expect(shop.world.engine.look(id).state).toBe('running');
		await shop.text('variable', 'remove', 'POSTGRES_PASSWORD', '--resource', 'db');
		expect(await adopt()).toContain('Apply done');
	});

	it('gives the database back when ours does not become ready', async () => {
		const old = await composeUp(shop.world);
		shop.write('compartment.yml', adoptingDescriptor.replace(images.postgres, images.crashing));
		const {exitCode} = await shop.run('adopt', '--compose', 'old', '--auto-approve');
		expect(exitCode).toBe(1);
		expect(shop.world.engine.look(old.db)).toMatchObject({state: 'running', restart: {policy: 'always'}});
	});
});

describe('a container that is adopted in place', () => {
	/** Without Compose, so that nothing removes it. */
	const plain = {db: {labels: {}}};

	it('goes on running, and is replaced as any other', async () => {
		const {db} = await composeUp(shop.world, plain);
		const {startedAt} = shop.world.engine.look(db);
		const text = await shop.text('adopt', 'old-db-1=db', '--auto-approve');
		expect(text.slice(0, text.indexOf('Applying'))).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  + create   @ adopt

			  + network         will be created: first deployment
			  + router          will be created: no router runs on this engine yet
			  @ volume.db.data  will be adopted with its data: old_data keeps its name and
			                    its data
			  @ resource.db     will be adopted in place: it matches and is not restarted;
			                    POSTGRES_PASSWORD is taken from the container

			6 unchanged
			Plan: 2 to create, 0 to update, 0 to replace, 2 to adopt, 0 to delete.
			"
		`);
		expect(shop.world.engine.look(db)).toMatchObject({
			name: 'compartment-shop.production.resource.db',
			state: 'running',
			startedAt,
		});
		expect(await shop.text('status')).toMatch(/^db +healthy/m);
		await shop.deploy();
		expect(await shop.text('plan')).toContain('No changes.');
		await shop.text('resource', 'stop', '--resource', 'db');
		expect(shop.world.engine.look(db).state).toBe('exited');
		await shop.text('resource', 'start', '--resource', 'db');
		expect(shop.world.engine.look(db).state).toBe('running');
		expect(await shop.text('adopt', 'compartment-shop.production.resource.db=db', '--auto-approve')).toContain(
			'No changes.',
		);
		await shop.text('apply', '--replace', 'resource.db', '--auto-approve');
		await expect(shop.world.engine.inspectContainer(db)).resolves.toBeUndefined();
		expect(await shop.text('plan')).toContain('No changes.');
		await shop.text('destroy', '--auto-approve');
	});

	it('is removed with its environment', async () => {
		const {db} = await composeUp(shop.world, plain);
		await shop.text('adopt', 'old-db-1=db', '--auto-approve');
		await shop.text('destroy', '--delete-data', '--auto-approve');
		await expect(shop.world.engine.inspectContainer(db)).resolves.toBeUndefined();
		expect((await shop.world.engine.observe({})).volumes.map(({name}) => name)).toContain('old_data');
	});

	it('is one of Compose only on request, with a warning', async () => {
		await composeUp(shop.world);
		const text = await shop.text('adopt', '--compose', 'old', '--in-place', '--auto-approve');
		expect(text.replace(/\s+/g, ' ')).toContain(
			'@ resource.db will be adopted in place: it matches and is not restarted',
		);
		expect(text.slice(text.indexOf('Warning: resource'), text.indexOf('Plan:'))).toMatchInlineSnapshot(`
			"Warning: resource.db: docker compose down would remove old-db-1 until it is
			         replaced: compartment apply --replace resource.db

			"
		`);
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('is made again if it differs, and the plan says in what', async () => {
		await composeUp(shop.world, {
			db: {
				labels: {},
				env: {POSTGRES_USER: 'app', POSTGRES_PASSWORD: composePassword, LOG: 'canary-of-the-log'},
				command: ['postgres', '-c', 'canary=1'],
				user: '999',
				publish: {5432: {host: '0.0.0.0', port: 5433}},
			},
		});
		shop.write('compartment.yml', adoptingDescriptor.replace('{POSTGRES_USER: app}', '{POSTGRES_USER: app, LOG: all}'));
		const {stdout} = await shop.run('adopt', 'old-db-1=db', '--auto-approve');
		expect(stdout.slice(stdout.indexOf('  @ resource'), stdout.indexOf('Plan:'))).toMatchInlineSnapshot(`
			"  @ resource.db     will be adopted, recreated on its volumes: command changed;
			                    LOG changed; user removed; POSTGRES_PASSWORD is taken from
			                    the container
			      - command  (sensitive)
			      ~ env.LOG  (sensitive) → "all"

			Warning: resource.db: port 0.0.0.0:5433, which old-db-1 publishes, is not
			         published any more. The router serves services at their own hosts

			6 unchanged
			"
		`);
		expect(stdout).not.toContain('canary');
	});
});

describe('an external volume', () => {
	const volumes = async () => (await shop.world.engine.observe({})).volumes.map(({name}) => name);

	it('is listed as such, and stays when everything else is destroyed', async () => {
		await composeUp(shop.world);
		await adopt();
		expect(await shop.text('volume', 'list')).toMatchInlineSnapshot(`
			"db.data	/var/lib/postgresql/data	db	old_data (external)
			mail.spool	/spool	mail	old_spool (external)
			"
		`);
		const destroyed = await shop.text('destroy', '--delete-data', '--auto-approve');
		expect(destroyed.slice(0, destroyed.indexOf('Applying'))).toMatchInlineSnapshot(`
			"compartment plan · shop › production · destroy
			Removes everything in production except its volumes.

			  - delete

			  - routes        will be deleted: the environment will no longer be reachable
			  - service.mail  will be deleted: all its containers are removed, including
			                  retained ones
			  - service.web   will be deleted: all its containers are removed, including
			                  retained ones
			  - resource.db   will be deleted: its container is removed
			  - router        will be deleted: no other environment uses it
			  - network       will be deleted: nothing uses it any more; built images are
			                  removed too

			Warning: volume.db.data is kept: old_data is external. To delete it too:
			         compartment destroy --delete-data --delete-external db.data
			Warning: volume.mail.spool is kept: old_spool is external. To delete it too:
			         compartment destroy --delete-data --delete-external mail.spool

			Plan: 0 to create, 0 to update, 0 to replace, 6 to delete.
			"
		`);
		expect(await volumes()).toEqual(expect.arrayContaining(['old_data', 'old_spool']));
		// Its data is there for the next life of the environment.
		await shop.deploy();
		const {containerId} = (await shop.world.state())!.resources['db']!;
		expect(Object.keys(shop.world.engine.look(containerId).spec.volumes!)).toEqual(['old_data']);
	});

	it('is deleted by its name', async () => {
		await composeUp(shop.world);
		await adopt();
		for (const name of ['old-db-1', 'old-web-1', 'old-mail-1']) await shop.world.engine.remove(name);
		expect(await shop.failure('destroy', '--delete-external', 'db.dat', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: --delete-external db.dat: environment production has no external volume of this name
			  It has db.data, mail.spool
			"
		`);
		await shop.text('destroy', '--delete-external', 'db.data', '--auto-approve');
		expect(await volumes()).toEqual(expect.arrayContaining(['old_spool']));
		expect(await volumes()).not.toContain('old_data');
	});

	it('is kept when its resource is deleted with its data', async () => {
		await composeUp(shop.world);
		await adopt();
		await shop.text('resource', 'delete', '--resource', 'db', '--delete-data', '--yes');
		expect(await volumes()).toContain('old_data');
		await shop.deploy();
		const {containerId} = (await shop.world.state())!.resources['db']!;
		expect(shop.world.engine.look(containerId).spec.env['POSTGRES_PASSWORD']).toBe(composePassword);
	});

	it('has one user: nothing of ours starts beside a container that is not', async () => {
		const old = await composeUp(shop.world);
		await adopt();
		await shop.world.engine.start(old.db);
		expect(await shop.text('plan')).toMatchInlineSnapshot(`
			"compartment plan · shop › production

			Warning: resource.db: container old-db-1 runs on its volume old_data too. Stop
			         it

			No changes. production matches compartment.yml.
			"
		`);
		await shop.text('resource', 'delete', '--resource', 'db', '--yes');
		expect((await shop.run('plan')).stdout).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  ! blocked

			Blocked: nothing runs until this is resolved
			  ! resource.db  Container old-db-1, which Compartment did not make, runs on
			                 volume old_data.
			      → stop it, or take it over: compartment adopt old-db-1=db

			9 unchanged
			Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 1 blocked.
			"
		`);
	});

	it('is found again when a lost state is rebuilt', async () => {
		await composeUp(shop.world);
		await adopt();
		rmSync(shop.world.directory, {recursive: true});
		await shop.text('state', 'rebuild', '--auto-approve');
		const {volumes: found} = (await shop.world.state())!;
		expect(found['volume.db.data']).toMatchObject({name: 'old_data', isExternal: true});
		expect(found['volume.mail.spool']).toMatchObject({name: 'old_spool', isExternal: true});
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('that is gone is not made again', async () => {
		const old = await composeUp(shop.world);
		await adopt();
		const {resources} = (await shop.world.state())!;
		for (const id of [old.db, resources['db']!.containerId]) await shop.world.engine.remove(id);
		await shop.world.engine.removeVolume('old_data');
		expect((await shop.run('plan')).stdout).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  + create   ! blocked

			Changed outside Compartment since the last apply
			  * volume.db.data  volume was removed outside Compartment, its data is gone
			  * resource.db     container was removed outside Compartment

			  + resource.db     will be created: container was removed outside Compartment

			Blocked: nothing runs until this is resolved
			  ! volume.db.data  External volume old_data no longer exists, and its data is
			                    gone.
			      → docker volume create old_data makes an empty one. Or go on with another volume: declare a new handle instead of data of db

			8 unchanged
			Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 1 blocked.
			"
		`);
	});
});

leavesNothingUntested('adoption');
