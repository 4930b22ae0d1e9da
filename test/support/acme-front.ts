import {createServer, request} from 'node:https';
import type {AddressInfo} from 'node:net';

/** What a client gets instead of the authority's answer; `silence`: its connection is cut. */
type Interference =
	| 'silence'
	| {
			readonly status: number;
			/** The last part of `urn:ietf:params:acme:error:`. */
			readonly type: string;
			readonly detail?: string;
			/** Seconds. */
			readonly retryAfter?: number;
	  };

/** Decides about a request, such as `POST /order-plz`; undefined leaves it to the authority. */
export type Interfere = (asked: string) => Interference | undefined;

/** The address of an authority that outlives its restarts, and can misbehave in ways that it cannot. */
export type AcmeFront = {
	readonly port: number;
	/** What was asked, as `POST /order-plz`. */
	readonly asked: readonly string[];
	readonly interfere: (decide: Interfere | null) => void;
	readonly close: () => void;
};

/** Listens on 127.0.0.1 and passes all requests on to a server there. */
export async function openAcmeFront(
	to: number,
	identity: {readonly cert: string; readonly key: string},
): Promise<AcmeFront> {
	const asked: string[] = [];
	let decide: Interfere | null = null;
	const server = createServer(identity, (incoming, outgoing) => {
		const line = `${incoming.method} ${incoming.url}`;
		asked.push(line);
		const interference = decide?.(line);
		if (interference === 'silence') return void incoming.socket.destroy();
		if (interference) {
			const {status, type, detail = '', retryAfter} = interference;
			outgoing.writeHead(status, {
				'content-type': 'application/problem+json',
				...(retryAfter === undefined ? {} : {'retry-after': String(retryAfter)}),
			});
			return void outgoing.end(JSON.stringify({type: `urn:ietf:params:acme:error:${type}`, detail, status}));
		}
		const {method, url: path, headers} = incoming;
		// The addresses in its answers are made from the header `host`, so they lead here too.
		const target = {host: '127.0.0.1', port: to, method, path, headers, rejectUnauthorized: false};
		const onward = request(target, response => {
			outgoing.writeHead(response.statusCode!, response.headers);
			response.pipe(outgoing);
		});
		onward.on('error', () => incoming.socket.destroy());
		incoming.pipe(onward);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		port: (server.address() as AddressInfo).port,
		asked,
		interfere: next => {
			decide = next;
		},
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}
