import {execFile, execFileSync} from 'node:child_process';
import {cpSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import {buffer} from 'node:stream/consumers';
import {setTimeout as pause} from 'node:timers/promises';
import {promisify} from 'node:util';
import {beforeAll, expect, test} from 'vitest';
import {packContext} from '../../source/build/archive.ts';
import {describeBuildProgress} from '../../source/build/build-log.ts';
import {planBuild} from '../../source/build/plan-build.ts';
import {withoutMounts} from '../../source/build/recipes/dockerfile-lines.ts';
import {runBuild} from '../../source/build/run-build.ts';
import {loadProject} from '../../source/descriptor/load.ts';
import type {Project, Service} from '../../source/descriptor/project.ts';
import type {NetworkSpec} from '../../source/engine/engine.ts';
import {makeService, makeTree, type Tree} from '../build/tree.ts';
import {makeNetwork, uniqueName, until, withEngine} from './helpers.ts';

const {engine, labels} = withEngine();
const root = path.resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);

beforeAll(async () => {
	const images = ['node:24-slim', 'python:3.13-slim', 'golang:1.24', 'caddy:2-alpine'];
	await execute('bash', [path.join(root, 'scripts/images.sh'), ...images]);
}, 300_000);

const reads = {findImage: engine.findImage, readArchitecture: async () => (await engine.info()).architecture};

type Source = {readonly project: Pick<Project, 'directory'>; readonly service: Service};

async function build({project, service}: Source, buildArgs: Record<string, string> = {}) {
	const findRailpack = async () => ({missing: 'railpack not found'});
	const planned = await planBuild({project, service, ...reads, buildArgs, findRailpack});
	const lines: string[] = [];
	const reference = `${uniqueName('detect')}:${planned.key}`;
	const image = await runBuild(engine, planned, {
		reference,
		labels,
		onProgress: progress => lines.push(...describeBuildProgress(progress).lines),
	});
	return {planned, lines, image};
}

/** A copy of an example, so that the test leaves nothing in it. */
async function example(name: string, service: string): Promise<Source> {
	const directory = makeTree();
	cpSync(path.join(root, 'examples', name), directory, {
		recursive: true,
		filter: file => !/node_modules|\.compartment$/.test(file),
	});
	const project = await loadProject(directory);
	return {project, service: project.services.find(each => each.name === service)!};
}

function freePort(): Promise<number> {
	return new Promise(resolve => {
		const server = createServer().listen(0, '127.0.0.1', () => {
			const {port} = server.address() as {port: number};
			server.close(() => resolve(port));
		});
	});
}

let network: NetworkSpec | undefined;

