import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2} from 'node:http2';
import {connect, createServer, type Socket} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {createFrameReader, frameOf} from '../../source/engine/build-session/grpc.ts';
import {readPacket} from '../../source/engine/build-session/packets.ts';
import {inOrder} from '../../source/engine/build-session/send-tree.ts';
import {entriesFor, methods, serveTree} from '../../source/engine/build-session/serve.ts';
import type {TreeEntry} from '../../source/engine/engine.ts';
import {readFields} from '../../source/engine/protobuf.ts';
import {writeMessage} from '../../source/engine/protobuf-writer.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const folder = (path: string): TreeEntry => ({type: 'directory', path, mode: 0o755});

function file(path: string, ...pieces: readonly string[]): TreeEntry {
	const read = async function* () {
		for (const piece of pieces) yield Buffer.from(piece);
	};
	const text = pieces.join('');
	return {type: 'file', path, mode: 0o644, size: Buffer.byteLength(text), hash: hashOf(text), read};
}

const broken: TreeEntry = {
	...{type: 'file', path: 'a', mode: 0o644, size: 3, hash: hashOf('one')},
	async *read() {
		yield Buffer.from('o');
		throw new Error('"a" changed while it was being packed.');
	},
};

/** The fields of a message: number → value; bytes as text. */
const fieldsOf = (message: Buffer) =>
	Object.fromEntries(
		[...readFields(message)].map(({number, value}) => [number, Buffer.isBuffer(value) ? value : Number(value)]),
	);

test('what is written can be read', () => {
	const message = writeMessage({
		1: 0,
		2: 300,
		3: 'grüße',
		4: Buffer.alloc(0),
		5: Buffer.from([0]),
		6: 2n ** 40n,
		7: '',
	});
	expect(fieldsOf(message)).toEqual({
		...{2: 300, 3: Buffer.from('grüße'), 4: Buffer.alloc(0)},
		...{5: Buffer.from([0]), 6: 2 ** 40},
	});
});

test('messages arrive whole, however they are cut', () => {
	const bytes = Buffer.concat(['', 'one', 'x'.repeat(300)].map(text => frameOf(Buffer.from(text))));
	const read = createFrameReader();
	const messages = [...bytes].flatMap(byte => read(Buffer.from([byte])));
	expect(messages.map(String)).toEqual(['', 'one', 'x'.repeat(300)]);
});

test('a folder comes before what is in it, and names are ordered by their bytes', () => {
	const paths = ['a-b', 'a', 'a/b', 'a.c', 'a/b/c', 'Z', 'é', 'a/B', '\u{1F600}', '\uFF5E'];
	const ordered = ['Z', 'a', 'a/B', 'a/b', 'a/b/c', 'a-b', 'a.c', 'é', '\uFF5E', '\u{1F600}'];
	expect(inOrder(paths.map(path => file(path))).map(({path}) => path)).toEqual(ordered);
});

describe('of a context', () => {
	const tree = {
		key: 'k',
		entries: [folder('docker'), file('docker/web'), file('docker/web.md'), file('.dockerignore')],
	};
	const paths = (headers: Record<string, string>) =>
		entriesFor(headers, {tree, dockerfile: 'docker/web', hosts: []}).map(({path}) => path);

	test('BuildKit gets the Dockerfile alone when it asks for that', () =>
		expect(paths({'dir-name': 'dockerfile', followpaths: 'docker/web, docker/web.dockerignore'})).toEqual([
			'docker',
			'docker/web',
		]));

	test('it gets no .dockerignore: the files were chosen before', () =>
		expect(paths({'dir-name': 'context', followpaths: '.dockerignore'})).toEqual([]));

	test('it gets everything else that was chosen, whatever it would leave out', () => {
		expect(paths({'dir-name': 'context', 'exclude-patterns': 'docker'})).toHaveLength(4);
		expect(paths({'dir-name': 'context', followpaths: 'docker, package.json'})).toHaveLength(4);
	});
});

