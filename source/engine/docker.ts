import Docker from 'dockerode';
import {findEngine} from './docker-address.ts';
import {createArchives} from './docker-archives.ts';
import {createBuilds} from './docker-build.ts';
import {createConfigurationReads} from './docker-configuration.ts';
import type {Connection} from './docker-connection.ts';
import {createContainers} from './docker-containers.ts';
import {createAttempt} from './docker-errors.ts';
import {createEvents} from './docker-events.ts';
import {createExec} from './docker-exec.ts';
import {createImages} from './docker-images.ts';
import {createInfo} from './docker-info.ts';
import {createLogs} from './docker-logs.ts';
import {createNetworks} from './docker-networks.ts';
import {createReads} from './docker-observe.ts';
import {reachOf} from './docker-reach.ts';
import {createFileReads} from './docker-read-files.ts';
import {createRegistryCalls} from './docker-registry.ts';
import {connect, sendInPlace} from './docker-transport.ts';
import {createUsage} from './docker-usage.ts';
import type {Engine} from './engine.ts';
import {isPortTakenHere} from './port-here.ts';

type Target = {
	readonly host?: string;
	/** Folder with ca.pem, cert.pem and key.pem. */
	readonly certificates?: string;
};

/**
 * Connects to a Docker engine. Nothing is sent before the first call. `host` (`unix://…`, `tcp://…`, `ssh://…`)
 * overrides DOCKER_HOST and the docker context.
 */
export function connectDocker({host, certificates}: Target = {}): Engine {
	const found = findEngine(host, process.env, certificates);
	const docker = new Docker(connect(found.target));
	const reach = reachOf(found);
	sendInPlace(docker, found.target, reach);
	const attempt = createAttempt(found.text, found.lookedAt, reach.explain);
	const connection: Connection = {docker, address: found.text, attempt, reach};
	const {info, hasBuildKit} = createInfo(connection);
	return {
		address: found.text,
		isLocal: reach.isLocal,
		isPortTaken: async (host, port) => reach.isLocal && isPortTakenHere(host, port),
		connect: () => attempt('connect', async () => void (await reach.open())),
		forwardPort: to => attempt('forward a port', () => reach.forwardPort(to)),
		shell: () => attempt('connect', reach.shell),
		clientVariables: () => attempt('connect', reach.clientVariables),
		info,
		hasBuildKit,
		...createReads(connection),
		...createConfigurationReads(connection),
		...createUsage(connection),
		...createFileReads(connection),
		...createArchives(connection),
		...createLogs(connection),
		...createEvents(connection),
		...createContainers(connection),
		...createExec(connection),
		...createNetworks(connection),
		...createImages(connection),
		...createRegistryCalls(connection),
		...createBuilds(connection, hasBuildKit),
	};
}