/** Runs an image like a service and returns its address. */
async function start(image: string, command?: string) {
	const port = await freePort();
	network ??= await makeNetwork(engine, labels);
	const id = await engine.run({
		name: uniqueName('detect'),
		image,
		labels,
		env: {PORT: '8080'},
		...(command !== undefined && {entrypoint: ['/bin/sh', '-c'], command: [command]}),
		attachments: [{network: network.name}],
		publish: {8080: {host: '127.0.0.1', port}},
		restart: {policy: 'no'},
		capabilities: ['CHOWN', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'],
	});
	const address = `http://127.0.0.1:${port}`;
	const answers = () =>
		fetch(address).then(
			() => true,
			() => false,
		);
	await until(answers, 30_000);
	return {id, get: (place: string, init?: RequestInit) => fetch(address + place, init)};
}

/** Stops a container and returns whether it exited on the stop signal. */
async function stopsAtOnce(id: string): Promise<boolean> {
	await engine.stop(id, 20);
	const details = await engine.inspectContainer(id);
	return details?.exitCode !== 137;
}

const userOf = async (id: string) => (await engine.exec(id, ['id', '-u'])).stdout.trim();

test('examples/python-service builds and runs', async () => {
	const {planned, image} = await build(await example('python-service', 'web'));
	expect(planned.reason).toBe('built-in: python 3.13, `python main.py` (railpack not found)');
	const {id, get} = await start(image.id);
	const answer = await get('/words', {method: 'POST', body: 'b a b'});
	expect(await answer.json()).toEqual({b: 2, a: 1});
	expect(await userOf(id)).toBe('1000');
	expect(await stopsAtOnce(id)).toBe(true);
}, 120_000);

test('examples/go-service builds and runs without its source', async () => {
	const {image} = await build(await example('go-service', 'web'));
	const {id, get} = await start(image.id);
	expect(await (await get('/')).text()).toContain('Asia/Tokyo');
	const files = (await engine.exec(id, ['find', '/app', '-type', 'f'])).stdout.split('\n').filter(Boolean).sort();
	expect(files).toEqual(['/app/README.md', '/app/out', '/app/pages/index.tmpl']);
	expect(await userOf(id)).toBe('1000');
	expect(await stopsAtOnce(id)).toBe(true);
}, 300_000);

test('examples/pnpm-workspace builds and runs, each service with its includes', async () => {
	const web = await example('pnpm-workspace', 'web');
	const {image, planned} = await build(web);
	expect(planned.reason).toContain('node 24, pnpm 10.18.0, pnpm install --frozen-lockfile');
	const {id, get} = await start(image.id);
	expect(await (await get('/')).text()).toContain('<strong>3 notes</strong>');
	const list = await engine.exec(id, ['sh', '-c', 'ls /app/apps /app/node_modules/.pnpm; touch /app/x']);
	expect([list.exitCode, list.stdout.includes('marked'), list.stdout.includes('api')]).toEqual([0, false, false]);
	expect(await stopsAtOnce(id)).toBe(true);

	writeFileSync(
		path.join(web.project.directory, 'apps/web/server.js'),
		readFileSync(path.join(web.project.directory, 'apps/web/server.js'), 'utf8').replace("'ok'", "'fine'"),
	);
	const {lines} = await build(web);
	const installs = lines.filter(line => /RUN .*pnpm install/.test(line));
	expect(installs.length).toBeGreaterThan(0);
	expect(installs.every(line => line.endsWith('(cached)'))).toBe(true);

	const api = await example('pnpm-workspace', 'api');
	const built = await build(api);
	const answer = await start(built.image.id, `exec ${api.service.run.command}`);
	expect(await (await answer.get('/notes')).json()).toHaveLength(3);
}, 240_000);

test('examples/vite-static is served with types, caching and a fallback, and without its source', async () => {
	const source = await example('vite-static', 'web');
	const {image, planned} = await build(source, {VITE_GREETING: 'Ahoy'});
	expect(planned.reason).toBe('built-in: node 24, npm ci, `npm run build`, files of dist (static)');
	const {id, get} = await start(image.id);
	const page = await get('/');
	const html = await page.text();
	expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
	expect(page.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
	const script = await get(/src="(\/assets\/[^"]+\.js)"/.exec(html)![1]!);
	expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
	expect(await script.text()).toContain('Ahoy');

	expect([(await get('/someone')).status, await (await get('/someone')).text()]).toEqual([200, html]);
	const missing = await get('/assets/missing-ABCD1234.js');
	expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'public, max-age=0, must-revalidate']);
	const again = await get('/', {headers: {'if-none-match': page.headers.get('etag')!}});
	expect(again.status).toBe(304);
	expect((await engine.exec(id, ['find', '/', '-xdev', '-name', 'package.json', '-path', '/srv/*'])).stdout).toBe('');
	expect(await userOf(id)).toBe('1000');
	expect(await stopsAtOnce(id)).toBe(true);
}, 180_000);

