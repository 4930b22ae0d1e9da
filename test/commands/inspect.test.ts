import {appendFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, images, openShop, type Shop, unknownEnvironment} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

const containerOf = async (service: string): Promise<string> => {
	const state = (await shop.world.state())!;
	return state.deployments[state.active[service]!]!.containerId!;
};

/** One service that ran before, and another whose newest deployment failed. */
beforeAll(async () => {
	shop = await openShop();
	await shop.deploy();
	await shop.text('apply', '--service', 'web', '--replace', 'service.web', '--label', 'second try', '--auto-approve');
	shop.write('compartment.yml', descriptor.replace(`api, image: "${images.good}"`, `api, image: "${images.crashing}"`));
	expect((await shop.run('apply', '--service', 'api', '--auto-approve')).exitCode).toBe(1);
	shop.write('compartment.yml', descriptor);
	shop.world.engine.print(await containerOf('web'), 'listening on port 8080');
	shop.world.engine.print(await containerOf('api'), 'hello from the api');
});

afterAll(() => shop.close());

describe('status', () => {
	it('shows services and resources with their health', async () => {
		expect(await shop.text('status')).toMatchInlineSnapshot(`
			"shop › production

			SERVICE  STATE    DEPLOYMENT           AGE  URL
			api      healthy  dpl_xxxxxxxxxxxxxxx   0s  –
			sweep    idle     dpl_xxxxxxxxxxxxxxx   0s  –
			tidy     idle     dpl_xxxxxxxxxxxxxxx   0s  –
			web      healthy  dpl_xxxxxxxxxxxxxxx   0s  http://shop.localhost:9080 (password required)

			RESOURCE  STATE    HOST                                  IMAGE
			db        healthy  db.production.shop.resource.internal  db:1

			api: the latest attempt failed while waiting to become ready, 0s ago (dpl_xxxxxxxxxxxxxxx)
			  Your program exited with code 1 at startup.
			  → compartment deployment logs --service api

			Router running at 127.0.0.1:9080
			"
		`);
	});

	it('adds kinds and images with --verbose', async () => {
		expect(await shop.text('status', '--verbose', '--service', 'web')).toMatchInlineSnapshot(`
			"shop › production

			SERVICE  STATE    KIND  DEPLOYMENT           AGE  IMAGE     URL
			web      healthy  web   dpl_xxxxxxxxxxxxxxx   0s  app:good  http://shop.localhost:9080 (password required)

			Router running at 127.0.0.1:9080
			"
		`);
	});

	it('is a document as JSON', async () => {
		const status = await shop.json('status');
		expect(status).toMatchObject({
			project: {name: 'shop'},
			environment: {name: 'production'},
			resources: [{name: 'db', health: 'healthy', host: 'db.production.shop.resource.internal', image: 'db:1'}],
			router: {status: 'running', listen: '127.0.0.1:9080'},
			warnings: [],
		});
		expect(status.services[0]).toMatchObject({
			name: 'api',
			health: 'healthy',
			failedAttempt: {message: expect.stringContaining('exited with code 1')},
		});
		expect(status.services[3]).toEqual({
			name: 'web',
			kind: 'web',
			health: 'healthy',
			cause: null,
			restarts: 0,
			lastExit: null,
			stage: 'active',
			deployment: expect.stringMatching(/^dpl_/),
			createdAt: expect.any(String),
			url: 'http://shop.localhost:9080',
			accessMode: 'authenticated',
			image: 'app:good',
			candidate: null,
			failedAttempt: null,
		});
	});

	it('is empty for an environment that was never deployed', async () => {
		expect(await shop.text('status', '--env', 'nope')).toMatchInlineSnapshot(`
			"shop › nope

			No deployments found for shop/nope.
			"
		`);
	});

	it('refuses a service that is neither declared nor deployed', async () => {
		expect(await shop.failure('status', '--service', 'wbe')).toMatchInlineSnapshot(`
			"Error: The requested service was not found: wbe
			  compartment.yml declares web, api, tidy, sweep
			"
		`);
	});

	it('refuses a project that is not the one in this folder', async () => {
		expect(await shop.failure('status', '--project', 'office')).toMatchInlineSnapshot(`
			"Error: compartment.yml is of project shop, not office
			  Run the command in the folder of project office, or name that folder: --project ../office
			"
		`);
		expect(await shop.failure('status', '--project', './missing')).toMatchInlineSnapshot(`
			"Error: --project ./missing: there is no such folder
			"
		`);
	});
});

