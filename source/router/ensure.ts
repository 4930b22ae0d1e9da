import {setTimeout as pause} from 'node:timers/promises';
import type {ContainerSpec, Engine} from '../engine/engine.ts';
import {EngineError, messageOf, UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {environmentNetworkName} from '../model/names.ts';
import {renderConfig} from './config.ts';
import {foreignError, type ObservedRouter, observeRouter, runScript} from './container.ts';
import {folder, httpPort, seedPath} from './layout.ts';
import {imageOf, type RouterOptions} from './options.ts';
import {bringInLine, readTables} from './publish.ts';
import {awaitScript, startScript} from './scripts.ts';
import {hashOf} from './store.ts';

export type Ensured = {readonly containerId: string; readonly change: 'none' | 'started' | 'created' | 'replaced'};

type EnsureOptions = {readonly onProgress?: (message: string) => void; readonly signal?: AbortSignal};

/**
 * Makes sure that the router runs, as the options say: pulls its image, makes or replaces or starts its container, lets it
 * join the networks of the environments it knows, and loads their routes. A taken port is a UserError with its owner.
 */
export async function ensureRouter(
	engine: Engine,
	options: RouterOptions,
	{onProgress, signal}: EnsureOptions = {},
): Promise<Ensured> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await ensureOnce(engine, options, onProgress, signal);
		} catch (error) {
			// Another process makes the same container at the same moment.
			if (!(error instanceof EngineError) || error.status !== 409 || attempt === 10) throw error;
			await pause(300);
		}
	}
}

async function ensureOnce(
	engine: Engine,
	options: RouterOptions,
	onProgress: EnsureOptions['onProgress'],
	signal: AbortSignal | undefined,
): Promise<Ensured> {
	const found = await observeRouter(engine, options);
	if (found.state === 'foreign') throw foreignError(options);
	const isCurrent = found.containerId !== undefined && found.spec === specOf(options);
	if (isCurrent && found.state === 'running') return {containerId: found.containerId, change: 'none'};
	const containerId = isCurrent ? found.containerId : await makeContainer(engine, options, found, onProgress, signal);
	if (isCurrent) await startOn(options, engine, () => engine.start(containerId));
	onProgress?.('waits for the router to answer');
	await awaitAnswer(engine, containerId);
	await joinKnown(engine, options, found);
	await bringInLine(engine, options, null, signal);
	return {containerId, change: isCurrent ? 'started' : found.containerId ? 'replaced' : 'created'};
}

/** What the container is made from; another hash replaces it. */
const specOf = (options: RouterOptions): string =>
	hashOf(JSON.stringify([imageOf(options), options.listen, options.port, startScript])).slice(0, 16);

async function makeContainer(
	engine: Engine,
	options: RouterOptions,
	former: ObservedRouter,
	onProgress: EnsureOptions['onProgress'],
	signal: AbortSignal | undefined,
): Promise<string> {
	const image = imageOf(options);
	if (!(await engine.findImage(image))) {
		onProgress?.(`pulls ${image}`);
		await engine.pullImage(image, ({message}) => onProgress?.(`pulls ${image}: ${message}`), signal);
	}
	const owner = await engine.findPortOwner(options.port);
	if (owner !== undefined && owner !== options.name) throw takenError(options, `container ${owner}`);
	const volume = await engine.findByName('volume', options.name);
	if (volume && volume.labels[labels.router] !== 'true')
		throw new UserError(`A volume named ${options.name} exists that Compartment did not make.`);
	await engine.createVolume(options.name, {[labels.router]: 'true'});
	onProgress?.(`starts ${options.name} on ${options.listen}:${options.port}`);
	return replaceContainer(engine, options, former, async () => {
		const id = await engine.create(toSpec(options));
		try {
			await startOn(options, engine, () => engine.start(id));
			return id;
		} catch (error) {
			await engine.remove(id);
			throw error;
		}
	});
}

