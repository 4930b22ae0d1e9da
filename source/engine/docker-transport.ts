import type {Agent, RequestOptions} from 'node:http';
import type {Socket} from 'node:net';
import type DockerModem from 'docker-modem';
import type Docker from 'dockerode';
import type {EngineAddress, Tls} from './docker-address.ts';
import type {Call} from './docker-answer.ts';
import {createHeartbeat} from './docker-heartbeat.ts';
import {isRead, sendRead} from './docker-read.ts';
import {type Body, sendRequest} from './docker-request.ts';
import {createSocketReads} from './socket-reads.ts';

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

/** Replaces docker-modem's sending of requests, so that every call ends. */
export function sendInPlace({modem}: Docker, target: EngineAddress['target']): void {
	const protocol = 'tls' in target && target.tls ? 'https' : 'http';
	const heartbeat = createHeartbeat(protocol, endpointOf(target));
	const sender = modem as unknown as Sender;
	const reads = 'socketPath' in target ? createSocketReads(target.socketPath) : undefined;
	sender.buildRequest = (options, call, body, callback) => {
		const sent =
			reads && isRead(call, body)
				? sendRead(reads, heartbeat, options, call)
				: sendRequest(protocol, heartbeat, options, call, body);
		sent.then(
			result => callback(null, result),
			(error: unknown) => callback(error, null),
		);
	};
}

function endpointOf(target: EngineAddress['target']): RequestOptions {
	if ('socketPath' in target) return {socketPath: target.socketPath};
	const {host, port, tls} = target;
	if (!tls) return {host, port};
	const {ca, cert, key, isUnverified} = tls;
	return {host, port, ...{ca, cert, key, rejectUnauthorized: !isUnverified}};
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
