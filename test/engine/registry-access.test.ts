import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type IncomingHttpHeaders} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {hintOf} from '../../source/errors.ts';
import {encode, withDockerHome} from '../registries/home.ts';

const home = withDockerHome();

type Answer = {readonly status: number; readonly body: unknown};
type Asked = {readonly path: string; readonly headers: IncomingHttpHeaders; readonly text: string};

/** An engine that notes what it is asked, and gives one answer to all. */
async function openEngine(answer: Answer | 'cut') {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-access-'));
	const asked: Asked[] = [];
	const server = createServer(async (request, response) => {
		let text = '';
		for await (const piece of request) text += String(piece);
		asked.push({path: request.url!.replace(/^\/v[\d.]+(?=\/)/, ''), headers: request.headers, text});
		if (answer === 'cut') return void request.socket.destroy();
		response.setHeader('api-version', '1.41').writeHead(answer.status).end(JSON.stringify(answer.body));
	});
	await new Promise<void>(resolve => server.listen(join(folder, 'engine.sock'), resolve));
	onTestFinished(() => {
		server.close();
		rmSync(folder, {recursive: true});
	});
	return {engine: connectDocker({host: `unix://${join(folder, 'engine.sock')}`}), asked};
}

const digest = `sha256:${'a'.repeat(64)}`;
const found: Answer = {status: 200, body: {Descriptor: {digest}}};

const sent = ({headers}: Asked): unknown => {
	const header = headers['x-registry-auth'];
	return header === undefined ? undefined : JSON.parse(Buffer.from(String(header), 'base64url').toString());
};

test('a digest is asked for with the credentials of its registry, and without any where there are none', async () => {
	const {engine, asked} = await openEngine(found);
	home.configure({
		auths: {
			'https://index.docker.io/v1/': {auth: encode('hub:pass>>>???')},
			'a.example': {auth: encode('octocat:'), identitytoken: 'token'},
		},
	});
	expect(await engine.resolveDigest('nginx:1')).toBe(digest);
	await engine.resolveDigest('a.example/team/app:1');
	await engine.resolveDigest('b.example/app');
	expect(asked.map(({path}) => path.replace(/\?.*/, ''))).toEqual([
		'/distribution/nginx:1/json',
		'/distribution/a.example/team/app:1/json',
		'/distribution/b.example/app/json',
	]);
	expect(asked.map(sent)).toEqual([
		{username: 'hub', password: 'pass>>>???', serveraddress: 'https://index.docker.io/v1/'},
		{username: 'octocat', identitytoken: 'token', serveraddress: 'a.example'},
		undefined,
	]);
	// Older engines ignore a header without padding, and one in the usual alphabet.
	const header = String(asked[0]!.headers['x-registry-auth']);
	expect(header).toMatch(/^[\w-]+={0,2}$/);
	expect(header.length % 4).toBe(0);
	expect(header).toContain('_');
});

test('a login goes to the engine in the body of a request, and gives the token that it answers', async () => {
	const {engine, asked} = await openEngine({status: 200, body: {Status: 'Login Succeeded', IdentityToken: 'token'}});
	expect(await engine.logIn('docker.io', {username: 'octocat', password: 'hunter2'})).toEqual({identityToken: 'token'});
	expect(asked.map(({path}) => path)).toEqual(['/auth']);
	expect(JSON.parse(asked[0]!.text)).toEqual({
		username: 'octocat',
		password: 'hunter2',
		serveraddress: 'https://index.docker.io/v1/',
	});
	const plain = await openEngine({status: 200, body: {Status: 'Login Succeeded', IdentityToken: ''}});
	expect(await plain.engine.logIn('ghcr.io', {username: 'octocat', password: 'hunter2'})).toEqual({});
});

test('a pull that fails in the middle is explained as one that is refused at once', async () => {
	const message = 'toomanyrequests: You have reached your pull rate limit.';
	for (const answer of [
		{status: 429, body: {message}},
		{status: 200, body: {errorDetail: {message}, error: message}},
	]) {
		const {engine} = await openEngine(answer);
		const error: unknown = await engine.pullImage('nginx:1', () => undefined).catch(error => error);
		expect(error).toMatchObject({
			name: 'EngineError',
			message: `cannot pull image nginx:1: registry docker.io limits how often it may be asked: ${message}`,
			isOutcomeUnknown: false,
		});
		expect(hintOf(error)).toContainEqual({command: 'registry login', words: ['docker.io']});
	}
});

test('an engine that does not answer says nothing of a registry', async () => {
	const {engine} = await openEngine('cut');
	const outcomes = await Promise.all([
		engine.pullImage('nginx:1', () => undefined).catch((error: unknown) => error),
		engine.logIn('ghcr.io', {username: 'octocat', password: 'hunter2'}).catch((error: unknown) => error),
	]);
	for (const error of outcomes) {
		expect(error).toMatchObject({name: 'EngineError', isOutcomeUnknown: true});
		expect(String(error)).not.toMatch(/registry|hunter2/);
	}
});
