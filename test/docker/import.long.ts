import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import {type Sandbox, withSandbox} from './cli.ts';
import {tarOf, withEngine} from './helpers.ts';

const {engine, labels} = withEngine();

/** Answers with the version, what a PING to $REDIS_URL brings, and whether the worker can be reached by its name. */
const storefront = `
const {connect} = require('node:net');
const ping = () => new Promise(resolve => {
	const {hostname, port} = new URL(process.env.REDIS_URL);
	const socket = connect({host: hostname, port: Number(port)}, () => socket.write('PING\\r\\n'));
	socket.once('data', data => { resolve(hostname + ' says ' + data.toString().trim()); socket.end(); });
	socket.once('error', error => resolve(error.code));
});
require('node:http').createServer(async (_, response) => response.end(await ping())).listen(8080);
process.once('SIGTERM', () => process.exit());
`;

const images = {storefront: 'acme/storefront:1.0', redis: 'redis:7-alpine'} as const;
const added: string[] = [];

beforeAll(async () => {
	// Any version says PONG.
	const other = await engine.findImage('redis:8-alpine');
	if (other && !(await engine.findImage(images.redis))) {
		await engine.tagImage(other.id, images.redis);
		added.push(images.redis);
	}
	const lines = ['FROM node:24-slim', 'COPY server.js /server.js', 'CMD ["node", "/server.js"]'];
	const context = tarOf({Dockerfile: lines.join('\n'), 'server.js': storefront});
	const request = {context, dockerfile: 'Dockerfile', reference: images.storefront, labels, args: {}};
	await engine.buildImage(request, () => undefined);
	added.push(images.storefront);
}, 120_000);

afterAll(async () => {
	for (const reference of added) await engine.removeImage(reference);
});

/** The app of a web front end and its cache. */
const shop = {
	name: 'shop',
	services: [
		{name: 'web', image: images.storefront, port: 8080, public: true, env: {REDIS_URL: 'redis://cache:6379'}},
		{name: 'cache', image: images.redis, port: 6379, public: false},
	],
};

/** The body of an answer, or its status if that is not 200. */
async function answer(sandbox: Sandbox, service = 'web'): Promise<string> {
	const {status, body} = await sandbox.ask('/', {service});
	return status === 200 ? body : String(status);
}

describe.each([
	['JSON', 'app.json', JSON.stringify(shop, null, 2)],
	['YAML', 'app.yaml', stringify(shop)],
])('a Cynchro app as %s', (_, file, text) => {
	const sandbox = withSandbox();

	test('is imported, applied and served; web reaches the cache by its name, and nobody else does', async () => {
		sandbox.write({[file]: text});
		const said = await sandbox.succeed(['import', file, '--name', sandbox.project, '--set-variables']);
		expect(said).toContain('Created ./compartment.yml');
		expect(said).toContain('Stored 1 variable of the file, encrypted.');
		await sandbox.succeed(['validate']);
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(await answer(sandbox)).toBe('cache says +PONG');
		expect(await answer(sandbox, 'cache')).toMatch(/^4\d\d$/);
		const {publishedPorts} = await sandbox.running('service.cache');
		expect(publishedPorts).toEqual([]);
		await sandbox.expectNoChanges();
	});
});

const api = (version: string) => `
require('node:http').createServer((_, response) => response.end('api ${version}')).listen(3000);
process.once('SIGTERM', () => process.exit());
`;

/** A repository with two services, whose branch \`release\` differs from \`main\`. Returns its folder. */
function makeRepository(folder: string): string {
	const origin = join(folder, 'monorepo.git');
	const write = (path: string, content: string) => {
		mkdirSync(dirname(join(origin, path)), {recursive: true});
		writeFileSync(join(origin, path), content);
	};
	mkdirSync(origin);
	const git = (...args: string[]) =>
		execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main', ...args], {
			cwd: origin,
		});
	git('init', '--quiet');
	write('api/Dockerfile', 'FROM node:24-slim\nCOPY . /app\nCMD ["node", "/app/server.js"]\n');
	write('api/server.js', api('main'));
	write('worker/Dockerfile', 'FROM node:24-slim\nCOPY . /app\nCMD ["node", "/app/work.js"]\n');
	write(
		'worker/work.js',
		`setInterval(() => fetch('http://api:3000').then(r => r.text()).then(text => console.log('saw ' + text), () => undefined), 200);
process.once('SIGTERM', () => process.exit());
`,
	);
	git('add', '.');
	git('commit', '--quiet', '-m', 'one');
	git('checkout', '--quiet', '-b', 'release');
	write('api/server.js', api('release'));
	git('commit', '--quiet', '-am', 'two');
	git('checkout', '--quiet', 'main');
	return origin;
}

describe('an app that is built from one repository', () => {
	const sandbox = withSandbox();
	const running = async () => {
		const {containers} = await sandbox.observe();
		return containers
			.filter(({state}) => state === 'running')
			.map(container => container.labels['compartment.address']);
	};
	const ids = async () => [(await sandbox.running('service.api')).id, (await sandbox.running('service.worker')).id];

	test('is cloned at its branch once, both services are built, and they reach each other', async () => {
		const repo = makeRepository(join(sandbox.folder, '..'));
		const services = [
			{name: 'api', dockerfile: 'api/Dockerfile', context: 'api', port: 3000, public: true},
			{name: 'worker', dockerfile: 'worker/Dockerfile', context: 'worker', port: 0, public: false},
		];
		sandbox.write({'app.json': JSON.stringify({name: 'stack', repo: `file://${repo}`, branch: 'release', services})});
		await sandbox.succeed(['import', 'app.json', '--name', sandbox.project]);
		await sandbox.succeed(['apply', '--auto-approve']);
		expect(await answer(sandbox, 'api')).toBe('api release');
		await expect
			.poll(() => sandbox.succeed(['logs', 'worker', '--plain', '--tail', '3']), {timeout: 20_000})
			.toContain('saw api release');
		await sandbox.expectNoChanges();
	});

	test('restart, stop and start act on all of it', async () => {
		const before = await ids();
		await sandbox.succeed(['restart', '--auto-approve']);
		const after = await ids();
		expect(after.filter(id => before.includes(id))).toEqual([]);
		await sandbox.succeed(['stop', '--auto-approve']);
		expect(await running()).toEqual([]);
		expect(await answer(sandbox, 'api')).toMatch(/^50\d$/);
		await sandbox.succeed(['start', '--auto-approve']);
		expect((await running()).sort()).toEqual(['service.api', 'service.worker']);
		expect(await answer(sandbox, 'api')).toBe('api release');
	});

	test('destroy removes it with its networks', async () => {
		expect((await sandbox.observe()).networks.length).toBeGreaterThan(0);
		await sandbox.succeed(['destroy', '--auto-approve']);
		const {containers, networks, volumes} = await sandbox.observe();
		expect([...containers, ...networks, ...volumes]).toEqual([]);
	});
});