const toSpec = (options: RouterOptions): ContainerSpec => ({
	name: options.name,
	image: imageOf(options),
	labels: {[labels.router]: 'true', [labels.spec]: specOf(options)},
	entrypoint: ['sh', '-c', startScript],
	env: {},
	// The engine sends a container's published ports through the network whose name sorts first. `bridge` sorts before
	// every `compartment-…`, so joining and leaving environments never moves the port and breaks no connection.
	attachments: [{network: 'bridge'}],
	volumes: {[options.name]: {path: folder}},
	files: [{path: seedPath, content: renderConfig([], 0)}],
	restart: {policy: 'unless-stopped'},
	publish: {[httpPort]: {host: options.listen, port: options.port}},
	// The master keeps root to own the volume; the worker that serves is user haproxy.
	user: '0',
	capabilities: ['SETUID', 'SETGID', 'KILL'],
});

/** The former container comes back when its successor does not start. */
async function replaceContainer(
	engine: Engine,
	options: RouterOptions,
	{containerId}: ObservedRouter,
	make: () => Promise<string>,
): Promise<string> {
	if (!containerId) return make();
	const aside = `${options.name}-former`;
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

/** Starts; a taken port is told with its owner. */
async function startOn(options: RouterOptions, engine: Engine, start: () => Promise<void>): Promise<void> {
	try {
		await start();
	} catch (error) {
		if (!(error instanceof EngineError) || !/address already in use|port is already allocated/i.test(messageOf(error)))
			throw error;
		const owner = await engine.findPortOwner(options.port);
		throw takenError(options, owner && owner !== options.name ? `container ${owner}` : 'another process');
	}
}

const takenError = ({listen, port}: RouterOptions, owner: string): UserError =>
	new UserError(`The router cannot listen on ${listen}:${port}: ${owner} uses that port.`, {
		hint: 'Free it, or give the router another port in the settings.',
	});

async function awaitAnswer(engine: Engine, containerId: string): Promise<void> {
	const answer = await runScript(engine, containerId, awaitScript, [1500]).catch((error: unknown) => messageOf(error));
	if (typeof answer !== 'string' && answer.exitCode === 0) return;
	const lines: string[] = [];
	for await (const {text} of engine.logs(containerId, {tail: 10})) lines.push(text);
	throw new UserError(`The router was started and does not answer.\n${lines.join('\n')}`);
}

/** A router that was made anew has lost its networks: those of the former one, and of the routes that its volume holds. */
async function joinKnown(engine: Engine, options: RouterOptions, former: ObservedRouter): Promise<void> {
	const tables = await readTables(engine, options);
	const networks = tables.map(({project, environment}) => environmentNetworkName(project, environment));
	for (const network of new Set([...(former.networks ?? []), ...networks]))
		if (await engine.findByName('network', network)) await joinEnvironment(engine, options, network);
}

/** Lets the router reach an environment. Already joined is fine. */
export async function joinEnvironment(engine: Engine, options: RouterOptions, network: string): Promise<void> {
	const {state, containerId, networks} = await observeRouter(engine, options);
	if (state === 'foreign') throw foreignError(options);
	if (!containerId) throw new UserError(`The router ${options.name} does not exist.`);
	if (!networks?.includes(network)) await engine.join(containerId, {network});
}

/** Takes the router out of an environment's network. Not joined, or no router, is fine. */
export async function leaveEnvironment(engine: Engine, options: RouterOptions, network: string): Promise<void> {
	const {state, containerId, networks} = await observeRouter(engine, options);
	if (state !== 'foreign' && containerId && networks?.includes(network)) await engine.leave(containerId, network);
}

/** Removes the router and everything it served. A container or volume that is not ours stays. */
export async function removeRouter(engine: Engine, options: RouterOptions): Promise<void> {
	const {state, containerId} = await observeRouter(engine, options);
	if (state === 'foreign') throw foreignError(options);
	if (containerId) await engine.remove(containerId);
	const volume = await engine.findByName('volume', options.name);
	if (volume?.labels[labels.router] === 'true') await engine.removeVolume(options.name);
}
