import {existsSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, openShop, type Shop} from './shop.ts';

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
});

afterEach(() => shop.close());

describe('init', () => {
	beforeEach(() => {
		rmSync(join(shop.folder, 'compartment.yml'));
		rmSync(join(shop.folder, 'compartment.routes.yml'));
		shop.write('package.json', '{"scripts": {"start": "node server.js"}}');
		shop.write('server.js', '');
	});

	it('writes a file for what it finds', async () => {
		expect(await shop.text('init', '--name', 'office')).toMatchInlineSnapshot(`
			"Created ./compartment.yml for office. Initialized web -> .
			Next: compartment plan. All fields: compartment schema
			"
		`);
		expect(parse(readFileSync(join(shop.folder, 'compartment.yml'), 'utf8'))).toMatchObject({
			name: 'office',
			services: {web: expect.anything()},
		});
		expect(await shop.text('validate')).toContain('Valid. Project office: 1 service');
	});

	it('says at once what cannot be built, and what was guessed', async () => {
		shop.write('package.json', '{"scripts": {"build": "next build"}, "dependencies": {"next": "16"}}');
		shop.write('next.config.js', 'module.exports = {output: process.env.OUT}');
		expect((await shop.run('init', '--name', 'office')).stderr).toMatchInlineSnapshot(`
			"Warning: services.web: Guessed: a server, because next.config.js computes output: set kind, build.outputDirectory or run.command to change it.
			"
		`);
		rmSync(join(shop.folder, 'compartment.yml'));
		shop.write('composer.json', '{}');
		expect((await shop.run('init', '--name', 'office')).stderr).toMatchInlineSnapshot(`
			"Warning: services.web: The built-in builder does not know PHP: add a Dockerfile, or install the Railpack CLI and docker buildx.
			"
		`);
	});

	it('reports the file as JSON', async () => {
		expect(await shop.json('init', '--name', 'office')).toEqual({
			file: './compartment.yml',
			name: 'office',
			services: [expect.objectContaining({name: 'web', path: '.'})],
		});
	});

	it('never overwrites a file', async () => {
		shop.write('compartment.yml', descriptor);
		expect(await shop.failure('init')).toMatchInlineSnapshot(`
			"Error: compartment.yml already exists in this directory.
			  compartment validate
			"
		`);
		expect(readFileSync(join(shop.folder, 'compartment.yml'), 'utf8')).toBe(descriptor);
	});

	it('refuses a name that no project can have', async () => {
		expect(await shop.failure('init', '--name', 'My Shop')).toMatchInlineSnapshot(`
			"Error: Project name "My Shop" is invalid. Use a slug starting with a letter and no longer than 63 characters.
			"
		`);
	});
});