describe('deployment list', () => {
	it('lists deployments, newest first', async () => {
		expect(await shop.text('deployment', 'list', '--service', 'web')).toMatchInlineSnapshot(`
			"DEPLOYMENT           SERVICE  TYPE    STATE     IMAGE      AGE  NOTE
			dpl_xxxxxxxxxxxxxxx  web      deploy  active    available   0s  second try
			dpl_xxxxxxxxxxxxxxx  web      deploy  previous  available   0s
			"
		`);
		expect(await shop.text('deployment', 'list', '--limit', '1')).toMatchInlineSnapshot(`
			"DEPLOYMENT           SERVICE  TYPE    STATE   IMAGE      AGE  NOTE
			dpl_xxxxxxxxxxxxxxx  api      deploy  failed  available   0s  Your program exited with code 1 at startup.
			"
		`);
	});

	it('says as JSON which ones a rollback can run again', async () => {
		const {project, environment, deployments} = await shop.json('deployment', 'list', '--service', 'web');
		expect([project, environment]).toEqual([{name: 'shop'}, {name: 'production'}]);
		expect(deployments).toMatchObject([
			{isActive: true, rollbackAvailable: false, label: 'second try', status: 'succeeded', failure: null},
			{isActive: false, rollbackAvailable: true, label: null, imageState: 'available'},
		]);
	});

	it.each(['0', '101', 'all'])('refuses --limit %s', async limit => {
		expect(await shop.failure('deployment', 'list', '--limit', limit)).toContain(
			`error: option '--limit <count>' argument '${limit}' is invalid. It must be a whole number from 1 to 100.`,
		);
	});
});

describe('deployment logs', () => {
	it('prints the log of the newest run', async () => {
		expect(await shop.text('deployment', 'logs')).toMatchInlineSnapshot(`
			"Applying 2 steps, run run_xxxxxxxxxxxxxxx
			image.api    started
			image.api    done in 0s
			service.api  started
			service.api  starting
			api │ it broke
			service.api  failed after 0s: Your program exited with code 1 at startup.
			  exit code: 1
			  last line:
			    │ it broke
			Apply failed after 0s: 1 done, 1 failed.
			web still active at http://shop.localhost:9080 (password required)
			Resource db at db.production.shop.resource.internal
			Password and sign-in links: compartment access show
			"
		`);
	});

	it('prints the log of one deployment', async () => {
		const id = (await shop.world.state())!.active['web']!;
		expect(await shop.text('deployment', 'logs', id)).toContain('service.web  ready, waiting for the switch\n');
	});

	it('prints the same events as JSON lines', async () => {
		const events = await shop.jsonLines('deployment', 'logs', '--service', 'api');
		expect(events[0]).toMatchObject({type: 'apply-started'});
		expect(events).toContainEqual(expect.objectContaining({type: 'step-failed', address: 'service.api'}));
		expect(events.at(-1)).toMatchObject({type: 'summary', outcome: 'failed', failed: 1});
	});

	it('is refused for a deployment that does not exist', async () => {
		expect(await shop.failure('deployment', 'logs', 'dpl_x')).toMatchInlineSnapshot(`
			"Error: There is no log of dpl_x in environment production.
			  compartment deployment list
			"
		`);
		expect(await shop.failure('deployment', 'logs', '--run', 'run_x')).toMatchInlineSnapshot(`
			"Error: There is no log of run_x in environment production.
			  compartment deployment list
			"
		`);
	});
});

