import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {loadProject} from '../../source/descriptor/load.ts';
import {DescriptorError} from '../../source/descriptor/problem.ts';
import {toCreateOptions} from '../../source/engine/docker-spec.ts';
import {UserError} from '../../source/errors.ts';
import {renderHint} from '../../source/render-hint.ts';
import {read} from './support.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const minimal = 'name: app\nservices: {web: .}\n';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'descriptor-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const write = (path: string, text: string | Buffer): void => {
	mkdirSync(join(folder, path, '..'), {recursive: true});
	writeFileSync(join(folder, path), text);
};

const failure = async (directory = folder): Promise<UserError> => {
	const error: unknown = await loadProject(directory).then(
		() => 'it loaded',
		caught => caught,
	);
	if (!(error instanceof UserError)) throw error;
	return error;
};

const warnings: Readonly<Record<string, readonly string[]>> = {
	'compose-style': ['compartment.yml:15:38 services.web.run.restart.maxRetries'],
	'docs-expanded-example': ['compartment.routes.yml:6:9 routes[0].to', 'compartment.routes.yml:11:9 routes[1].to'],
};

describe('fixtures', () => {
	it.each(readdirSync(fixtures))('load from %s', async name => {
		const project = await loadProject(join(fixtures, name));
		expect(project.directory).toBe(join(fixtures, name));
		expect(project.services.length).toBeGreaterThan(0);
		expect(project.warnings.map(warning => warning.split(': ')[0])).toEqual(warnings[name] ?? []);
	});
});

describe('defaults', () => {
	it('are filled in for a path', () => {
		expect(read(minimal).services).toEqual([
			{
				name: 'web',
				kind: 'web',
				accessMode: 'authenticated',
				isExposed: true,
				path: '.',
				build: {strategy: 'auto', include: [], env: [], packages: {build: [], runtime: []}},
				env: {},
				secretFiles: {},
				run: {restart: {policy: 'on-failure'}},
				connections: [],
			},
		]);
	});

	it('are filled in for a resource', () => {
		const text = `${minimal}resources:\n  c:\n    image: x\n    ports: [1]\n    readiness: {type: tcp, port: 1}\n    generatedVariables: {K: {generator: token}}\n    volumes: {d: {mountPath: /d}}\n    restart: {}\n`;
		expect(read(text).resources).toEqual([
			{
				name: 'c',
				image: 'x',
				env: {},
				generatedVariables: {K: {generator: 'token', bytes: 24, encoding: 'hex'}},
				ports: [1],
				outputs: {},
				volumes: {d: '/d'},
				readiness: {type: 'tcp', port: 1, timeoutMs: 30_000},
				restart: {policy: 'unless-stopped'},
				operations: {},
			},
		]);
	});

	it('keep the fields of a compose-style service', async () => {
		const {services} = await loadProject(join(fixtures, 'compose-style'));
		expect(services[0]).toMatchObject({
			image: 'acme/storefront:1.0',
			port: 8080,
			domain: 'shop.example.com',
			limits: {cpu: 0.5, memory: 512 * 1024 * 1024},
			env: {REDIS_URL: 'redis://cache:6379', EMPTY: ''},
			secretFiles: {STRIPE_KEY: '/run/secrets/stripe'},
			run: {restart: {policy: 'on-failure', maxRetries: 3}},
		});
		expect(services[0]).not.toHaveProperty('path');
		expect(services[1]).toMatchObject({isExposed: true, dockerfile: 'api/Dockerfile', context: '.'});
	});

	it('keep an empty argument of a command, down to the container', async () => {
		const {resources} = await loadProject(join(fixtures, 'empty-argument'));
		expect(resources[0]!.command).toEqual(['valkey-server', '--save', '']);
		const spec = {name: 'x', image: 'x', labels: {}, env: {}, attachments: [], restart: {policy: 'no'}} as const;
		expect(toCreateOptions({...spec, command: resources[0]!.command}).Cmd).toEqual(['valkey-server', '--save', '']);
	});

	it('expose web and static services, and api only when it is public', async () => {
		const {services} = await loadProject(join(fixtures, 'every-kind'));
		expect(services.filter(({isExposed}) => isExposed).map(({name}) => name)).toEqual(['web', 'site']);
		expect(services.find(({name}) => name === 'api')!.readiness).toEqual({
			type: 'http',
			path: '/healthz',
			timeoutMs: 30_000,
		});
		expect(services.find(({name}) => name === 'nightly')!.schedule).toEqual({cron: '0/15 2-4 * JAN-MAR,DEC mon'});
	});

	it('flatten connections', async () => {
		const {services} = await loadProject(join(fixtures, 'docs-connection'));
		expect(services[0]!.connections).toEqual([{resource: 'db', key: 'DATABASE_URL', output: 'connection-url'}]);
	});
});