/** Serves a tree, and connects as BuildKit does. */
async function open(entries: readonly TreeEntry[], failures: unknown[] = []): Promise<ClientHttp2Session> {
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as {port: number};
	const accepted = once(server, 'connection') as Promise<[Socket]>;
	const socket = connect(port, '127.0.0.1');
	const source = {tree: {key: 'k', entries}, dockerfile: 'Dockerfile', hosts: ['ghcr.io', 'docker.io']};
	const close = serveTree((await accepted)[0], source, error => void failures.push(error));
	const session = connectHttp2('http://buildkit', {createConnection: () => socket});
	session.on('error', () => undefined);
	onTestFinished(() => {
		session.destroy();
		close();
		server.close();
	});
	return session;
}

const call = (session: ClientHttp2Session, path: string, headers: Record<string, string> = {}): ClientHttp2Stream =>
	session.request({':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers});

/** Receives a folder as BuildKit does: it asks for the files of which it has no equal one. Known: path → time. */
async function receive(session: ClientHttp2Session, known: Readonly<Record<string, number>> = {}) {
	const stream = call(session, methods.diffCopy, {'dir-name': 'context'});
	const stats: {path: string; mode: number; size: number; time: number; target: string}[] = [];
	const contents: Record<string, string> = {};
	const open = new Set<number>();
	let isAnnounced = false;
	let error = '';
	const trailers = once(stream, 'trailers');
	const read = createFrameReader();
	const send = (fields: Parameters<typeof writeMessage>[0]) => stream.write(frameOf(writeMessage(fields)));
	const finish = () => isAnnounced && open.size === 0 && send({1: 3});
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		for (const message of read(chunk)) {
			const {1: type = 0, 2: stat, 3: id = 0, 4: data} = fieldsOf(message);
			if (type === 0 && Buffer.isBuffer(stat)) {
				const {1: path, 2: mode, 5: size = 0, 6: time = 0, 7: target = ''} = fieldsOf(stat);
				const found = {path: String(path), mode: Number(mode), size: Number(size), time: Number(time)};
				stats.push({...found, target: String(target)});
				const isFile = Number(mode) < 2 ** 27;
				if (!isFile || known[found.path] === found.time) continue;
				open.add(stats.length - 1);
				send({1: 1, 3: stats.length - 1});
			} else if (type === 0) {
				isAnnounced = true;
				finish();
			} else if (type === 2 && data === undefined) {
				open.delete(Number(id));
				finish();
			} else if (type === 2) contents[stats[Number(id)]!.path] = `${contents[stats[Number(id)]!.path] ?? ''}${data}`;
			else if (type === 3) stream.end();
			else if (type === 4) error = String(data);
		}
	}
	return {stats, contents, error, status: (await trailers)[0]['grpc-status']};
}

const entries = [
	folder('sub'),
	file('sub/b', 'first ', 'second'),
	file('a', 'x'.repeat(200_000)),
	file('empty'),
	{type: 'link', path: 'link', mode: 0o777, target: 'sub/b'},
] satisfies TreeEntry[];

test('a folder arrives whole', async () => {
	const {stats, contents, status} = await receive(await open(entries));
	expect(stats.map(({path}) => path)).toEqual(['a', 'empty', 'link', 'sub', 'sub/b']);
	expect(stats[2]).toMatchObject({mode: 2 ** 27 + 0o777, target: 'sub/b'});
	expect(stats[3]).toMatchObject({mode: 2 ** 31 + 0o755});
	expect(stats[4]).toMatchObject({mode: 0o644, size: 12});
	expect(contents).toEqual({a: 'x'.repeat(200_000), 'sub/b': 'first second'});
	expect(status).toBe('0');
});

test('only a file whose content has changed is sent again, even if it is as long as before', async () => {
	const {stats} = await receive(await open(entries));
	const known = Object.fromEntries(stats.map(({path, time}) => [path, time]));
	const changed = entries.map(entry => (entry.path === 'sub/b' ? file('sub/b', 'first fourth') : entry));
	expect((await receive(await open(changed), known)).contents).toEqual({'sub/b': 'first fourth'});
	expect((await receive(await open(entries), known)).contents).toEqual({});
});

test('thousands of files arrive', async () => {
	const many = Array.from({length: 5000}, (_, index) => file(`f${index}`, `content ${index}`));
	const {contents} = await receive(await open(many));
	expect(Object.keys(contents)).toHaveLength(5000);
	expect(contents['f4999']).toBe('content 4999');
});

test('no more is read than BuildKit takes, and it can call meanwhile', async () => {
	let read = 0;
	const piece = Buffer.alloc(32 * 1024);
	const large: TreeEntry = {
		...{type: 'file', path: 'large', mode: 0o644, size: 1000 * piece.length, hash: hashOf('large')},
		async *read() {
			for (let count = 0; count < 1000; count += 1) {
				// As from a disk.
				await new Promise(resolve => setImmediate(resolve));
				read += piece.length;
				yield piece;
			}
		},
	};
	const session = await open([large]);
	const stream = call(session, methods.diffCopy, {'dir-name': 'context'});
	stream.write(frameOf(writeMessage({1: 1, 3: 0})));
	stream.pause();
	await pause(300);
	expect(read).toBeGreaterThan(0);
	expect(read).toBeLessThan(2_000_000);
	const health = call(session, methods.health);
	health.end(frameOf(Buffer.alloc(0)));
	const [trailers] = await Promise.all([once(health, 'trailers'), health.toArray()]);
	expect(trailers[0]['grpc-status']).toBe('0');
	stream.close();
});

test('a file that changes while it is read fails the build, with its own error', async () => {
	const failures: unknown[] = [];
	const {error} = await receive(await open([broken], failures));
	expect(error).toBe('"a" changed while it was being packed.');
	await expect.poll(() => failures).toEqual([expect.objectContaining({message: error})]);
});

test('BuildKit learns that the session lives, and what it has not', async () => {
	const session = await open([]);
	const health = call(session, methods.health);
	health.end(frameOf(Buffer.alloc(0)));
	const [trailers] = await Promise.all([once(health, 'trailers'), health.toArray()]);
	expect(trailers[0]['grpc-status']).toBe('0');
	const other = call(session, '/moby.sshforward.v1.SSH/CheckAgent');
	other.end();
	const [headers] = await once(other, 'response');
	expect(headers['grpc-status']).toBe('12');
});

test('packets that are not for us are ignored', () => {
	expect(readPacket(Buffer.alloc(0))).toEqual({type: 'other'});
	expect(readPacket(writeMessage({1: 4, 4: 'no space left'}))).toEqual({type: 'error', message: 'no space left'});
});

describe('credentials', () => {
	const ask = async (session: ClientHttp2Session, host: string) => {
		const stream = call(session, methods.credentials);
		stream.end(frameOf(writeMessage({1: host})));
		const read = createFrameReader();
		const messages: Buffer[] = [];
		for await (const chunk of stream as AsyncIterable<Buffer>) messages.push(...read(chunk));
		const {1: user, 2: secret} = fieldsOf(messages[0]!);
		return [user, secret].map(field => field && String(field));
	};

	test('are those of the registries that the build pulls from, and of no others', async () => {
		const auth = Buffer.from('octocat:secret').toString('base64');
		const hub = 'https://index.docker.io/v1/';
		const auths = {
			'ghcr.io': {auth},
			'quay.io': {auth},
			[hub]: {auth: Buffer.from('hub:').toString('base64'), identitytoken: 't'},
		};
		vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({auths}));
		onTestFinished(() => void vi.unstubAllEnvs());
		const session = await open([]);
		expect(await ask(session, 'ghcr.io')).toEqual(['octocat', 'secret']);
		expect(await ask(session, 'registry-1.docker.io')).toEqual([undefined, 't']);
		expect(await ask(session, 'quay.io')).toEqual([undefined, undefined]);
		expect(await ask(session, '')).toEqual([undefined, undefined]);
	});
});