describe('import', () => {
	const compose = `services:
  web:
    image: example/web
    ports: ["80:8080"]
    environment: {API_KEY: s3cret, DATABASE_URL: "postgres://app:pw@db/app"}
    cap_add: [NET_ADMIN]
  db: {image: postgres:16, environment: {POSTGRES_PASSWORD: pw, POSTGRES_USER: app}}
`;

	beforeEach(() => {
		rmSync(join(shop.folder, 'compartment.yml'));
		rmSync(join(shop.folder, 'compartment.routes.yml'));
		shop.write('compose.yaml', compose);
	});

	it('writes a file that validate accepts, and lists the rest', async () => {
		expect(await shop.text('import', 'compose.yaml', '--name', 'office')).toMatchInlineSnapshot(`
			"Created ./compartment.yml from compose.yaml: 1 service, 1 resource.

			Not carried over:
			  services.web.cap_add: is not supported; see "What is not supported" in docs/compartment-yml.md

			Carried over differently:
			  services.db.environment.POSTGRES_PASSWORD: a new POSTGRES_PASSWORD is generated; for data that exists: compartment variable set POSTGRES_PASSWORD --resource db --sensitive
			  services.web.environment.API_KEY: is sensitive: set it as a variable
			  services.db.image: the preset runs postgres:16-alpine

			Variables to set:
			  compartment variable set API_KEY --service web --sensitive

			7 of 8 keys carried over, 1 listed above.
			Next: compartment plan
			"
		`);
		expect(readFileSync(join(shop.folder, 'compartment.yml'), 'utf8')).toMatchInlineSnapshot(`
			"# Imported from compose.yaml.
			name: office
			services:
			  web:
			    image: example/web
			    accessMode: public
			    port: 8080
			    connections:
			      db:
			        env:
			          DATABASE_URL: connection-url
			resources:
			  db:
			    preset: postgres
			"
		`);
		expect(await shop.text('validate')).toContain('Valid. Project office: 1 service, 1 resource');
		expect(await shop.text('plan')).toMatch(/\+ +resource\.db [\s\S]*\+ +service\.web /);
	});

	it('prints the file and writes nothing with --dry-run', async () => {
		expect(await shop.text('import', 'compose.yaml', '--dry-run')).toContain('image: example/web');
		expect(existsSync(join(shop.folder, 'compartment.yml'))).toBe(false);
	});

	it('reports all of it as JSON, without a secret', async () => {
		const report = await shop.json('import', 'compose.yaml', '--name', 'office');
		expect(report).toMatchObject({
			...{file: './compartment.yml', isWritten: true, format: 'Compose', project: 'office'},
			...{services: ['web'], resources: ['db'], warnings: [], keys: {carried: 7, listed: 1}},
			variables: [
				{
					...{name: 'API_KEY', target: 'service', of: 'web', isSensitive: true},
					command: 'compartment variable set API_KEY --service web --sensitive',
				},
			],
		});
		expect(JSON.stringify(report)).not.toContain('s3cret');
	});

	it('never replaces a file without --force', async () => {
		shop.write('compartment.yml', descriptor);
		expect(await shop.failure('import', 'compose.yaml')).toMatchInlineSnapshot(`
			"Error: ./compartment.yml already exists.
			  To replace it: compartment import compose.yaml --force
			"
		`);
		expect(readFileSync(join(shop.folder, 'compartment.yml'), 'utf8')).toBe(descriptor);
		expect(await shop.text('import', 'compose.yaml', '--force')).toContain('Created ./compartment.yml');
	});

	it('reads no file outside of the folder, also not through a symlink', async () => {
		symlinkSync('/etc/hostname', join(shop.folder, 'link.env'));
		for (const file of ['link.env', '../../../../../../../../etc/hostname']) {
			shop.write('compose.yaml', compose.replace('    ports:', `    env_file: ${file}\n    ports:`));
			expect(await shop.failure('import', 'compose.yaml')).toContain('compose.yaml:4:15 services.web.env_file: ');
		}
	});

	it('stores the sensitive values of an app, encrypted, with --set-variables', async () => {
		const services = [{name: 'web', image: 'example/web', public: true, env: {API_KEY: 's3cret'}}];
		shop.write('app.json', JSON.stringify({name: 'shop', services}));
		const text = await shop.text('import', 'app.json', '--set-variables');
		expect(text).toContain('Stored 1 variable of the file, encrypted.');
		expect(text).not.toContain('Variables to set');
		expect(await shop.json('variable', 'list', '--service', 'web')).toMatchObject({
			variables: [{keyName: 'API_KEY', sensitivity: 'sensitive', sourceType: 'direct'}],
		});
	});

	it('prints commands that work where it ran', async () => {
		shop.write(
			'deploy/compose.yaml',
			compose.replace('    cap_add', '    secrets: [tls]\n    cap_add').concat('secrets: {tls: {file: ./tls.key}}\n'),
		);
		const text = await shop.text('import', 'deploy/compose.yaml');
		expect(text).toContain('Created ./deploy/compartment.yml');
		expect(text).toContain(
			'compartment variable set TLS --service web --sensitive --stdin --project ./deploy < deploy/tls.key\n',
		);
		expect(text).toContain('Next: compartment plan --project ./deploy\n');
		expect(await shop.text('variable', 'set', 'A', 'b', '--service', 'web', '--project', './deploy')).toContain('A');
	});

	it('merges the file that Compose merges, or those that are named, and says so', async () => {
		shop.write('compose.override.yaml', 'services: {web: {image: "example/web:local"}}\n');
		shop.write('more/compose.prod.yaml', 'services: {web: {image: "example/web:prod"}}\n');
		expect(await shop.text('import', 'compose.yaml')).toContain(
			'Created ./compartment.yml from compose.yaml and compose.override.yaml: 1 service',
		);
		expect(readFileSync(join(shop.folder, 'compartment.yml'), 'utf8')).toContain('image: example/web:local');
		const report = await shop.json('import', 'compose.yaml', 'more/compose.prod.yaml', '--force');
		expect(report.files).toEqual(['compose.yaml', 'more/compose.prod.yaml']);
		expect(report.text).toContain('# Imported from compose.yaml and more/compose.prod.yaml.');
		expect(report.text).toContain('image: example/web:prod');
		expect(await shop.failure('import', 'compose.yaml', '../outside.yaml', '--force')).toContain('outside.yaml');
	});

	it('says where a file is wrong', async () => {
		shop.write('compose.yaml', 'services:\n  web: {image: "a:${TAG:?which}"}\n');
		expect(await shop.failure('import', 'compose.yaml')).toMatchInlineSnapshot(`
			"compose.yaml:2:16 services.web.image: needs the variable TAG (which); set it in .env beside the file
			   2 |   web: {image: "a:\${TAG:?which}"}
			     |                ^^^^^^^^^^^^^^^^^
			1 problem found.
			"
		`);
	});
});

