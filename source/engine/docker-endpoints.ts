import {EngineError} from '../errors.ts';
import type {Connection} from './docker-connection.ts';

/**
 * Removes the stale endpoints of deleted containers, which an interrupted engine leaves behind and which block the
 * removal of a network.
 * @throws EngineError that names the containers still connected, with the commands that disconnect them
 */
export async function clearEndpoints({docker, attempt}: Connection, id: string): Promise<void> {
	const task = 'remove a network';
	const network = await attempt(task, () => docker.getNetwork(id).inspect(), {fine: [404]});
	if (!network) return;
	const name: string = network.Name;
	const removal = `remove network ${name}`;
	const connected: string[] = [];
	const endpoints = Object.entries((network.Containers ?? {}) as Record<string, {readonly Name: string}>);
	for (const [key, {Name}] of endpoints) {
		const found = await attempt(removal, () => docker.getContainer(key).inspect(), {fine: [404]});
		if (found) connected.push(Name);
		else
			await attempt(removal, () => docker.getNetwork(id).disconnect({Container: Name, Force: true}), {
				fine: [404],
			});
	}
	if (connected.length === 0) return;
	const what = connected.length === 1 ? `container ${connected[0]} is` : `containers ${connected.join(', ')} are`;
	const commands = connected.map(container => `docker network disconnect ${name} ${container}`).join(' && ');
	throw new EngineError(`cannot ${removal}: ${what} connected to it (disconnect: ${commands})`, {status: 403});
}
