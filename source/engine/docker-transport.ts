import type {Agent} from 'node:http';
import type DockerModem from 'docker-modem';
import type Docker from 'dockerode';
import type {EngineAddress, Tls} from './docker-address.ts';

const connectDeadlineMs = 1800;

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

/** A host that drops packets would otherwise hold us for minutes. An open connection may be silent as long as it likes. */
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
		socket?.once('connect', settle).once('close', settle);
		return socket;
	};
	return agent;
}
