import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {EngineError} from '../../source/errors.ts';
import {withoutSteps} from './mask.ts';
import {leavesNothingUntested} from './proofs.ts';
import {runLine} from './run-line.ts';
import {descriptor, images, openShop, type Shop, unknownEnvironment} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
});

afterEach(() => shop.close());

const noApproval = (line: string): string =>
	`Error: Cannot ask for approval: there is no terminal, or CI, TERM=dumb or --plain is set. Nothing was changed.\n  compartment ${line} --auto-approve\n`;

const summary = {type: 'summary', outcome: 'done', failed: 0, skipped: 0};

/** The events of an apply as JSON: its plan first, its summary last. */
async function eventsOf(...words: readonly string[]) {
	const events = await shop.jsonLines(...words);
	expect(events[0]).toMatchObject({type: 'plan', plan: {format: 1, project: 'shop'}});
	expect(events[1]).toMatchObject({type: 'apply-started', run: expect.stringMatching(/^run_/)});
	expect(events.at(-1)).toMatchObject(summary);
	return events;
}

const activeWeb = async (): Promise<string> => (await shop.world.state())!.active['web']!;

const change = (image: string): void =>
	shop.write('compartment.yml', descriptor.replace(`web, image: "${images.good}"`, `web, image: "${image}"`));