describe('validate', () => {
	it('counts what the files declare', async () => {
		expect(await shop.text('validate')).toBe('Valid. Project shop: 4 services, 1 resource, 1 route rule.\n');
	});

	it('names what the files declare as JSON', async () => {
		expect(await shop.json('validate')).toEqual({
			isValid: true,
			project: 'shop',
			services: ['web', 'api', 'tidy', 'sweep'],
			resources: ['db'],
			routes: 1,
			warnings: [],
		});
	});

	it('reports every mistake of both files with its place', async () => {
		shop.write('compartment.yml', descriptor.replace('port: 8080', 'prot: 8080').replace('kind: job', 'kind: jobs'));
		shop.write('compartment.routes.yml', 'version: 1\nroutes:\n  - {on: wbe, path: /api/*, to: api}\n');
		expect(await shop.failure('validate')).toMatchInlineSnapshot(`
			"compartment.yml:3:39 services.web.prot: unknown key "prot", did you mean "port"?
			   3 |   web: {kind: web, image: "app:good", prot: 8080, connections: {db: {env: {DATABASE_HOST: host}}}}
			     |                                       ^^^^
			compartment.yml:5:16 services.tidy.kind: must be one of web, api, static, worker, job, cron (it is "jobs"), did you mean "job"?
			   5 |   tidy: {kind: jobs, image: "app:finished", run: {command: tidy up}}
			     |                ^^^^
			compartment.routes.yml:3:10 routes[0].on: The requested service was not found in the compartment descriptor. Did you mean "web"?
			   3 |   - {on: wbe, path: /api/*, to: api}
			     |          ^^^
			3 problems found.
			"
		`);
	});

	it('warns on stderr and succeeds', async () => {
		shop.write('compartment.yml', `${descriptor.replace('kind: job', 'kind: cron')}`);
		const {stdout, stderr, exitCode} = await shop.run('validate');
		expect({stdout, exitCode}).toEqual({
			stdout: 'Valid. Project shop: 4 services, 1 resource, 1 route rule.\n',
			exitCode: 0,
		});
		expect(stderr).toMatchInlineSnapshot(`
			"Warning: compartment.yml:5:3 services.tidy: has no schedule; run it with the command job run tidy
			"
		`);
		expect((await shop.json('validate')).warnings).toHaveLength(1);
	});

	it('names the folder in which there is no compartment.yml', async () => {
		rmSync(join(shop.folder, 'compartment.yml'));
		expect(await shop.failure('validate')).toMatchInlineSnapshot(`
			"Error: compartment.yml was not found in the current directory. This command requires a local compartment repo.
			  compartment init, or for a Compose file compartment import compose.yaml
			"
		`);
	});
});

describe('schema', () => {
	const accepts = (schema: object, value: unknown): boolean =>
		new Ajv2020({strict: false, allErrors: true}).validate(schema, value) as boolean;

	it('prints the JSON Schema of compartment.yml', async () => {
		const schema = JSON.parse(await shop.text('schema'));
		expect(accepts(schema, parse(descriptor))).toBe(true);
		expect(accepts(schema, {name: 'shop', services: {web: {prot: 8080}}})).toBe(false);
		expect(await shop.text('schema', 'compartment')).toBe(await shop.text('schema'));
	});

	it('prints the JSON Schema of compartment.routes.yml', async () => {
		const schema = JSON.parse(await shop.text('schema', 'routes'));
		expect(accepts(schema, {version: 1, routes: [{on: 'web', path: '/api/*', to: 'api'}]})).toBe(true);
		expect(accepts(schema, {version: 1, routes: [{on: 'web'}]})).toBe(false);
	});

	it('refuses another file', async () => {
		expect(await shop.failure('schema', 'settings')).toMatchInlineSnapshot(`
			"error: command-argument value 'settings' is invalid for argument 'file'. Allowed choices are compartment, routes.
			(compartment --help lists the commands)
			"
		`);
	});
});

describe('completion', () => {
	it.each(['bash', 'zsh', 'fish'])('prints the script for %s', async shell => {
		expect(await shop.text('completion', shell)).toMatch(/^#.*\n[\s\S]*compartment __complete/);
	});

	it('of another shell is refused with those that there are', async () => {
		expect(await shop.failure('completion', 'tcsh')).toContain('Allowed choices are bash, zsh, fish');
	});
});

leavesNothingUntested('project', {
	schema: {json: 'It always prints JSON, and takes no --json.'},
	completion: {json: 'It prints a script, and takes no --json.'},
});