describe('finding compartment.yml', () => {
	it('names the way out when there is none', async () => {
		const error = await failure();
		expect(error.message).toBe(
			'compartment.yml was not found in the current directory. This command requires a local compartment repo.',
		);
		expect(renderHint(error.hint!, {environment: 'production'})).toBe(
			'compartment init, or for a Compose file compartment import compose.yaml',
		);
		expect(error.exitCode).toBe(1);
		expect((await failure(join(folder, 'gone'))).message).toBe(error.message);
	});

	it('goes up to the nearest one inside the repository', async () => {
		mkdirSync(join(folder, '.git'));
		write('compartment.yml', minimal);
		write('apps/web/compartment.yml', minimal.replace('app', 'inner'));
		mkdirSync(join(folder, 'apps/web/source/deep'), {recursive: true});
		mkdirSync(join(folder, 'apps/api'), {recursive: true});
		expect((await loadProject(join(folder, 'apps/web/source/deep'))).directory).toBe(join(folder, 'apps/web'));
		expect((await loadProject(join(folder, 'apps/api'))).name).toBe('app');
	});

	it('stays inside the repository', async () => {
		write('compartment.yml', minimal);
		mkdirSync(join(folder, 'inner/.git'), {recursive: true});
		expect((await failure(join(folder, 'inner'))).message).toContain('was not found');
	});

	it('looks in the current folder only, outside a repository', async () => {
		write('compartment.yml', minimal);
		mkdirSync(join(folder, 'below'));
		expect((await failure(join(folder, 'below'))).message).toContain('was not found');
	});

	it('limits a context to the root of the repository', async () => {
		write('.git', 'gitdir: elsewhere\n');
		const at = (context: string) => `name: app\nservices: {web: {path: ., context: ${context}}}\n`;
		write('apps/web/compartment.yml', at('../..'));
		expect((await loadProject(join(folder, 'apps/web'))).services[0]!.context).toBe('../..');
		write('apps/web/compartment.yml', at('../../..'));
		expect((await failure(join(folder, 'apps/web'))).message).toContain('must stay within the current repository');
	});

	it('reads only the routes file beside it', async () => {
		mkdirSync(join(folder, '.git'));
		write('compartment.routes.yml', 'version: 1\nroutes: [{on: web, path: /, to: web}]\n');
		write('apps/web/compartment.yml', minimal);
		expect((await loadProject(join(folder, 'apps/web'))).routes).toEqual([]);
	});
});

describe('reading the files', () => {
	it('reports the problems of both at once', async () => {
		write('compartment.yml', 'name: App\nservices: {web: .}\n');
		write('compartment.routes.yml', 'version: 1\nroutes: [{on: wbe, path: /, to: web}]\n');
		const error = await failure();
		expect(error).toBeInstanceOf(DescriptorError);
		expect((error as DescriptorError).problems.map(({file, path}) => [file, path])).toEqual([
			['compartment.yml', 'name'],
			['compartment.routes.yml', 'routes[0].on'],
		]);
	});

	it('refuses more than a megabyte without reading it', async () => {
		write('compartment.yml', Buffer.alloc(1024 * 1024 + 1, 'a'));
		write('compartment.routes.yml', Buffer.alloc(3 * 1024 * 1024, 'a'));
		expect((await failure()).message).toBe(
			'compartment.yml: must be at most 1 MB (it is 1.0 MB)\ncompartment.routes.yml: must be at most 1 MB (it is 3.0 MB)\n2 problems found.',
		);
	});

	it('accepts exactly a megabyte', async () => {
		write(
			'compartment.yml',
			Buffer.concat([Buffer.from(`${minimal}#`), Buffer.alloc(1024 * 1024 - minimal.length - 1, 'a')]),
		);
		expect((await loadProject(folder)).name).toBe('app');
	});

	it('refuses a directory and a named pipe', async () => {
		mkdirSync(join(folder, 'compartment.yml'));
		expect((await failure()).message).toContain('compartment.yml: cannot be read: it is a directory');
		rmSync(join(folder, 'compartment.yml'), {recursive: true});
		execFileSync('mkfifo', [join(folder, 'compartment.yml')]);
		expect((await failure()).message).toContain('compartment.yml: cannot be read: it is not a regular file');
	});

	it('names broken links', async () => {
		symlinkSync('compartment.yml', join(folder, 'compartment.yml'));
		expect((await failure()).message).toContain('compartment.yml: cannot be read: its symbolic links form a loop');
	});
});

describe('the hash of the files', () => {
	it('changes with any byte of either file, and when bytes move between them', () => {
		const route = 'version: 1\nroutes: [{on: web, path: /, to: web}]\n';
		const hashes = [read(minimal), read(`${minimal}#`), read(minimal, route), read(minimal, `${route}#`)].map(
			({hash}) => hash,
		);
		expect(new Set(hashes).size).toBe(4);
		expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
		expect(read(minimal).hash).toBe(hashes[0]);
		expect(read(`${minimal}\n`, route).hash).not.toBe(read(minimal, `\n${route}`).hash);
	});
});
