import {execFile, spawn} from 'node:child_process';
import {createServer, request} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {promisify} from 'node:util';
import {freePort} from '../docker/router-lab.ts';
import {straightDocker} from '../docker/straight.ts';

const image = 'compartment-test-registry';

/** What a client gets instead of the registry's answer; `cut`: a closed connection, `silence`: nothing at all. */
type Interference = 'cut' | 'silence' | {readonly status: number; readonly body?: string};

/** Decides about a request, such as `GET /v2/`; undefined leaves it to the registry. */
type Interfere = (asked: string) => Interference | undefined;

/** A real registry that asks for a password, for one test file. The engine speaks http with it, because it is local. */
export type Registry = {
	/** `127.0.0.1:PORT`. */
	readonly host: string;
	readonly user: string;
	readonly password: string;
	/** What was asked, as `HEAD /v2/team/app/manifests/1`. */
	readonly asked: readonly string[];
	/** Answers some requests itself; null: none any more. */
	readonly interfere: (decide: Interfere | null) => void;
	/** Gives an image of the engine a name in this registry, pushes it, and takes the name away from the engine. Returns the name. */
	readonly push: (imageId: string, name: string) => Promise<string>;
	readonly stop: () => Promise<void>;
};

function openFront(to: number) {
	const asked: string[] = [];
	let decide: Interfere | null = null;
	const server = createServer((incoming, outgoing) => {
		const line = `${incoming.method} ${incoming.url}`;
		asked.push(line);
		const interference = decide?.(line);
		if (interference === 'silence') return;
		if (interference === 'cut') return void incoming.socket.destroy();
		if (interference) {
			outgoing.writeHead(interference.status, {'content-type': 'application/json'});
			return void outgoing.end(interference.body ?? '');
		}
		const {method, url: path, headers} = incoming;
		// The addresses in its answers are made from the header `host`, so they lead here too.
		const onward = request({host: '127.0.0.1', port: to, method, path, headers}, response => {
			outgoing.writeHead(response.statusCode!, response.headers);
			response.pipe(outgoing);
		});
		onward.on('error', () => incoming.socket.destroy());
		incoming.pipe(onward);
	});
	return {
		server,
		asked,
		interfere: (next: Interfere | null) => {
			decide = next;
		},
	};
}

const answers = (port: number): Promise<boolean> =>
	new Promise(resolve => {
		const socket = connect(port, '127.0.0.1', () => resolve(true));
		socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
	});

/** Starts a registry with one user. */
export async function startRegistry(): Promise<Registry> {
	await promisify(execFile)('bash', [join(import.meta.dirname, '../../scripts/images.sh'), image]);
	const [user, password] = ['deploy', 'öpen-S3same/+?'];
	const port = await freePort();
	const child = spawn('docker', ['run', '--rm', '--interactive', '--network', 'host', image, String(port)]);
	let log = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => {
			log += text;
		});
	const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
	child.stdin.on('error', () => undefined);
	child.stdin.write(`${user}\n${password}\n`);
	const front = openFront(port);
	const stop = async () => {
		front.server.close();
		front.server.closeAllConnections();
		child.stdin.end();
		await ended;
	};
	const limit = Date.now() + 30_000;
	while (!(await answers(port))) {
		if (Date.now() > limit || child.exitCode !== null) {
			await stop();
			throw new Error(`the registry does not start:\n${log}`);
		}
		await pause(50);
	}
	await new Promise<void>(resolve => front.server.listen(0, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(front.server.address() as AddressInfo).port}`;
	const docker = straightDocker();
	return {
		host,
		user,
		password,
		asked: front.asked,
		interfere: front.interfere,
		async push(imageId, name) {
			const [repository, tag] = [`${host}/${name.split(':')[0]}`, name.split(':')[1]];
			const reference = `${repository}:${tag}`;
			await docker.getImage(imageId).tag({repo: repository, tag});
			const authconfig = {username: user, password, serveraddress: host};
			const stream = await docker.getImage(repository).push({tag, authconfig});
			const failure = await new Promise<string | undefined>((resolve, reject) =>
				docker.modem.followProgress(stream, (error, messages: readonly {error?: string}[]) =>
					error ? reject(error) : resolve(messages.find(({error: text}) => text !== undefined)?.error),
				),
			);
			await docker.getImage(reference).remove();
			if (failure !== undefined) throw new Error(`cannot push ${reference}: ${failure}`);
			return reference;
		},
		stop,
	};
}