test('a folder is published with its 404.html, clean URLs and ETags, and without hidden files', async () => {
	const tree: Tree = {
		'site/public/index.html': 'home',
		'site/public/404.html': 'nothing here',
		'site/public/about.html': 'about',
		'site/public/docs/index.html': 'docs',
		'site/public/.env': 'canary',
		'site/public/.well-known/x.txt': 'known',
		'site/public/app.3f9a1c2b.css': 'a{}',
		'site/public/photo-portrait.png': 'png',
		'site/public/app.webmanifest': '{}',
	};
	const service = makeService({path: 'site', kind: 'static', build: {outputDirectory: 'public'}});
	const directory = makeTree(tree);
	const source = {project: {directory}, service};
	const {get, id} = await start((await build(source)).image.id);
	const read = async (place: string) => {
		const answer = await get(place, {redirect: 'manual'});
		return [answer.status, (await answer.text()).trim()];
	};
	expect(await read('/nowhere')).toEqual([404, 'nothing here']);
	expect(await read('/nowhere.js')).toEqual([404, 'nothing here']);
	expect(await read('/about')).toEqual([200, 'about']);
	expect((await read('/docs'))[0]).toBe(308);
	expect(await read('/docs/')).toEqual([200, 'docs']);
	expect((await read('/.env'))[0]).toBe(404);
	expect(await read('/.well-known/x.txt')).toEqual([200, 'known']);
	expect((await read('/../../etc/passwd'))[0]).toBe(404);
	const headers = async (place: string, name: string) => (await get(place)).headers.get(name);
	expect(await headers('/app.3f9a1c2b.css', 'cache-control')).toContain('immutable');
	expect(await headers('/photo-portrait.png', 'cache-control')).not.toContain('immutable');
	expect(await headers('/app.webmanifest', 'content-type')).toBe('application/manifest+json');
	const before = await headers('/about', 'etag');
	await engine.stop(id, 5);

	writeFileSync(`${directory}/site/public/about.html`, 'ABOUT');
	const changed = await start((await build(source)).image.id);
	const etag = async (place: string) => (await changed.get(place)).headers.get('etag');
	expect(before).toMatch(/^".+"$/);
	expect(await etag('/about')).not.toBe(before);
	expect(await etag('/docs/')).toBe(await etag('/docs/'));
}, 120_000);

test('a value of build.env reaches the build and is in no layer, history, log, plan or process list', async () => {
	const canary = uniqueName('canary');
	const check = `node -e "if (process.env.PUBLIC_ONE !== '${[...canary].reverse().join('')}'.split('').reverse().join('')) process.exit(9)"`;
	const manifest = {scripts: {build: `${check} && sleep 2`, start: 'node server.js'}};
	const directory = makeTree({'package.json': JSON.stringify(manifest), 'server.js': uniqueName()});
	const service = makeService({build: {env: ['PUBLIC_ONE']}});

	const seen: string[] = [];
	let isBuilding = true;
	const watch = (async () => {
		for (; isBuilding; await pause(100)) {
			for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
				try {
					const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
					if (line.includes(canary)) seen.push(line);
				} catch {
					// The process has ended meanwhile.
				}
			}
		}
	})();
	const {image, lines, planned} = await build({project: {directory}, service}, {PUBLIC_ONE: canary});
	isBuilding = false;
	await watch;

	const {context, args, ...told} = planned;
	const docker = (...args: readonly string[]) => execFileSync('docker', args, {maxBuffer: 2e9});
	expect(args).toEqual({PUBLIC_ONE: canary});
	expect(context.entries.length).toBe(2);
	expect(JSON.stringify({...told, files: [...told.manifest.files]})).not.toContain(canary);
	expect(lines.join('\n')).not.toContain(canary);
	expect(docker('history', '--no-trunc', image.id).includes(canary)).toBe(false);
	expect(docker('image', 'inspect', image.id).includes(canary)).toBe(false);
	expect(docker('save', image.id).includes(canary)).toBe(false);
	expect(seen).toEqual([]);
}, 120_000);

test('the classic builder can build a detected source', async () => {
	const directory = makeTree({
		'package.json': '{"scripts": {"build": "touch built", "start": "node server.js"}, "dependencies": {}}',
		'package-lock.json': '{"lockfileVersion": 3, "packages": {"": {}}}',
		'server.js': `// ${uniqueName()}\nrequire('http').createServer((_, r) => r.end(String(require('fs').existsSync('built')))).listen(process.env.PORT)`,
	});
	const project = {directory};
	const planned = await planBuild({project, service: makeService(), ...reads, buildArgs: {}});
	expect(planned.written!['Dockerfile']).toContain('--mount');
	const reference = `${uniqueName('detect')}:${planned.key}`;
	// The classic builder keeps every stage as an image, so each needs the labels by which it is removed.
	const label = Object.entries(labels).map(([key, value]) => `\nLABEL ${key}=${value}`);
	const dockerfile = withoutMounts(planned.written!['Dockerfile']!).replace(/^FROM .*$/gm, `$&${label.join('')}`);
	const archive = packContext(planned.context, {Dockerfile: dockerfile});
	execFileSync('docker', ['build', '--force-rm', '--tag', reference, '-'], {
		env: {...process.env, DOCKER_BUILDKIT: '0'},
		input: await buffer(archive),
		stdio: 'pipe',
	});
	const {get} = await start(reference);
	expect(await (await get('/')).text()).toBe('true');
}, 120_000);
