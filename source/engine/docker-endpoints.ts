import {EngineError} from '../errors.ts';
import {type ContainerState, isLeaving} from '../model/container-state.ts';
import type {Connection} from './docker-connection.ts';

/** A network that the engine does not remove. */
export type Occupied = {
	readonly name: string;
	/** Connected containers that the engine is removing. */
	readonly leaving: readonly string[];
};

/**
 * Removes the stale endpoints of deleted containers, which an interrupted engine leaves behind and which block the
 * removal of a network.
 * @throws EngineError that names the containers that stay connected, with the commands that disconnect them
 */
export async function clearEndpoints({docker, attempt}: Connection, id: string): Promise<Occupied> {
	const task = 'remove a network';
	const network = await attempt(task, () => docker.getNetwork(id).inspect(), {fine: [404]});
	const name: string = network?.Name ?? id;
	const removal = `remove network ${name}`;
	const connected: string[] = [];
	const leaving: string[] = [];
	const endpoints = Object.entries((network?.Containers ?? {}) as Record<string, {readonly Name: string}>);
	for (const [key, {Name}] of endpoints) {
		const found = await attempt(removal, () => docker.getContainer(key).inspect(), {fine: [404]});
		if (!found)
			await attempt(removal, () => docker.getNetwork(id).disconnect({Container: Name, Force: true}), {
				fine: [404],
			});
		else {
			const {Status: state, Dead: isDead} = found.State as {readonly Status: ContainerState; readonly Dead: boolean};
			(isDead || isLeaving({state}) ? leaving : connected).push(Name);
		}
	}
	if (connected.length === 0) return {name, leaving};
	const what = connected.length === 1 ? `container ${connected[0]} is` : `containers ${connected.join(', ')} are`;
	const commands = connected.map(container => `docker network disconnect ${name} ${container}`).join(' && ');
	throw new EngineError(`cannot ${removal}: ${what} connected to it (disconnect: ${commands})`, {status: 403});
}
