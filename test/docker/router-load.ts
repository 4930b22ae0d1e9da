import {Agent} from 'node:http';
import {type AgentOptions, Agent as SecureAgent} from 'node:https';
import {setTimeout as pause} from 'node:timers/promises';
import type {RouterOptions} from '../../source/router/router.ts';
import {ask} from './router-lab.ts';

/** An answered request: when it began (performance.now) and which server answered. */
type Sample = {readonly startedAt: number; readonly name: string};

export type Load = {
	readonly samples: readonly Sample[];
	/** All responses other than 200 with an echo, except refusals. */
	readonly losses: readonly string[];
	/** When a password was refused with 401, in milliseconds since the epoch. */
	readonly refusals: readonly number[];
	/** The servers that answered requests begun after a time. */
	namesSince(moment: number): string[];
	stop(): Promise<void>;
};

/** Clients that send requests without a pause, on kept or new connections, and some that idle in between. */
export function startLoad(
	router: RouterOptions,
	host: string,
	{
		keepAlive,
		fresh,
		idling,
		headers,
		tls,
	}: {
		keepAlive: number;
		fresh: number;
		idling: number;
		headers?: Record<string, string>;
		/** Sends the requests to the port for TLS. */
		tls?: AgentOptions;
	},
): Load {
	const samples: Sample[] = [];
	const losses: string[] = [];
	const refusals: number[] = [];
	let isRunning = true;

	const client = async (agent: Agent | false, idleMs: number): Promise<void> => {
		for (let count = 0; isRunning; count++) {
			const startedAt = performance.now();
			try {
				const method = count % 3 === 2 ? 'POST' : 'GET';
				const {status, echo, body} = await ask(router, {host, method, path: '/load', headers, agent, tls});
				if (status === 200 && echo) samples.push({startedAt, name: echo.name});
				else if (status === 401 && headers) refusals.push(Date.now());
				else losses.push(`${method} ${status} ${body}`);
			} catch (error) {
				losses.push(String(error));
			}
			if (idleMs > 0) await pause(idleMs);
		}
	};

	const agents: Agent[] = [];
	const kept = (idleMs: number): Promise<void> => {
		const kept = {keepAlive: true, maxSockets: 1};
		const agent = tls ? new SecureAgent({...tls, ...kept}) : new Agent(kept);
		agents.push(agent);
		return client(agent, idleMs);
	};
	const clients = [
		...Array.from({length: keepAlive}, () => kept(0)),
		...Array.from({length: idling}, (_, index) => kept(150 + 40 * index)),
		...Array.from({length: fresh}, () => client(false, 5)),
	];

	return {
		samples,
		losses,
		refusals,
		namesSince: moment => [...new Set(samples.filter(({startedAt}) => startedAt > moment).map(({name}) => name))],
		stop: async () => {
			isRunning = false;
			await Promise.all(clients);
			for (const agent of agents) agent.destroy();
		},
	};
}
