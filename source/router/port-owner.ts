import type {ReadonlyEngine} from '../engine/engine.ts';
import {type PortOptions, type PublishedPort, publishedPorts, type RouterOptions} from './options.ts';

/** A port of the router that something else uses: `container other-proxy` or `another process`. */
export type TakenPort = PublishedPort & {readonly owner: string};

type Reads = Pick<ReadonlyEngine, 'findPortOwner' | 'isPortTaken'>;

/**
 * What uses a port of the engine's machine: `container other-proxy` or `another process`; undefined if nothing does, or the
 * router itself. Other processes are detected only if the engine runs on this machine.
 */
export async function findPortUser(
	engine: Reads,
	{name, listen}: Pick<RouterOptions, 'name' | 'listen'>,
	port: number,
): Promise<string | undefined> {
	const container = await engine.findPortOwner(port);
	if (container === name) return undefined;
	if (container !== undefined) return `container ${container}`;
	return (await engine.isPortTaken(listen, port)) ? 'another process' : undefined;
}

/** Finds a port of the router that something else uses; undefined if all are free. */
export async function findTakenPort(
	engine: Reads,
	options: PortOptions & Pick<RouterOptions, 'name' | 'listen'>,
): Promise<TakenPort | undefined> {
	for (const published of publishedPorts(options)) {
		const owner = await findPortUser(engine, options, published.port);
		if (owner !== undefined) return {...published, owner};
	}
	return undefined;
}