describe('inspect', () => {
	it('shows all details of a service as YAML', async () => {
		expect(await shop.text('inspect', 'service.web')).toMatchInlineSnapshot(`
			"project: shop
			environment: production
			networks:
			  environment:
			    name: compartment-shop.production
			    subnet: 10.213.0.0/26
			  mesh:
			    name: compartment-shop.production.mesh
			    subnet: 10.213.0.64/26
			active:
			  - id: dpl_xxxxxxxxxxxxxxx
			    service: web
			    kind: web
			    type: deploy
			    status: succeeded
			    stage: active
			    label: second try
			    health: healthy
			    cause: null
			    restarts: 0
			    lastExit: null
			    container:
			      name: compartment-shop.production.web.dpl_xxxxxxxxxxxxxxx
			      id: HASH________
			      status: Up
			    image:
			      reference: app:good
			      id: sha256:HASH____________________________________________________________
			    hosts:
			      - shop.localhost
			    accessMode: authenticated
			    upstream: 10.213.0.4:8080
			    slot: green
			    routes:
			      - /api/* → api
			    readiness: null
			    schedule: null
			    restart:
			      policy: on-failure
			    limits: null
			    command: null
			    env:
			      DATABASE_HOST: from db.host
			    createdAt: TIME____________________
			    completedAt: TIME____________________
			    failure: null
			candidates: []
			"
		`);
	});

	it('shows a resource as resource inspect does', async () => {
		expect(await shop.text('inspect', 'resource.db')).toBe(await shop.text('resource', 'inspect', '--resource', 'db'));
	});

	it('is a document as JSON', async () => {
		const {active, candidates, ...rest} = await shop.json('inspect', '--service', 'web');
		expect(rest).toMatchObject({project: 'shop', environment: 'production', networks: expect.any(Object)});
		expect(active).toMatchObject([
			{service: 'web', health: 'healthy', hosts: ['shop.localhost'], env: {DATABASE_HOST: 'from db.host'}},
		]);
		expect(candidates).toEqual([]);
	});

	it('writes a preset out with --yaml', async () => {
		shop.write('compartment.yml', descriptor.replace(/ {2}db:\n(?: {4}.*\n)+/, '  db: {preset: valkey}\n'));
		expect(await shop.text('inspect', 'resource.db', '--yaml')).toContain('    image: valkey/valkey:');
		shop.write('compartment.yml', descriptor);
	});

	it.each([
		[['nope'], 'nope is not the address of a service or a resource.'],
		[['service.wbe'], 'Service wbe has not been deployed, did you mean web?'],
		[['resource.nope'], 'The requested resource was not found.'],
		[['--yaml'], '--yaml needs the address of a resource.'],
		[['resource.db', '--yaml'], 'Resource db has no preset: compartment.yml already shows all of it'],
	])('refuses %j', async (words, message) => {
		expect((await shop.failure('inspect', ...words)).split('\n')[0]).toBe(`Error: ${message}`);
	});
});

describe('exec', () => {
	it.each([
		[['web'], 'Pass a command after --.'],
		[['tidy', '--', 'sh'], 'tidy has no running container in environment production'],
		[['nope', '--', 'sh'], 'nope has no running container in environment production'],
	])('refuses %j', async (words, message) => {
		expect((await shop.failure('exec', ...words)).split('\n')[0]).toBe(`Error: ${message}`);
	});

	it('needs the docker client', async () => {
		vi.stubEnv('PATH', '/nonexistent');
		expect(await shop.failure('exec', 'web', '--', 'true')).toMatchInlineSnapshot(`
			"Error: docker is not on the PATH
			  Install the docker client.
			"
		`);
	});
});

describe('open', () => {
	it('prints the address of the main service', async () => {
		expect(await shop.text('open')).toMatchInlineSnapshot(`
			"http://shop.localhost:9080
			Password and sign-in links: compartment access show
			"
		`);
		expect(await shop.text('open', 'web')).toBe(await shop.text('open'));
	});

	it('prints it as JSON', async () => {
		expect(await shop.json('open')).toEqual({
			service: 'web',
			url: 'http://shop.localhost:9080',
			needsForwarding: false,
			hint: 'Password and sign-in links: compartment access show',
		});
	});

	it('refuses a service without a host', async () => {
		expect(await shop.failure('open', 'tidy')).toMatchInlineSnapshot(`
			"Error: tidy has no host
			  Services with a host: web
			"
		`);
	});
});