describe('plan', () => {
	it('shows what a first apply creates, and why', async () => {
		expect(await shop.text('plan')).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  + create

			  + network         will be created: first deployment
			  + router          will be created: no router runs on this engine yet
			  + volume.db.data  will be created: first deployment

			  + resource.db     will be created: first deployment
			      image         "db:1@sha256:HASH________"
			      hostname      "db.production.shop.resource.internal"
			      volumes.data  "/data"

			  + image.web       will be pulled: image app:good is used for the first time
			      builder: prebuilt image app:good
			  + image.api       will be pulled: image app:good is used for the first time
			      builder: prebuilt image app:good
			  + image.tidy      will be pulled: image app:finished is used for the first
			                    time
			      builder: prebuilt image app:finished
			  + image.sweep     will be pulled: image app:crashing is used for the first
			                    time
			      builder: prebuilt image app:crashing

			  + service.web     will be created: first deployment
			      image              "app:good@sha256:HASH________"
			      env.DATABASE_HOST  "from db.host"
			      kind               "web"
			      port               "8080"
			      restart.policy     "on-failure"

			  + service.api     will be created: first deployment
			      image           "app:good@sha256:HASH________"
			      kind            "api"
			      port            "8080"
			      restart.policy  "on-failure"

			  + service.tidy    will be created: first deployment
			      image           "app:finished@sha256:HASH________"
			      command         "tidy up"
			      kind            "job"
			      restart.policy  "on-failure"

			  + service.sweep   will be created: first deployment
			      image           "app:crashing@sha256:HASH________"
			      command         "sweep"
			      kind            "job"
			      restart.policy  "on-failure"

			  + routes          will be created: first deployment
			      access.api           "authenticated"
			      access.web           "authenticated"
			      host.shop.localhost  "web"
			      rules.web            "/api/* → api"

			Plan: 13 to create, 0 to update, 0 to replace, 0 to delete.
			"
		`);
		expect(await shop.world.state()).toBeUndefined();
	});

	it('shows only what changed', async () => {
		await shop.deploy();
		expect(await shop.text('plan')).toMatchInlineSnapshot(`
			"compartment plan · shop › production

			No changes. production matches compartment.yml.
			"
		`);
		change(images.better);
		expect(await shop.text('plan')).toMatchInlineSnapshot(`
			"compartment plan · shop › production
			Brings production in line with compartment.yml.

			  ~ update   +/- replace, new one first

			  ~   image.web    will be pulled: image changed from app:good to app:better
			        builder: prebuilt image app:better

			  +/- service.web  will be replaced, new one first: image changed from app:good
			                   to app:better
			        ~ image    "app:good@sha256:HASH________"
			                 → "app:better@sha256:HASH________"

			11 unchanged
			Plan: 0 to create, 1 to update, 1 to replace, 0 to delete.
			"
		`);
	});

	it('is a document as JSON', async () => {
		await shop.deploy();
		change(images.better);
		const plan = await shop.json('plan');
		expect(plan).toMatchObject({
			format: 1,
			mode: 'apply',
			project: 'shop',
			environment: 'production',
			summary: {create: 0, replace: 1, delete: 0, blocked: 0},
			drift: [],
			warnings: [],
			blocked: [],
		});
		expect(plan.changes.map(({address, sign}: {address: string; sign: string}) => `${sign} ${address}`)).toEqual([
			'~ image.web',
			'+/- service.web',
		]);
	});

	it('prints the steps of the apply with --graph', async () => {
		await shop.deploy();
		change(images.better);
		expect(await shop.text('plan', '--graph')).toMatchInlineSnapshot(`
			"[1]  join router
			[2]  make image web  (image changed from app:good to app:better)
			[3] after 1,2  start candidate web  (image changed from app:good to app:better)
			[4] after 3  switch traffic
			[5] after 4  watch deployments
			[6] after 5  retire previous web
			[7] after 6  clean up images
			"
		`);
		const {steps} = await shop.json('plan', '--graph');
		expect(steps).toContainEqual(expect.objectContaining({task: 'start candidate', name: 'web', after: [1, 2]}));
	});

	it('exits with 2 for changes when --detailed-exitcode is given', async () => {
		expect((await shop.run('plan', '--detailed-exitcode')).exitCode).toBe(2);
		await shop.deploy();
		expect((await shop.run('plan', '--detailed-exitcode')).exitCode).toBe(0);
	});

	it('reports every mistake of compartment.yml with its place', async () => {
		shop.write('compartment.yml', 'name: shop\nservices:\n  web: {kind: site, port: 0}\n');
		expect(await shop.failure('plan')).toMatchInlineSnapshot(`
			"compartment.yml:3:3 services.web.path: is required unless image is set
			   3 |   web: {kind: site, port: 0}
			     |   ^^^
			compartment.yml:3:15 services.web.kind: must be one of web, api, static, worker, job, cron (it is "site")
			   3 |   web: {kind: site, port: 0}
			     |               ^^^^
			compartment.yml:3:27 services.web.port: must be at least 1 (it is 0)
			   3 |   web: {kind: site, port: 0}
			     |                           ^
			compartment.routes.yml:3:10 routes[0].on: must be a web, api or static service ("web" is kind: site)
			   3 |   - {on: web, path: /api/*, to: api}
			     |          ^^^
			compartment.routes.yml:3:33 routes[0].to: The requested service was not found in the compartment descriptor.
			   3 |   - {on: web, path: /api/*, to: api}
			     |                                 ^^^
			5 problems found.
			"
		`);
	});

	it('refuses a service that is not declared', async () => {
		expect(await shop.failure('plan', '--service', 'wbe')).toMatchInlineSnapshot(`
			"Error: The requested service was not found in the compartment descriptor: wbe
			  compartment.yml declares web, api, tidy, sweep
			"
		`);
	});

	it('refuses a folder that it cannot write the plan to', async () => {
		const {exitCode, stderr} = await shop.run('plan', '--out', join(shop.folder, 'missing/next.plan'));
		expect(exitCode).toBe(1);
		expect(stderr).toMatchInlineSnapshot(`
			"Error: cannot write the plan: ENOENT: no such file or directory, open 'FOLDER/missing/next.plan'
			"
		`);
	});
});

describe('apply', () => {
	it('applies an approved plan and reports each step', async () => {
		await shop.deploy();
		change(images.better);
		expect(await shop.text('apply', '--auto-approve', '--service', 'web')).toMatchInlineSnapshot(`
			"compartment plan · shop › production · only web
			Brings production in line with compartment.yml.

			  ~ update   +/- replace, new one first

			  ~   image.web    will be pulled: image changed from app:good to app:better
			        builder: prebuilt image app:better

			  +/- service.web  will be replaced, new one first: image changed from app:good
			                   to app:better
			        ~ image    "app:good@sha256:HASH________"
			                 → "app:better@sha256:HASH________"

			11 unchanged
			Plan: 0 to create, 1 to update, 1 to replace, 0 to delete.
			Applying 2 steps, run run_xxxxxxxxxxxxxxx
			image.web    started
			image.web    done in 0s
			service.web  started
			service.web  starting
			service.web  no readiness declared, port 8080 → 200 OK
			service.web  ready, waiting for the switch
			service.web  draining the previous deployment
			service.web  stopping the previous deployment, grace time 10 s
			service.web  done in 0s
			Apply done in 0s: 2 done.
			web active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
	});

	it('prints events as JSON lines', async () => {
		const events = await eventsOf('apply', '--auto-approve');
		expect(events.at(-1)).toMatchObject({
			done: 13,
			urls: [{service: 'web', url: 'http://shop.localhost:9080', accessMode: 'authenticated'}],
			resources: [{name: 'db', host: 'db.production.shop.resource.internal'}],
		});
	});

	it('shows the plan and changes nothing when it cannot ask', async () => {
		const {stdout, stderr, exitCode} = await shop.run('apply');
		expect(exitCode).toBe(1);
		expect(stdout).toContain('Plan: 13 to create');
		expect(stderr).toBe(noApproval('apply'));
		expect(await shop.world.engine.observe({})).toMatchObject({containers: []});
	});

	it('applies exactly the plan that was saved', async () => {
		const file = join(shop.folder, 'next.plan');
		await shop.text('plan', '--out', file);
		expect(await shop.text('apply', file)).toContain('Apply done in 0s: 13 done.');
	});

	it('runs a saved plan after runs and backups, which no plan is made from', async () => {
		await shop.deploy();
		shop.write('compartment.yml', descriptor.replace('port: 8080}', 'port: 8081}'));
		const file = join(shop.folder, 'next.plan');
		await shop.text('plan', '--out', file);
		await shop.text('job', 'run', 'tidy');
		await shop.text('resource', 'backup', 'create', '--resource', 'db');
		expect(await shop.text('apply', file)).toContain('Apply done in 0s: 1 done.');
	});

	it('refuses a saved plan that is no longer true', async () => {
		await shop.deploy();
		const file = join(shop.folder, 'next.plan');
		change(images.better);
		await shop.text('plan', '--out', file);
		await shop.text('restart', 'api', '--auto-approve');
		expect((await shop.failure('apply', file)).replace(/\b\d+ to \d+\b/, 'N to M')).toMatchInlineSnapshot(`
			"Error: FOLDER/next.plan is stale, nothing was changed:
			  - the state changed from serial N to M: active deployments, deployments
			  - container compartment-shop.production.api.dpl_xxxxxxxxxxxxxxx changed
			  - container compartment-shop.production.api.dpl_xxxxxxxxxxxxxxx appeared
			  compartment plan --out FOLDER/next.plan
			"
		`);
	});

	it('applies the plan of another machine for a new environment with its passphrase', async () => {
		const file = join(shop.folder, 'next.plan');
		const planned = await shop.run('plan', '--out', file);
		expect(planned.stderr).toContain('only this machine can apply the plan');
		shop.becomeAnotherUser();
		expect(await shop.failure('apply', file)).toMatch(
			/no key for its environment\n.*COMPARTMENT_PASSPHRASE is the same/,
		);

		const shared = {COMPARTMENT_PASSPHRASE: 'correct horse battery staple'};
		const made = await runLine(shop.folder, '', ['plan', '--out', file], shared);
		expect(made).toMatchObject({exitCode: 0, stderr: ''});
		shop.becomeAnotherUser();
		const other = await runLine(shop.folder, '', ['apply', file], {COMPARTMENT_PASSPHRASE: 'wrong'});
		expect(other).toMatchObject({exitCode: 1, stderr: expect.stringContaining('need the same one')});
		const applied = await runLine(shop.folder, '', ['apply', file], shared);
		expect(applied, applied.stderr).toMatchObject({exitCode: 0});
	});

	it('applies the plan of another machine if the state on the engine is sealed for this one', async () => {
		await shop.deploy();
		await shop.text('state', 'migrate', '--to', 'engine');
		const file = join(shop.folder, 'next.plan');
		change(images.better);
		await shop.text('plan', '--out', file);
		const identity = readFileSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'identity'));
		shop.becomeAnotherUser();
		writeFileSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'identity'), identity, {mode: 0o600});
		rmSync(join(shop.folder, '.compartment'), {recursive: true});
		expect(await shop.text('apply', file)).toContain('Apply done in 0s');
	});

	it('refuses a file that is no plan', async () => {
		writeFileSync(join(shop.folder, 'next.plan'), 'hello');
		expect(await shop.failure('apply', join(shop.folder, 'next.plan'))).toMatchInlineSnapshot(`
			"Error: FOLDER/next.plan is not a saved plan: it is not valid JSON
			  compartment plan --out FILE
			"
		`);
		expect(await shop.failure('apply', join(shop.folder, 'missing.plan'))).toMatchInlineSnapshot(`
			"Error: Cannot read the saved plan FOLDER/missing.plan: there is no such file
			  compartment plan --out FOLDER/missing.plan
			"
		`);
	});

	it('reports a service that does not become ready, and keeps the active one', async () => {
		await shop.deploy();
		const before = await activeWeb();
		change(images.crashing);
		const {stdout, stderr, exitCode} = await shop.run('apply', '--auto-approve');
		expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 1});
		expect(stdout.slice(stdout.indexOf('Applying'))).toMatchInlineSnapshot(`
			"Applying 2 steps, run run_xxxxxxxxxxxxxxx
			image.web    started
			image.web    done in 0s
			service.web  started
			service.web  starting
			web │ it broke
			service.web  failed after 0s: Your program exited with code 1 at startup.
			  exit code: 1
			  last line:
			    │ it broke
			Apply failed after 0s: 1 done, 1 failed.
			web still active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
		expect(await activeWeb()).toBe(before);
	});

	it('holds ready candidates with --hold', async () => {
		await shop.deploy();
		const before = await activeWeb();
		change(images.better);
		expect(await shop.text('apply', '--hold', '--auto-approve')).toContain(
			'service.web: candidate dpl_xxxxxxxxxxxxxxx is held: compartment promote, or compartment promote --discard\n',
		);
		expect(await activeWeb()).toBe(before);
	});

	it('does nothing when nothing changed', async () => {
		await shop.deploy();
		expect(await shop.text('apply')).toContain('No changes. production matches compartment.yml.');
	});

	it('fails with exit code 3 while another command works on the environment', async () => {
		const {exitCode, stderr} = await shop.locked('apply', '--auto-approve');
		expect(exitCode).toBe(3);
		expect(stderr).toMatch(/^Error: The environment is locked by `compartment apply` of USER \(process \d+ on /);
		expect(stderr).toContain('\n  Wait for it: compartment apply --auto-approve --lock-timeout 30s\n');
	});

	it.each([
		[
			['--parallelism', '0'],
			"option '--parallelism <count>' argument '0' is invalid. It must be a whole number from 1 to 100.",
		],
		[['--release', 'maybe'], "option '--release <what>' argument 'maybe' is invalid. Allowed choices are again, done."],
		[['--env', ''], "option '--env <name>' argument '' is invalid."],
		[['--lock-timeout', 'soon'], "option '--lock-timeout <time>' argument 'soon' is invalid."],
		[['--autoapprove'], "unknown option '--autoapprove'\n(Did you mean --auto-approve?)"],
	])('refuses %j', async (flags, message) => {
		expect(await shop.failure('apply', ...flags)).toContain(`error: ${message}`);
	});

	it('refuses a label of two lines', async () => {
		expect(await shop.failure('apply', '--label', 'a\nb')).toMatchInlineSnapshot(`
			"Error: Label must use printable single-line text of 1 to 100 characters.
			"
		`);
	});
});

describe('deploy', () => {
	it('goes ahead without a terminal', async () => {
		const printed = await shop.text('deploy');
		expect(printed).toContain('Apply done in 0s: 13 done.\n');
		expect(Object.keys((await shop.world.state())!.active).sort()).toEqual(['api', 'sweep', 'tidy', 'web']);
	});

	it('prints events as JSON lines', async () => {
		await eventsOf('deploy');
	});

	it('keeps its label with the deployment', async () => {
		await shop.text('deploy', '--label', 'first try');
		expect((await shop.world.state())!.deployments[await activeWeb()]).toMatchObject({label: 'first try'});
	});

	it('refuses an environment whose state is of another project', async () => {
		await shop.deploy();
		shop.write('compartment.yml', descriptor.replace('name: shop', 'name: office'));
		expect(await shop.failure('deploy')).toMatchInlineSnapshot(`
			"Error: the state in FOLDER/.compartment/production is of project shop, but compartment.yml names office
			  If this folder is a copy of another project's: compartment state forget. If the project was renamed: rename it back, compartment destroy, then rename, because a project's name is part of every object it has.
			"
		`);
	});
});

describe('destroy', () => {
	it('removes everything but the volumes', async () => {
		await shop.deploy();
		const printed = await shop.text('destroy', '--auto-approve');
		expect(withoutSteps(printed)).toMatchInlineSnapshot(`
			"compartment plan · shop › production · destroy
			Removes everything in production except its volumes.

			  - delete

			  - routes         will be deleted: the environment will no longer be reachable
			  - service.api    will be deleted: all its containers are removed, including
			                   retained ones
			  - service.sweep  will be deleted: all its containers are removed, including
			                   retained ones
			  - service.tidy   will be deleted: all its containers are removed, including
			                   retained ones
			  - service.web    will be deleted: all its containers are removed, including
			                   retained ones
			  - resource.db    will be deleted: its container is removed
			  - router         will be deleted: no other environment uses it
			  - network        will be deleted: nothing uses it any more; built images are
			                   removed too

			Plan: 0 to create, 0 to update, 0 to replace, 8 to delete.
			Applying 8 steps, run run_xxxxxxxxxxxxxxx
			Destroyed in 0s: 8 done.
			Kept volume db.data: the next apply reuses it.
			Delete it: compartment destroy --delete-data
			"
		`);
		const {containers, volumes} = await shop.world.engine.observe({});
		expect([containers.length, volumes.length]).toEqual([0, 1]);
	});

	it('removes the volumes too with --delete-data', async () => {
		await shop.deploy();
		expect(await shop.text('destroy', '--delete-data', '--auto-approve')).toContain('volume.db.data  done');
		expect((await shop.world.engine.observe({})).volumes).toEqual([]);
	});

	it('prints events as JSON lines', async () => {
		await shop.deploy();
		expect((await eventsOf('destroy', '--auto-approve')).at(-1)).toMatchObject({keptVolumes: ['volume.db.data']});
	});

	it('removes nothing when it cannot ask', async () => {
		await shop.deploy();
		const {stdout, stderr, exitCode} = await shop.run('destroy');
		expect(exitCode).toBe(1);
		expect(stdout).toContain('- resource.db ');
		expect(stderr).toBe(noApproval('destroy'));
		expect((await shop.json('status')).services).toHaveLength(4);
	});

	it('is refused for an environment that does not exist, and creates nothing for it', async () => {
		await shop.deploy();
		expect(await shop.failure('destroy', '--env', 'nope', '--auto-approve')).toBe(unknownEnvironment);
		expect(existsSync(join(shop.folder, '.compartment/nope'))).toBe(false);
	});
});

describe('promote', () => {
	const hold = async () => {
		await shop.deploy();
		change(images.better);
		await shop.text('apply', '--hold', '--auto-approve');
	};

	it('makes held candidates active', async () => {
		await hold();
		const before = await activeWeb();
		expect(await shop.text('promote', '--auto-approve')).toMatchInlineSnapshot(`
			"compartment plan · shop › production · promote
			Makes the held candidates in production active.

			  ~ update

			  ~ service.web  will be updated in place: candidate dpl_xxxxxxxxxxxxxxx becomes
			                 active
			      ~ image  "app:good@sha256:HASH________" → "app:better@sha256:HASH________"

			3 unchanged
			Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.
			Applying 1 step, run run_xxxxxxxxxxxxxxx
			service.web  started
			service.web  no readiness declared, port 8080 → 200 OK
			service.web  draining the previous deployment
			service.web  stopping the previous deployment, grace time 10 s
			service.web  done in 0s
			Promoted in 0s: 1 done.
			web active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
		expect(await activeWeb()).not.toBe(before);
	});

	it('removes them with --discard', async () => {
		await hold();
		const before = await activeWeb();
		expect(await shop.text('promote', '--discard', '--auto-approve')).toMatchInlineSnapshot(`
			"compartment plan · shop › production · discard
			Removes the held candidates in production.

			  - delete

			  - candidate.web  will be deleted: candidate dpl_xxxxxxxxxxxxxxx is discarded;
			                   the active deployment keeps serving

			Plan: 0 to create, 0 to update, 0 to replace, 1 to delete.
			Applying 1 step, run run_xxxxxxxxxxxxxxx
			candidate.web  started
			candidate.web  done in 0s
			Discarded in 0s: 1 done.
			web active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
		expect(await activeWeb()).toBe(before);
		expect(await shop.text('promote', '--auto-approve')).toContain('No candidate is held in production.');
	});

	it('runs the images of another environment', async () => {
		await shop.deploy('staging');
		const events = await eventsOf('promote', '--from', 'staging', '--to', 'production', '--auto-approve');
		expect(events[0].plan).toMatchObject({environment: 'production'});
		expect((await shop.json('status')).services).toContainEqual(
			expect.objectContaining({name: 'web', health: 'healthy', image: images.good}),
		);
	});

	it.each([
		[['--to', 'staging'], '--to needs --from'],
		[['--from', 'staging', '--to', 'staging'], 'Source and target environments must be different.'],
		[['--from', 'staging', '--discard'], '--discard cannot be combined with --from'],
		[['--from', 'staging'], 'The requested environment was not found: staging'],
	])('refuses %j', async (flags, message) => {
		expect((await shop.failure('promote', ...flags, '--auto-approve')).split('\n')[0]).toBe(`Error: ${message}`);
	});

	it('refuses a service that the other environment does not run', async () => {
		await shop.deploy('staging');
		expect(await shop.failure('promote', '--from', 'staging', '--service', 'wbe')).toMatchInlineSnapshot(`
			"Error: No active deployment was found for this environment and service: staging, wbe
			  compartment status --env staging
			"
		`);
	});
});

describe('rollback', () => {
	const deployTwice = async (): Promise<string> => {
		await shop.deploy();
		const first = await activeWeb();
		change(images.better);
		await shop.deploy();
		return first;
	};

	it('runs the image of the last good deployment again, under a new id', async () => {
		const first = await deployTwice();
		expect(await shop.text('rollback', '--service', 'web', '--auto-approve')).toMatchInlineSnapshot(`
			"compartment plan · shop › production · rollback
			Rolls production back to previous deployments.

			  +/- replace, new one first

			  +/- service.web  will be replaced, new one first: rolled back to
			                   dpl_xxxxxxxxxxxxxxx from TIME________________
			        ~ image    "app:better@sha256:HASH________"
			                 → "app:good@sha256:HASH________"

			3 unchanged
			Plan: 0 to create, 0 to update, 1 to replace, 0 to delete.
			Applying 1 step, run run_xxxxxxxxxxxxxxx
			service.web  started
			service.web  starting
			service.web  no readiness declared, port 8080 → 200 OK
			service.web  ready, waiting for the switch
			service.web  draining the previous deployment
			service.web  stopping the previous deployment, grace time 10 s
			service.web  done in 0s
			Rolled back in 0s: 1 done.
			web active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
		expect(await activeWeb()).not.toBe(first);
		expect((await shop.json('status', '--service', 'web')).services).toMatchObject([{image: images.good}]);
	});

	it('runs the deployment that is named', async () => {
		const first = await deployTwice();
		const events = await eventsOf('rollback', '--service', 'web', '--to', first, '--auto-approve');
		expect(events[0].plan).toMatchObject({mode: 'rollback', services: ['web']});
	});

	it('that was interrupted after its switch is finished by the same command, which goes no step further', async () => {
		await deployTwice();
		const {engine} = shop.world;
		const {stop} = engine;
		const lost = new EngineError('cannot stop the container: the engine closed the connection');
		// The previous deployment is stopped after the switch.
		Object.assign(engine, {stop: () => Promise.reject(lost)});
		const {exitCode, stdout} = await shop.run('rollback', '--service', 'web', '--auto-approve');
		Object.assign(engine, {stop});
		expect([exitCode, stdout]).toEqual([1, expect.stringContaining(`service.web  failed after 0s: ${lost.message}`)]);
		expect(await shop.text('rollback', '--service', 'web', '--auto-approve')).toMatchInlineSnapshot(`
			"compartment plan · shop › production · rollback
			Rolls production back to previous deployments.

			  ~ update

			  ~ service.web  will be updated in place: the rollback to dpl_xxxxxxxxxxxxxxx
			                 was interrupted after the switch; this finishes it

			Warning: web already runs what the interrupted rollback chose. To go a step
			         further, roll back once more afterwards: compartment rollback

			3 unchanged
			Plan: 0 to create, 1 to update, 0 to replace, 0 to delete.
			Applying 1 step, run run_xxxxxxxxxxxxxxx
			service.web  started
			service.web  done in 0s
			Rolled back in 0s: 1 done.
			web active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
		expect(await shop.text('rollback', '--service', 'web', '--auto-approve')).toContain('+/- service.web');
	});

	it('is refused without another good deployment', async () => {
		await shop.deploy();
		expect(await shop.failure('rollback', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: No valid rollback target was found.
			  No other deployment has ever been active; failed ones do not count. compartment deployment list
			"
		`);
	});

	it('refuses a deployment that does not exist', async () => {
		await deployTwice();
		expect(
			await shop.failure('rollback', '--service', 'web', '--to', 'dpl_x', '--auto-approve'),
		).toMatchInlineSnapshot(`
			"Error: The requested deployment was not found.
			  compartment deployment list
			"
		`);
	});
});

describe('stop and start', () => {
	it('stop everything that runs, and start it again', async () => {
		await shop.deploy();
		expect(withoutSteps(await shop.text('stop', '--auto-approve'))).toMatchInlineSnapshot(`
			"compartment plan · shop › production · stop
			Stops everything that runs in production. Removes nothing.

			  ~ update

			  ~ service.api  will be updated in place: stop requested
			  ~ service.web  will be updated in place: stop requested
			  ~ resource.db  will be updated in place: stop requested

			Plan: 0 to create, 3 to update, 0 to replace, 0 to delete.
			Applying 3 steps, run run_xxxxxxxxxxxxxxx
			Stopped in 0s: 3 done.
			Resource db at db.production.shop.resource.internal
			"
		`);
		expect((await shop.json('status')).resources).toMatchObject([{name: 'db', health: 'stopped'}]);
		expect(await shop.text('start', '--auto-approve')).toContain('Started in 0s: 3 done.\n');
		expect((await shop.json('status')).resources).toMatchObject([{name: 'db', health: 'healthy'}]);
	});

	it('print events as JSON lines', async () => {
		await shop.deploy();
		expect((await eventsOf('stop', '--auto-approve'))[0].plan).toMatchObject({mode: 'stop', summary: {update: 3}});
		expect((await eventsOf('start', '--auto-approve'))[0].plan).toMatchObject({mode: 'start', summary: {update: 3}});
	});

	it.each(['stop', 'start'])('%s is refused for an environment that does not exist', async verb => {
		await shop.deploy();
		expect(await shop.failure(verb, '--env', 'nope', '--auto-approve')).toBe(unknownEnvironment);
	});

	it('stop nothing when they cannot ask', async () => {
		await shop.deploy();
		expect((await shop.run('stop')).stderr).toBe(noApproval('stop'));
	});
});

describe('restart', () => {
	it('replaces a service, new one first', async () => {
		await shop.deploy();
		const before = await activeWeb();
		expect(await shop.text('restart', 'web', '--auto-approve')).toMatchInlineSnapshot(`
			"compartment plan · shop › production · restart
			Restarts what runs in production.

			  +/- replace, new one first

			  +/- service.web  will be replaced, new one first: restart requested

			2 unchanged
			Plan: 0 to create, 0 to update, 1 to replace, 0 to delete.
			Applying 1 step, run run_xxxxxxxxxxxxxxx
			service.web  started
			service.web  starting
			service.web  no readiness declared, port 8080 → 200 OK
			service.web  ready, waiting for the switch
			service.web  draining the previous deployment
			service.web  stopping the previous deployment, grace time 10 s
			service.web  done in 0s
			Restarted in 0s: 1 done.
			web active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
		expect(await activeWeb()).not.toBe(before);
	});

	it('restarts everything unless something is named', async () => {
		await shop.deploy();
		const [{plan}] = await eventsOf('restart', '--auto-approve');
		expect(plan.changes.map(({address}: {address: string}) => address)).toEqual([
			'resource.db',
			'service.api',
			'service.web',
		]);
	});

	it('refuses a name that is neither a service nor a resource', async () => {
		await shop.deploy();
		expect(await shop.failure('restart', 'wbe', '--auto-approve')).toMatchInlineSnapshot(`
			"Error: wbe is neither a service nor a resource of environment production, did you mean web?
			  Known names: api, sweep, tidy, web, db
			"
		`);
	});
});

describe('job run', () => {
	it('prints what the job prints, and exits with its exit code', async () => {
		await shop.deploy();
		expect(await shop.run('job', 'run', 'tidy')).toEqual({stdout: '', stderr: '', exitCode: 0});
		expect(await shop.run('job', 'run', 'sweep')).toEqual({stdout: 'it broke\n', stderr: '', exitCode: 1});
	});

	it('prints the run as JSON', async () => {
		await shop.deploy();
		expect(await shop.json('job', 'run', 'tidy')).toEqual({
			id: expect.stringMatching(/^job_/),
			service: 'tidy',
			deployment: expect.stringMatching(/^dpl_/),
			trigger: 'manual',
			arguments: [],
			status: 'succeeded',
			startedAt: expect.any(String),
			completedAt: expect.any(String),
			exitCode: 0,
		});
	});

	it('adds the words after -- to the command', async () => {
		await shop.deploy();
		await shop.text('job', 'run', 'tidy', '--', '--month', '5');
		expect((await shop.json('job', 'list')).runs).toMatchObject([{arguments: ['--month', '5']}]);
	});

	it('suggests a job that is declared', async () => {
		await shop.deploy();
		expect(await shop.failure('job', 'run', 'tidi')).toMatchInlineSnapshot(`
			"Error: job tidi has not been deployed yet, and compartment.yml does not declare it, did you mean tidy?
			  Jobs: tidy, sweep
			"
		`);
		expect(await shop.failure('job', 'run', 'web')).toMatchInlineSnapshot(`
			"Error: service web is of kind web, not a job
			  compartment job list
			"
		`);
	});

	it('fails with exit code 3 while another command works on the environment', async () => {
		await shop.deploy();
		expect((await shop.locked('job', 'run', 'tidy')).exitCode).toBe(3);
	});
});

describe('job list', () => {
	it('lists runs, newest first', async () => {
		await shop.deploy();
		expect(await shop.text('job', 'list')).toMatchInlineSnapshot(`
			"No job has run in production yet. Run one: compartment job run NAME
			"
		`);
		await shop.run('job', 'run', 'tidy');
		await shop.run('job', 'run', 'sweep');
		expect(await shop.text('job', 'list')).toMatchInlineSnapshot(`
			"RUN                  JOB    STATE      EXIT  DURATION  AGE  TRIGGER  ARGUMENTS
			job_xxxxxxxxxxxxxxx  sweep  failed        1        0s   0s  manual
			job_xxxxxxxxxxxxxxx  tidy   succeeded     0        0s   0s  manual
			"
		`);
	});

	it('lists the runs of one job as JSON', async () => {
		await shop.deploy();
		await shop.run('job', 'run', 'tidy');
		await shop.run('job', 'run', 'sweep');
		expect(await shop.json('job', 'list', '--service', 'sweep')).toMatchObject({
			project: {name: 'shop'},
			environment: {name: 'production'},
			runs: [{service: 'sweep', status: 'failed', exitCode: 1}],
			warnings: [],
		});
	});

	it('has no runs of a job that has not run', async () => {
		await shop.deploy();
		await shop.run('job', 'run', 'tidy');
		expect(await shop.text('job', 'list', '--service', 'sweep')).toBe('No run of sweep in production yet.\n');
	});

	it('suggests a job that is declared', async () => {
		await shop.deploy();
		expect(await shop.failure('job', 'list', '--service', 'swep')).toBe(
			'Error: job swep has not been deployed yet, and compartment.yml does not declare it, did you mean sweep?\n  Jobs: tidy, sweep\n',
		);
	});

	it('is refused for an environment that does not exist', async () => {
		await shop.deploy();
		expect(await shop.failure('job', 'list', '--env', 'nope')).toBe(unknownEnvironment);
	});
});

describe('job logs', () => {
	it('prints the output of the latest run, or of the latest of one job', async () => {
		await shop.deploy();
		await shop.run('job', 'run', 'sweep');
		await shop.run('job', 'run', 'tidy');
		expect(await shop.text('job', 'logs')).toBe('');
		expect(await shop.text('job', 'logs', 'sweep')).toBe('it broke\n');
	});

	it('prints the run and its lines as JSON', async () => {
		await shop.deploy();
		await shop.run('job', 'run', 'sweep');
		expect(await shop.json('job', 'logs')).toMatchObject({
			run: {service: 'sweep', exitCode: 1},
			lines: [{stream: 'stdout', text: 'it broke', at: expect.any(String)}],
		});
	});

	it('is refused for a job that has not run', async () => {
		await shop.deploy();
		expect(await shop.failure('job', 'logs', 'tidy')).toMatchInlineSnapshot(`
			"Error: There is no log of tidy in environment production.
			  compartment job list
			"
		`);
		expect(await shop.failure('job', 'logs')).toMatchInlineSnapshot(`
			"Error: There is no log of a job in environment production.
			  compartment job list
			"
		`);
	});
});

describe('prune', () => {
	/** A previous deployment with a stopped container, and a failed one. */
	const redeploy = async () => {
		await shop.deploy();
		change(images.better);
		await shop.deploy();
	};

	it('shows what nothing needs, and changes nothing with --dry-run', async () => {
		await redeploy();
		const {stdout, stderr, exitCode} = await shop.run('prune', '--dry-run');
		expect({stdout, stderr, exitCode}).toMatchInlineSnapshot(`
			{
			  "exitCode": 0,
			  "stderr": "Build cache is not offered, because nothing shows whose it is: compartment settings set buildCacheGB 20 limits it for the whole engine.
			",
			  "stdout": "#  KIND        NAME                 SIZE  WHY
			1  deployment  dpl_xxxxxxxxxxxxxxx     -  previous deployment of web: its stopped container is kept for inspection
			",
			}
		`);
		expect((await shop.json('prune', '--dry-run')).removed).toEqual([]);
		expect((await shop.json('prune', '--dry-run')).items).toHaveLength(1);
	});

	it('removes it, and then there is nothing left', async () => {
		await redeploy();
		const before = (await shop.world.engine.observe({})).containers.length;
		expect(await shop.text('prune', '--auto-approve')).toContain('Removed 1 of 1 item.');
		expect((await shop.world.engine.observe({})).containers).toHaveLength(before - 1);
		expect(await shop.text('prune')).toBe('There is nothing to prune in production.\n');
		expect(await shop.text('plan')).toContain('No changes');
		await shop.text('rollback', '--auto-approve');
	});

	it('removes held candidates only on request', async () => {
		await shop.deploy();
		change(images.better);
		await shop.text('deploy', '--hold');
		expect(await shop.json('prune', '--auto-approve')).toMatchObject({items: [], removed: []});
		expect(await shop.json('prune', '--auto-approve', '--candidates')).toMatchObject({removed: ['candidate.web']});
		expect(await shop.text('promote', '--auto-approve')).toContain('No candidate is held in production.');
	});

	it('is refused without approval, and in an environment that there is not', async () => {
		await redeploy();
		const refusal = 'Error: Prune requires approval.\n  compartment prune --auto-approve\n';
		expect((await shop.run('prune')).stderr).toContain(refusal);
		expect((await shop.run('prune', '--json')).exitCode).toBe(1);
		expect(await shop.failure('prune', '--env', 'nope')).toBe(unknownEnvironment);
	});

	it('waits for nobody who works on the environment', async () => {
		await redeploy();
		const {exitCode, stderr} = await shop.locked('prune', '--auto-approve');
		expect({exitCode, stderr}).toEqual({exitCode: 3, stderr: expect.stringContaining('Error: ')});
	});
});

it('dev is refused for production, where every change would go live', async () => {
	expect(await shop.failure('dev', '--env', 'production')).toBe(
		'Error: The environment production is not for this: every change that you save would be applied without asking.\n' +
			'  Use another environment: compartment dev --env development. Production changes with compartment apply\n',
	);
});

const untilCtrlC = 'It runs until ctrl-c: test/docker/terminal-dev.test.ts.';

leavesNothingUntested('deploy', {dev: {text: untilCtrlC, json: untilCtrlC}});
