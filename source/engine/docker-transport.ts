import type {Agent, RequestOptions} from 'node:http';
import type {Socket} from 'node:net';
import type DockerModem from 'docker-modem';
import type Docker from 'dockerode';
import type {EngineAddress, Tls} from './docker-address.ts';
import {createHeartbeat} from './docker-heartbeat.ts';
import {type Body, sendRequest} from './docker-request.ts';

const connectDeadlineMs = 1800;
const keepAliveMs = 15_000;

/** The part of the transport that sends, which is ours: see `docker-request.ts`. */
type Sender = {
	buildRequest: (
		options: RequestOptions,
		context: DockerModem.DialOptions,
		body: Body,
		callback: (error: unknown, result: unknown) => void,
	) => void;
};

/** Sends the transport's requests in its place, so that every call ends. */
export function sendInPlace({modem}: Docker, target: EngineAddress['target']): void {
	const protocol = 'tls' in target && target.tls ? 'https' : 'http';
	const heartbeat = createHeartbeat(protocol, endpointOf(target));
	const sender = modem as unknown as Sender;
	sender.buildRequest = (options, context, body, callback) => {
		sendRequest(protocol, heartbeat, options, context, body).then(
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
 * Everything that the transport would take from the environment is set here, because DOCKER_HOST is not always what
 * we connect to.
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

/** A host that drops packets would otherwise hold us for minutes. */
function createAgent(tls: Tls | undefined): Agent {
	// An import of node:http costs 20 ms of start-up, this 2: the import also loads fetch.
	const agent: Agent = tls
		? new (process.getBuiltinModule('node:https').Agent)({keepAlive: true, rejectUnauthorized: !tls.isUnverified})
		: new (process.getBuiltinModule('node:http').Agent)({keepAlive: true});
	// The transport prints every request for its debug log, also when nobody reads that.
	Object.assign(agent, {[Symbol.for('nodejs.util.inspect.custom')]: () => 'agent'});
	const open = agent.createConnection.bind(agent);
	agent.createConnection = (options, callback) => {
		const socket = open(options, callback);
		const give = () => socket?.destroy(Object.assign(new Error('no answer'), {code: 'ETIMEDOUT'}));
		const deadline = setTimeout(give, connectDeadlineMs);
		const settle = () => clearTimeout(deadline);
		// A way that silently forgets a connection, as routers do after a while, is noticed by the system then.
		if (socket && 'setKeepAlive' in socket) (socket as Socket).setKeepAlive(true, keepAliveMs);
		socket?.once('connect', settle).once('close', settle);
		return socket;
	};
	return agent;
}