describe('why', () => {
	it('says what the next apply does and how the latest attempt failed', async () => {
		expect(await shop.text('why', 'service.web')).toMatchInlineSnapshot(`
			"service.web is up to date. The next apply does not change it.
			"
		`);
		expect(await shop.text('why', 'service.api')).toMatchInlineSnapshot(`
			"service.api: image changed from app:crashing to app:good
			  image.api: image changed from app:crashing to app:good
			The latest attempt dpl_xxxxxxxxxxxxxxx failed: Your program exited with code 1 at startup.
			  exit code: 1
			  | it broke
			"
		`);
	});

	it('is a document as JSON', async () => {
		expect(await shop.json('why', 'service.api')).toMatchObject({
			address: 'service.api',
			kind: expect.any(String),
			causes: [expect.stringContaining('service.api: image changed'), expect.stringContaining('image.api')],
			changes: expect.any(Array),
			drift: [],
			failure: expect.arrayContaining(['  exit code: 1', '  | it broke']),
		});
	});

	it('takes the name of a service or resource as well', async () => {
		expect(await shop.text('why', 'web')).toBe(await shop.text('why', 'service.web'));
		expect(await shop.text('why', 'db')).toBe(await shop.text('why', 'resource.db'));
	});

	it('suggests the address that was meant', async () => {
		expect(await shop.failure('why', 'service.wbe')).toMatchInlineSnapshot(`
			"Error: service.wbe is not an object of this environment, did you mean service.web?
			  Objects: network, router, volume.db.data, resource.db, image.web, image.api, image.tidy, image.sweep, service.web, service.api, service.tidy, service.sweep, routes
			"
		`);
	});

	it('is refused for an environment that does not exist', async () => {
		expect(await shop.failure('why', 'service.web', '--env', 'nope')).toBe(unknownEnvironment);
	});
});

describe('browse', () => {
	it('prints the help without a terminal, with or without its name', async () => {
		const help = await shop.text('browse');
		expect(help).toMatch(/^Usage: compartment \[options\] \[command\]$/m);
		expect(await shop.text()).toBe(help);
		expect(await shop.text('--env', 'staging')).toBe(help);
	});

	it('refuses a flag that it does not have', async () => {
		expect(await shop.failure('browse', '--json')).toMatchInlineSnapshot(`
			"error: unknown option '--json'
			(compartment --help lists the commands)
			"
		`);
	});
});

describe('logs', () => {
	it('prints the lines of all sources, oldest first', async () => {
		expect(await shop.text('logs')).toMatchInlineSnapshot(`
			"TIME____________________ [web] stdout listening on port 8080
			TIME____________________ [api] stdout hello from the api
			"
		`);
	});

	it('prints one source without times', async () => {
		expect(await shop.text('logs', 'web', '--no-time')).toBe('stdout listening on port 8080\n');
		expect(await shop.text('logs', '--service', 'web', '--no-time')).toBe('stdout listening on port 8080\n');
	});

	it('prints lines as JSON lines', async () => {
		expect(await shop.jsonLines('logs', 'api')).toEqual([
			{serviceName: 'api', stream: 'stdout', message: 'hello from the api', timestamp: expect.any(String)},
		]);
	});

	it.each([
		[['--grep', 'PORT'], ''],
		[['--grep', 'port'], 'web'],
		[['--grep', 'port', '--invert'], 'api'],
		[['--grep', '^hel+o', '--regex'], 'api'],
		[['--grep', 'port', '--context', '1'], 'web api'],
		[['--level', 'info'], ''],
		[['--collapse', '--fold'], 'web api'],
	])('%j prints the lines of: %s', async (words, sources) => {
		const text = await shop.text('logs', ...words);
		expect(Array.from(text.matchAll(/\[(\w+)\]/g), ([, name]) => name).join(' ')).toBe(sources);
	});

	it.each([
		[['nope'], 'Error: nope has no container in environment production'],
		[['--grep', '(', '--regex'], 'Error: --grep is not a regular expression: unterminated group (it is "(")'],
		[['--grep', ''], 'Error: --grep needs a text to look for (it is empty)'],
		[['--invert'], 'Error: --invert needs --grep, with the text to look for'],
		[['--context', '2'], 'Error: --context needs --grep or --level, to show lines around'],
		[['--json', '--fold'], 'Error: --fold is for text: with --json every line is printed whole'],
		[
			['--tail', '0'],
			"error: option '--tail <lines>' argument '0' is invalid. It must be a whole number from 1 to 100000.",
		],
		[
			['--since', 'never'],
			'Error: --since must be a time such as TIME________________, or a duration such as 10m (it is "never")',
		],
	])('refuses %j', async (words, message) => {
		expect((await shop.failure('logs', ...words)).split('\n')[0]).toBe(message);
	});
});

