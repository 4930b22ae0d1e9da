import type {Agent, RequestOptions} from 'node:http';
import type {Socket} from 'node:net';
import type DockerModem from 'docker-modem';
import type Docker from 'dockerode';
import type {EngineAddress, Tls} from './docker-address.ts';
import type {Call} from './docker-answer.ts';
import {createHeartbeat, type Heartbeat} from './docker-heartbeat.ts';
import type {Reach} from './docker-reach.ts';
import {isRead, sendRead, unlessAborted} from './docker-read.ts';
import {type Body, isStream, sendRequest} from './docker-request.ts';
import {createSocketReads, type SocketReads} from './socket-reads.ts';

const connectDeadlineMs = 1800;
const keepAliveMs = 15_000;

/** The part of docker-modem that sends requests. We replace it: see `docker-request.ts` and `docker-read.ts`. */
type Sender = {
	buildRequest: (
		options: RequestOptions,
		call: Call,
		body: Body,
		callback: (error: unknown, result: unknown) => void,
	) => void;
};

/** What every request to one engine needs. */
type Sending = {
	readonly heartbeat: Heartbeat;
	readonly reads: SocketReads | undefined;
};

function prepareSending(protocol: 'http' | 'https', endpoint: RequestOptions): Sending {
	const {socketPath} = endpoint;
	return {
		heartbeat: createHeartbeat(protocol, endpoint),
		reads: socketPath ? createSocketReads(socketPath) : undefined,
	};
}

/** Opens the way to the engine while a body waits to be sent. */
async function openFor(reach: Reach, body: Body, signal: AbortSignal | undefined): Promise<RequestOptions> {
	const failures: Error[] = [];
	// Nobody listens yet, and its error would end the process.
	if (isStream(body)) body.once('error', error => failures.push(error));
	const endpoint = await unlessAborted(reach.open(), signal);
	if (failures[0]) throw failures[0];
	return endpoint;
}

/** Sends a read again, over a new connection, if the tunnel ended under it. */
async function overTunnel(
	read: () => Promise<unknown>,
	reach: Reach,
	signal: AbortSignal | undefined,
): Promise<unknown> {
	try {
		return await read();
	} catch (error) {
		const isAnswered = error instanceof Error && 'statusCode' in error;
		if (isAnswered || signal?.aborted || !(await reach.isLost())) throw error;
		await unlessAborted(reach.open(), signal);
		return read();
	}
}

/** Replaces docker-modem's sending of requests, so that every call ends, and finds its way to the engine first. */
export function sendInPlace({modem}: Docker, target: EngineAddress['target'], reach: Reach): void {
	const protocol = 'tls' in target && target.tls ? 'https' : 'http';
	const sender = modem as unknown as Sender;
	// A tunnel always has the same socket.
	let sending: Sending | undefined;
	const send = async (options: RequestOptions, call: Call, body: Body): Promise<unknown> => {
		const endpoint = await openFor(reach, body, call.abortSignal);
		sending ??= prepareSending(protocol, endpoint);
		const {heartbeat, reads} = sending;
		if (reads && isRead(call, body)) {
			const read = () => sendRead(reads, heartbeat, options, call);
			return reach.isTunnel ? overTunnel(read, reach, call.abortSignal) : read();
		}
		return sendRequest(protocol, heartbeat, reach.isTunnel ? {...options, ...endpoint} : options, call, body);
	};
	sender.buildRequest = (options, call, body, callback) => {
		send(options, call, body).then(
			result => callback(null, result),
			(error: unknown) => callback(error, null),
		);
	};
}

/**
 * The connection options. Sets everything that docker-modem would otherwise read from the environment, because
 * DOCKER_HOST is not always the engine to connect to.
 */
export function connect(target: EngineAddress['target']): Docker.DockerOptions & DockerModem.ConstructorOptions {
	const nothing = {
		host: undefined,
		port: undefined,
		ca: undefined,
		cert: undefined,
		key: undefined,
		timeout: undefined,
	};
	if ('socketPath' in target) return {...nothing, protocol: 'http', socketPath: target.socketPath};
	// The path is known when the tunnel is open.
	if ('ssh' in target) return {...nothing, protocol: 'http', socketPath: 'tunnel'};
	const {host, port, tls} = target;
	return {
		...nothing,
		protocol: tls ? 'https' : 'http',
		host,
		port,
		ca: tls?.ca,
		cert: tls?.cert,
		key: tls?.key,
		socketPath: undefined,
		agent: createAgent(tls),
	};
}

/** Limits connecting, which would otherwise take minutes with a host that drops packets. */
function createAgent(tls: Tls | undefined): Agent {
	// Importing node:http takes 20 ms at start-up, because it loads fetch too; this takes 2.
	const agent: Agent = tls
		? new (process.getBuiltinModule('node:https').Agent)({keepAlive: true, rejectUnauthorized: !tls.isUnverified})
		: new (process.getBuiltinModule('node:http').Agent)({keepAlive: true});
	// docker-modem formats every request for its debug log, even when the log is off.
	Object.assign(agent, {[Symbol.for('nodejs.util.inspect.custom')]: () => 'agent'});
	const open = agent.createConnection.bind(agent);
	agent.createConnection = (options, callback) => {
		const socket = open(options, callback);
		const give = () => socket?.destroy(Object.assign(new Error('no answer'), {code: 'ETIMEDOUT'}));
		const deadline = setTimeout(give, connectDeadlineMs);
		const settle = () => clearTimeout(deadline);
		// TCP keep-alive notices a network that drops idle connections silently, as NAT routers do.
		if (socket && 'setKeepAlive' in socket) (socket as Socket).setKeepAlive(true, keepAliveMs);
		socket?.once('connect', settle).once('close', settle);
		return socket;
	};
	return agent;
}
