import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {withSandbox} from './cli.ts';

const page = (text: string) => `<!doctype html><title>${text}</title>`;
const build = (command: string) => ({command, outputDirectory: 'dist'});

const describeSite = (command: string) => ({
	services: {web: {path: './site', kind: 'static', accessMode: 'public', build: build(command)}},
});

const sandbox = withSandbox(async opened => {
	await promisify(execFile)('bash', [resolve(import.meta.dirname, '../../scripts/images.sh'), 'caddy:2-alpine']);
	opened.write({
		'site/package.json': JSON.stringify({name: 'site', version: '1.0.0'}),
		'site/index.html': page('home'),
		'site/style.css': 'body {color: teal}',
		'site/404.html': page('not here'),
		'site/notes.txt': 'not for the world',
	});
	opened.describe(
		describeSite('mkdir -p dist/assets && cp index.html 404.html dist/ && cp style.css dist/assets/app-1a2b3c4d.css'),
	);
	await opened.succeed(['deploy']);
});

test('only the output directory is served, with content types', async () => {
	const home = await sandbox.ask('/');
	expect(home).toMatchObject({status: 200, body: page('home')});
	expect(home.headers).toMatchObject({
		'content-type': expect.stringContaining('text/html'),
		'x-content-type-options': 'nosniff',
	});
	const style = await sandbox.ask('/assets/app-1a2b3c4d.css');
	expect(style).toMatchObject({status: 200, body: 'body {color: teal}'});
	expect(style.headers).toMatchObject({
		'content-type': expect.stringContaining('text/css'),
		'cache-control': expect.stringContaining('immutable'),
	});
	for (const path of ['/notes.txt', '/package.json', '/dist/index.html', '/Caddyfile'])
		expect((await sandbox.ask(path)).status, path).toBe(404);
});

test('caches revalidate pages, and an unchanged page is not sent again', async () => {
	const {headers} = await sandbox.ask('/');
	expect(headers['cache-control']).toContain('must-revalidate');
	const again = await sandbox.ask('/', {headers: {'if-none-match': String(headers['etag'])}});
	expect(again).toMatchObject({status: 304, body: ''});
});

test('a missing path gets the site’s 404 page', async () => {
	expect(await sandbox.ask('/absent')).toMatchObject({status: 404, body: page('not here')});
});

test('without a 404 page unknown paths serve index.html, and a rollback restores the 404 page', async () => {
	sandbox.describe(describeSite('mkdir -p dist && cp index.html dist/'));
	await sandbox.succeed(['deploy']);
	expect(await sandbox.ask('/orders/7')).toMatchObject({status: 200, body: page('home')});
	expect((await sandbox.ask('/orders.json')).status).toBe(404);
	await sandbox.succeed(['rollback', '--auto-approve']);
	expect(await sandbox.ask('/orders/7')).toMatchObject({status: 404, body: page('not here')});
});