describe('route test', () => {
	it.each([
		[
			'/api/users',
			[
				'GET shop.localhost/api/users',
				'→ service api gets /api/users',
				'  rule 1 on web: /api/* → api',
				'  access password required',
			],
		],
		[
			'/',
			[
				'GET shop.localhost/',
				'→ service web gets /',
				'  no rule matches, the request stays with web',
				'  access password required',
			],
		],
		['http://elsewhere.example/', ['GET elsewhere.example/', '→ 404, no service of this environment has this host']],
		['/../etc', ['GET shop.localhost/../etc', '→ 400, the path is ambiguous and refused before any rule applies']],
	])('shows where the router would send a request for %s', async (url, lines) => {
		expect(await shop.text('route', 'test', 'GET', url)).toBe(`${lines.join('\n')}\n`);
	});

	it('is a document as JSON', async () => {
		expect(await shop.json('route', 'test', 'post', 'http://shop.localhost/api/users')).toEqual({
			method: 'POST',
			host: 'shop.localhost',
			path: '/api/users',
			result: 'service',
			source: 'web',
			service: 'api',
			rule: {on: 'web', path: '/api/*', to: 'api'},
			ruleIndex: 0,
			upstreamPath: '/api/users',
			access: 'password',
		});
	});

	it('refuses what is no request', async () => {
		expect(await shop.failure('route', 'test', 'G3T', '/')).toMatchInlineSnapshot(`
			"Error: G3T is not an HTTP method
			  one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT
			"
		`);
		expect(await shop.failure('route', 'test', 'GET', 'api/users')).toMatchInlineSnapshot(`
			"Error: api/users is neither a URL nor a path
			  compartment route test GET http://HOST/PATH, or a path alone for the host of the first exposed service
			"
		`);
	});
});

describe('doctor', () => {
	it('finds nothing wrong', async () => {
		const text = await shop.text('doctor');
		expect(text.replace(process.versions.node, 'VERSION')).toMatchInlineSnapshot(`
			"ok       node        Node VERSION
			ok       descriptor  project shop: 4 services, 1 resource
			ok       state       1 environment
			ok       identity    CONFIG/identity (created when first needed)
			ok       agent       none runs, and no project is registered
			ok       engine      Docker 0, API 1.41, BuildKit at memory:
			ok       router      compartment-router serves 127.0.0.1:9080 and :9443 with HAProxy of an unknown version
			ok       networks    next free block of 10.213.0.0/16: 10.213.0.192/26
			"
		`);
	});

	it('is a document as JSON', async () => {
		const {isHealthy, checks} = await shop.json('doctor');
		expect(isHealthy).toBe(true);
		expect(checks.map(({name}: {name: string}) => name)).toEqual([
			'node',
			'descriptor',
			'state',
			'identity',
			'agent',
			'engine',
			'router',
			'networks',
		]);
		for (const check of checks)
			expect(check).toEqual({name: expect.any(String), status: 'ok', message: expect.any(String)});
	});

	it('warns when projects are registered and no agent runs', async () => {
		await shop.text('agent', 'add');
		const text = await shop.text('doctor');
		await shop.text('agent', 'remove');
		expect(text).toMatch(/^warning {2}agent {7}none runs for 1 registered project\n +compartment agent run$/m);
	});

	it('reports every problem and fails', async () => {
		rmSync(join(shop.folder, 'compartment.yml'));
		const {stdout, stderr, exitCode} = await shop.run('doctor');
		shop.write('compartment.yml', descriptor);
		expect({stderr, exitCode}).toEqual({stderr: '', exitCode: 1});
		expect(stdout.match(/^problem .*/gm)).toHaveLength(2);
		expect(stdout).toContain('problem  descriptor  compartment.yml was not found in the current directory.');
	});

	it('names an environment whose state is damaged', async () => {
		await shop.deploy('staging');
		appendFileSync(join(shop.folder, '.compartment/staging/state.json'), 'x');
		const {stdout, exitCode} = await shop.run('doctor');
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(/^problem {2}state +environment staging: /m);
	});
});

leavesNothingUntested('inspect', {
	exec: {
		text: 'It hands the terminal to the docker client: test/docker/life-environments.long.ts.',
		json: 'Its output is that of the program it runs.',
	},
	browse: {json: 'It is a screen.'},
});
