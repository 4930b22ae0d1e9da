import {setTimeout as pause} from 'node:timers/promises';
import {eachLine} from '../engine/each-line.ts';
import type {Engine} from '../engine/engine.ts';
import {EngineError, messageOf, UserError} from '../errors.ts';
import {labels} from '../model/labels.ts';
import {environmentNetworkName, parseNetworkName} from '../model/names.ts';
import {foreignError, type ObservedRouter, observeRouter, runScript} from './container.ts';
import {joinEnvironment} from './environments.ts';
import {keepsStates} from './kept-states.ts';
import {makeContainer, PortTakenError, seedFile, startOn} from './make-container.ts';
import type {RouterOptions} from './options.ts';
import {outdatedParts} from './outdated.ts';
import {removeOwnNetwork} from './own-network.ts';
import {bringInLine, readTables} from './publish.ts';
import {awaitScript} from './scripts.ts';
import type {RouteTable} from './table.ts';

export type Ensured = {readonly containerId: string; readonly change: 'none' | 'started' | 'created' | 'replaced'};

/**
 * Errors that are over in a moment: two networks share a name until one of them is removed; or the engine is still removing a
 * container, because the command that asked for it was killed.
 */
const passing =
	/is ambiguous|does not belong to any of this network's subnets|network \S+ not found|No such container|RWLayer of container/;

type EnsureOptions = {readonly onProgress?: (message: string) => void; readonly signal?: AbortSignal};

/**
 * Makes sure that the router runs with these options: pulls its image; creates, replaces or starts its container; connects
 * it to the networks of the environments it serves; and loads their routes. If the port is taken, throws a UserError that
 * names its owner.
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
			// 409: another process is creating the same container or network.
			const isPassing = error instanceof EngineError && (error.status === 409 || passing.test(error.message));
			if (!isPassing || attempt === 10) throw error;
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
	const isCurrent = found.containerId !== undefined && (await outdatedParts(engine, options, found)).length === 0;
	if (isCurrent && found.state === 'running') return {containerId: found.containerId, change: 'none'};
	const isStarted = isCurrent && (await startAgain(engine, options, found.containerId));
	const containerId = isStarted ? found.containerId : await makeContainer(engine, options, found, onProgress, signal);
	onProgress?.('waiting for the router to answer');
	await awaitAnswer(engine, containerId);
	await joinKnown(engine, options, found);
	await bringInLine(engine, options, null, {signal});
	return {containerId, change: isStarted ? 'started' : found.containerId ? 'replaced' : 'created'};
}

/** Starts a stopped container. @returns false if it can only run without the port for TLS, for which it has to be replaced */
async function startAgain(engine: Engine, options: RouterOptions, containerId: string): Promise<boolean> {
	// A crash may have left a container without its files.
	await engine.writeFiles(containerId, [seedFile]);
	try {
		await startOn(options, engine, () => engine.start(containerId));
		return true;
	} catch (error) {
		if (error instanceof PortTakenError && error.isOptional) return false;
		throw error;
	}
}

async function awaitAnswer(engine: Engine, containerId: string): Promise<void> {
	const answer = await runScript(engine, containerId, awaitScript, [1500]).catch((error: unknown) => messageOf(error));
	if (typeof answer !== 'string' && answer.exitCode === 0) return;
	const lines: string[] = [];
	for await (const {text} of eachLine(engine.logs(containerId, {tail: 10}))) lines.push(text);
	throw new UserError(`The router was started but does not answer.\n${lines.join('\n')}`);
}

/** The network of a table's environment, if its name is one that an environment's network can have. */
const networkOf = ({project, environment, network = ''}: RouteTable): string =>
	parseNetworkName(project, environment, network) ? network : environmentNetworkName(project, environment);

/** Connects a new container to the networks of the previous one and of the tables in its volume. */
async function joinKnown(engine: Engine, options: RouterOptions, previous: ObservedRouter): Promise<void> {
	const tables = await readTables(engine, options);
	const environments = tables.map(networkOf);
	const joined = (previous.networks ?? []).filter(network => network !== 'bridge');
	for (const network of new Set([...joined, ...environments]))
		if (await engine.findByName('network', network)) await joinEnvironment(engine, options, network);
}

/**
 * Removes the router with its network, and with its volume unless that has states of environments or their history. A
 * container or volume that is not ours stays.
 */
export async function removeRouter(engine: Engine, options: RouterOptions): Promise<void> {
	const {state, containerId} = await observeRouter(engine, options);
	if (state === 'foreign') throw foreignError(options);
	const isKept = await keepsStates(engine, {containerId});
	if (containerId) await engine.remove(containerId);
	const volume = isKept ? undefined : await engine.findByName('volume', options.name);
	if (volume?.labels[labels.router] === 'true') await engine.removeVolume(options.name);
	await removeOwnNetwork(engine, options);
}
