import type {ContainerFile, ContainerSpec, Engine} from '../engine/engine.ts';
import {EngineError, messageOf, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import {previousContainerName} from '../model/names.ts';
import {renderConfig} from './config.ts';
import type {ObservedRouter} from './container.ts';
import {addressVariable, folder, httpPort, seedPath, tlsPort, tlsSuffixVariable} from './layout.ts';
import {imageOf, type PublishedPort, publishedPorts, type RouterOptions} from './options.ts';
import {ensureOwnNetwork, ownNetworkName} from './own-network.ts';
import {startScript} from './scripts.ts';
import {hashOf} from './store.ts';

/**
 * Limits, so that traffic alone cannot exhaust the machine. Measured: 9,000 open requests take 116 MB. At worst 10,000
 * fill two buffers of 16 KB each, 330 MB, and a reload may briefly double that. HAProxy's threads count as processes.
 */
const limits = {memory: 1024 ** 3, pids: 4096} as const;

/** The router cannot start, because something else uses one of its ports. */
export class PortTakenError extends UserError {
	constructor({listen}: RouterOptions, {port, setting, isOptional}: PublishedPort, owner: string) {
		super(`The router cannot listen on ${listen}:${port}: ${owner} uses that port.`, {
			hint: hint`Free it, or choose another port: ${command('settings set', setting, String(port + 1))}`,
		});
		this.isOptional = isOptional;
	}

	/** Whether the router can run without that port. */
	readonly isOptional: boolean;
}

/** Hash of the container's specification, with or without the port for TLS. If it changes, the container is replaced. */
export const specOf = (options: RouterOptions, hasTls = true): string =>
	hashOf(
		JSON.stringify([
			imageOf(options),
			options.listen,
			options.port,
			hasTls ? options.tlsPort : null,
			startScript,
			ownNetworkName(options),
			limits,
		]),
	).slice(0, 16);

/**
 * Creates and starts the container in place of the previous one. Pulls the image if it is missing. If something else uses the
 * port for TLS and that is optional, the container is made without it.
 */
export async function makeContainer(
	engine: Engine,
	options: RouterOptions,
	previous: ObservedRouter,
	onProgress: ((message: string) => void) | undefined,
	signal: AbortSignal | undefined,
): Promise<string> {
	const image = imageOf(options);
	if (!(await engine.findImage(image))) {
		onProgress?.(`pulling ${image}`);
		await engine.pullImage(image, ({message}) => onProgress?.(`pulling ${image}: ${message}`), signal);
	}
	for (const published of publishedPorts(options)) {
		const owner = await engine.findPortOwner(published.port);
		if (!published.isOptional && owner !== undefined && owner !== options.name)
			throw new PortTakenError(options, published, `container ${owner}`);
	}
	const volume = await engine.findByName('volume', options.name);
	if (volume && volume.labels[labels.router] !== 'true')
		throw new UserError(`A volume named ${options.name} exists that Compartment did not create.`);
	await engine.createVolume(options.name, {[labels.router]: 'true'});
	const address = await ensureOwnNetwork(engine, options);
	onProgress?.(`starting ${options.name} on ${options.listen}:${options.port}`);
	const make = async (hasTls: boolean): Promise<string> => {
		const id = await engine.create(toSpec(options, address, hasTls));
		try {
			await joinPrevious(engine, options, previous, id);
			await startOn(options, engine, () => engine.start(id));
			return id;
		} catch (error) {
			await engine.remove(id);
			throw error;
		}
	};
	return replaceContainer(engine, options, previous, () =>
		make(true).catch(error => {
			if (!(error instanceof PortTakenError) || !error.isOptional) throw error;
			onProgress?.(`port ${options.tlsPort} is taken: starting ${options.name} without https`);
			return make(false);
		}),
	);
}

/** The configuration that the router starts with if its volume is empty. */
export const seedFile: ContainerFile = {path: seedPath, content: renderConfig([], 0)};

const toSpec = (options: RouterOptions, address: string, hasTls: boolean): ContainerSpec => ({
	name: options.name,
	image: imageOf(options),
	labels: {[labels.router]: 'true', [labels.spec]: specOf(options, hasTls)},
	entrypoint: ['sh', '-c', startScript],
	env: {
		[addressVariable]: address,
		...(hasTls ? {[tlsSuffixVariable]: options.tlsPort === 443 ? '' : `:${options.tlsPort}`} : {}),
	},
	attachments: [{network: ownNetworkName(options), address}],
	limits,
	volumes: {[options.name]: {path: folder}},
	files: [seedFile],
	restart: {policy: 'unless-stopped'},
	publish: Object.fromEntries([
		[httpPort, {host: options.listen, port: options.port}],
		...(hasTls ? [[tlsPort, {host: options.listen, port: options.tlsPort}]] : []),
	]),
	// The master runs as root, because it owns the volume; the workers run as user haproxy.
	user: '0',
	capabilities: ['SETUID', 'SETGID', 'KILL'],
});

/** Connects the new container to the previous one's networks before it starts, so that it can serve them at once. */
async function joinPrevious(engine: Engine, options: RouterOptions, {networks = []}: ObservedRouter, id: string) {
	for (const network of networks) {
		const isOther = network === 'bridge' || network === ownNetworkName(options);
		if (!isOther && (await engine.findByName('network', network))) await engine.join(id, {network});
	}
}

/** Replaces the previous container, and starts it again if the new one fails to start. */
async function replaceContainer(
	engine: Engine,
	options: RouterOptions,
	{containerId}: ObservedRouter,
	make: () => Promise<string>,
): Promise<string> {
	if (!containerId) return make();
	const aside = previousContainerName(options.name);
	const leftover = await engine.findByName('container', aside);
	if (leftover?.labels[labels.router] === 'true') await engine.remove(leftover.id);
	await engine.stop(containerId, 2);
	await engine.rename(containerId, aside);
	try {
		const id = await make();
		await engine.remove(containerId);
		return id;
	} catch (error) {
		await engine.rename(containerId, options.name);
		await engine.start(containerId);
		throw error;
	}
}

/** Starts the router. @throws PortTakenError that names who uses a port of it */
export async function startOn(options: RouterOptions, engine: Engine, start: () => Promise<void>): Promise<void> {
	try {
		await start();
	} catch (error) {
		if (!(error instanceof EngineError) || !/address already in use|port is already allocated/i.test(messageOf(error)))
			throw error;
		// The engine's message names the address: `0.0.0.0:9443 failed`, `listen tcp4 127.0.0.1:9443: bind: …`.
		const ports = publishedPorts(options);
		const taken = ports.find(({port}) => new RegExp(`:${port}\\b`).test(messageOf(error))) ?? ports[0]!;
		const owner = await engine.findPortOwner(taken.port);
		const isOther = owner !== undefined && owner !== options.name;
		throw new PortTakenError(options, taken, isOther ? `container ${owner}` : 'another process');
	}
}
