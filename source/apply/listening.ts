import type {Engine} from '../engine/engine.ts';

/** Limits on the time and on the lines of output. */
const askMs = 2000;
const mostLines = 2000;

/** The LISTEN state in /proc/net/tcp. */
const listenState = '0A';

/** The engine's own resolver inside every container. */
const resolver = '127.0.0.11';

type Socket = {readonly address: string; readonly port: number};

/** The kernel prints each four bytes of an address as one little-endian number. */
function addressOf(hex: string): string {
	const bytes = hex.match(/.{8}/g)!.flatMap(word =>
		word
			.match(/../g)!
			.reverse()
			.map(byte => Number.parseInt(byte, 16)),
	);
	const last = bytes.slice(-4).join('.');
	if (bytes.length === 4 || hex.startsWith('0000000000000000FFFF0000')) return last;
	if (bytes.every(byte => byte === 0)) return '::';
	return bytes.slice(0, -1).every(byte => byte === 0) && bytes.at(-1) === 1 ? '::1' : 'another address';
}

/** Listening sockets in the text of /proc/net/tcp and tcp6. */
export function readListening(text: string): Socket[] {
	const found = text.split('\n').flatMap((line): Socket[] => {
		const [, address, port, state] =
			/^\s*\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) \S+ ([\dA-F]{2}) /.exec(line) ?? [];
		if (!address || state !== listenState) return [];
		return [{address: addressOf(address), port: Number.parseInt(port!, 16)}];
	});
	return found.filter(({address}) => address !== resolver);
}

const isLocal = ({address}: Socket): boolean => address.startsWith('127.') || address === '::1';

/** Describes where a program listens instead of on `port`, as a predicate: `listens on port 8080`. */
export function listeningText(sockets: readonly Socket[], port: number): string {
	const here = sockets.find(socket => socket.port === port && isLocal(socket));
	if (here)
		return `listens on ${here.address}:${port} only, which cannot be reached from outside its container: use 0.0.0.0`;
	const ports = [...new Set(sockets.filter(socket => !isLocal(socket)).map(socket => socket.port))].sort(
		(a, b) => a - b,
	);
	if (ports.length > 0) return `listens on port ${ports.slice(0, 5).join(', ')}`;
	const [local] = sockets;
	return local ? `listens on ${local.address}:${local.port} only` : 'listens on no port';
}

/** Where the program of a container listens; undefined when its image has no `cat`. */
export async function askListening(
	engine: Pick<Engine, 'exec'>,
	containerId: string,
	port: number,
): Promise<string | undefined> {
	const enough = new AbortController();
	let lines = 0;
	const options = {
		signal: AbortSignal.any([enough.signal, AbortSignal.timeout(askMs)]),
		onLine: () => {
			if (++lines > mostLines) enough.abort();
		},
	};
	try {
		const {stdout} = await engine.exec(containerId, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], options);
		return /local_address/.test(stdout) ? listeningText(readListening(stdout), port) : undefined;
	} catch {
		// Diagnostics only: the failure is reported without it.
		return undefined;
	}
}
