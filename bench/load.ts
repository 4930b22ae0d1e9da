import {Agent, type IncomingMessage, request as openRequest} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';

/** One request with the expected answer. Times are milliseconds since the epoch. */
type Answer = {
	readonly version: string;
	readonly sentAt: number;
	readonly answeredAt: number;
	/** When the server that answered first reported that it was ready. */
	readonly readyAt: number;
	readonly isSlow: boolean;
};

export type Load = {
	readonly answers: readonly Answer[];
	/** All other requests with their outcome. */
	readonly losses: readonly string[];
	/** Sends no more requests and waits for those in flight. */
	readonly stop: () => Promise<void>;
};

/** Default number of clients of each kind; each sends requests without a pause. */
export type Clients = {
	readonly keepAlive: number;
	readonly fresh: number;
	readonly slow: number;
	readonly pauseMs?: number;
};

type Ask = {
	readonly port: number;
	readonly host: string;
	readonly method: string;
	readonly path: string;
	readonly agent: Agent | false;
};

const sentBody = 'x'.repeat(1000);

/** Sends one request and reads the whole answer. */
export function ask({method, ...rest}: Ask): Promise<{readonly response: IncomingMessage; readonly body: string}> {
	return new Promise((resolve, reject) => {
		const {host, ...place} = rest;
		const outgoing = openRequest({...place, method, host: '127.0.0.1', headers: {host}}, response => {
			let body = '';
			response.setEncoding('utf8').on('data', text => (body += text));
			response.once('error', reject).once('end', () => resolve({response, body}));
		});
		outgoing.once('error', reject);
		outgoing.end(method === 'POST' ? sentBody : undefined);
	});
}

/**
 * Clients that send one request after the other and count all of them: GET and POST, on kept and on new connections, and
 * slow ones, so that one is in flight at any moment. There are no retries: a request with a wrong answer is lost.
 */
export function startLoad({port, host}: Pick<Ask, 'port' | 'host'>, clients: Clients): Load {
	const answers: Answer[] = [];
	const losses: string[] = [];
	let isRunning = true;
	const client = async (agent: Agent | false, path: string): Promise<void> => {
		for (let count = 0; isRunning; count++) {
			const method = count % 2 === 0 ? 'GET' : 'POST';
			const sentAt = Date.now();
			try {
				const {response, body} = await ask({port, host, method, path, agent});
				const [version = '', readyAt, received] = body.split(' ');
				const isRight = response.statusCode === 200 && Number(received) === (method === 'POST' ? sentBody.length : 0);
				if (isRight)
					answers.push({version, sentAt, answeredAt: Date.now(), readyAt: Number(readyAt), isSlow: path === '/slow'});
				else losses.push(`${method} ${path}: ${response.statusCode} ${body.trim()}`);
			} catch (error) {
				losses.push(`${method} ${path}: ${error instanceof Error ? error.message : error}`);
				// Like a client that retries; without it an outage would have no measurable losses.
				await pause(20);
			}
			if (clients.pauseMs) await pause(clients.pauseMs);
		}
	};
	const agents: Agent[] = [];
	const start = (count: number, path: string, isKept: boolean) =>
		Array.from({length: count}, () => {
			if (!isKept) return client(false, path);
			const agent = new Agent({keepAlive: true, maxSockets: 1});
			agents.push(agent);
			return client(agent, path);
		});
	const all = [
		...start(clients.keepAlive, '/', true),
		...start(clients.fresh, '/', false),
		...start(clients.slow, '/slow', true),
	];
	return {
		answers,
		losses,
		async stop() {
			isRunning = false;
			await Promise.all(all);
			for (const agent of agents) agent.destroy();
		},
	};
}
