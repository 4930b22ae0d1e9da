import {randomBytes} from 'node:crypto';
import {type Agent, request as openRequest} from 'node:http';
import {type AgentOptions, request as openSecureRequest} from 'node:https';
import {createServer} from 'node:net';
import {connectDocker} from '../../source/engine/docker.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {labels} from '../../source/model/labels.ts';
import {environmentNetworkName} from '../../source/model/names.ts';
import {pickSubnet} from '../../source/model/subnets.ts';
import {ensureRouter, joinEnvironment, type RouterOptions, removeRouter} from '../../source/router/router.ts';
import type {RouteTable, SlotTarget} from '../../source/router/table.ts';
import {type Echo, echoSource} from './router-echo.ts';

/** A router for one test, an environment's network, and servers in it. `close` removes everything. */
export type Lab = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly lineage: string;
	readonly project: string;
	readonly network: string;
	/** Starts a server that listens on these ports; resolves when the first one accepts. */
	startEcho(name: string, ports: Readonly<Record<number, string>>): Promise<{id: string; address: string}>;
	/** A table of this environment. */
	table(parts: Partial<RouteTable>): RouteTable;
	close(): Promise<void>;
};

export const target = (address: string, port = 3000): SlotTarget => ({address, port, deployment: 'dpl_test'});

export async function openLab(): Promise<Lab> {
	const engine = connectDocker();
	const lineage = `rt-${randomBytes(5).toString('hex')}`;
	const router: RouterOptions = {
		name: `compartment-test-${lineage}`,
		listen: '127.0.0.1',
		port: await freePort(),
		tlsPort: await freePort(),
	};
	const network = environmentNetworkName(lineage, 'production');
	const own = {[labels.lineage]: lineage};
	const containers: string[] = [];

	const close = async (): Promise<void> => {
		await Promise.all(containers.map(id => engine.remove(id)));
		await removeRouter(engine, router);
		const found = await engine.findByName('network', network);
		if (found) await engine.removeNetwork(found.id);
	};

	try {
		await makeNetwork(engine, network, own);
		await ensureRouter(engine, router);
		await joinEnvironment(engine, router, network);
	} catch (error) {
		await close();
		throw error;
	}

	return {
		engine,
		router,
		lineage,
		project: lineage,
		network,
		startEcho: async (name, ports) => {
			const id = await engine.run({
				name: `${lineage}-${name}`,
				image: 'node:24-slim',
				labels: own,
				command: ['node', '-e', echoSource],
				env: {PORTS: JSON.stringify(ports)},
				attachments: [{network, aliases: [name]}],
				restart: {policy: 'no'},
			});
			containers.push(id);
			const address = (await engine.inspectContainer(id))!.networks[network]!;
			return {id, address};
		},
		table: parts => ({
			lineage,
			project: lineage,
			environment: 'production',
			accessHash: null,
			hosts: {[`${lineage}.localhost`]: 'web'},
			rules: [],
			backends: [],
			...parts,
		}),
		close,
	};
}

/** Skips refused subnets: one that another process is just taking is not listed yet. */
export async function makeNetwork(engine: Engine, name: string, own: Record<string, string>): Promise<void> {
	const refused: string[] = [];
	for (;;) {
		const subnet = pickSubnet('10.214.0.0/16', 27, [...(await engine.listSubnets()), ...refused])!;
		try {
			await engine.createNetwork({name, labels: own, subnet});
			return;
		} catch (error) {
			refused.push(subnet);
			if (refused.length === 20) throw error;
		}
	}
}

/** A free port on 127.0.0.1. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}

export type Answer = {
	readonly status: number;
	readonly body: string;
	readonly echo: Echo | undefined;
	readonly headers: NodeJS.Dict<string | string[]>;
};

type Ask = {
	readonly method?: string;
	/** Sent without normalisation. */
	readonly path?: string;
	readonly host: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly agent?: Agent | false;
	/** Asks the port for TLS. */
	readonly tls?: AgentOptions | undefined;
};

/** Sends a request to the published port. */
export function ask(
	{port, tlsPort}: RouterOptions,
	{method = 'GET', path = '/', host, headers, agent = false, tls}: Ask,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const place = tls ? {...tls, port: tlsPort} : {port};
		const outgoing = (tls ? openSecureRequest : openRequest)(
			{...place, host: '127.0.0.1', method, path, agent, headers: {...headers, host}},
			response => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('error', reject);
				response.on('end', () => {
					const told = response.headers['x-echo'];
					resolve({
						status: response.statusCode ?? 0,
						body: Buffer.concat(chunks).toString(),
						echo: typeof told === 'string' ? (JSON.parse(decodeURIComponent(told)) as Echo) : undefined,
						headers: response.headers,
					});
				});
			},
		);
		outgoing.on('error', reject);
		outgoing.end();
	});
}
