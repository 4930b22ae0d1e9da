import {Agent} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import type {Sandbox} from '../docker/cli.ts';
import {ask} from '../docker/router-lab.ts';

export type Load = {
	/** Number of requests answered with 200. */
	readonly count: () => number;
	/** Everything else: another status, a reset, no answer. */
	readonly losses: readonly string[];
	readonly stop: () => Promise<void>;
};

/**
 * Clients that send requests continuously: over a keep-alive connection, over a new connection each time, and one whose
 * answers take 1.5 s, so that a request is in flight whenever something stops.
 * @param more paths that another client each requests over new connections, such as one that the service passes on
 */
export function startLoad({router, host}: Sandbox, more: readonly string[] = []): Load {
	const losses: string[] = [];
	const agents: Agent[] = [];
	let answered = 0;
	let isRunning = true;
	const client = async (path: string, agent: Agent | false): Promise<void> => {
		while (isRunning) {
			const startedAt = new Date().toISOString();
			const {status, body} = await ask(router, {host: host(), path, agent}).catch((error: unknown) => ({
				status: 0,
				body: String(error),
			}));
			if (status === 200) answered++;
			else losses.push(`${startedAt} ${path} ${status} ${body.trim()}`);
			await pause(10);
		}
	};
	const kept = (path: string) => {
		const agent = new Agent({keepAlive: true, maxSockets: 1});
		agents.push(agent);
		return client(path, agent);
	};
	const clients = [
		...[kept('/'), kept('/'), client('/', false), client('/', false), kept('/slow'), client('/slow', false)],
		...more.map(path => client(path, false)),
	];
	return {
		count: () => answered,
		losses,
		async stop() {
			isRunning = false;
			await Promise.all(clients);
			for (const agent of agents) agent.destroy();
		},
	};
}
