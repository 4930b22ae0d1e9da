import type {Engine} from '../../engine/engine.ts';
import {EngineError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';

/**
 * Gives a container other names on the network of its siblings. The engine can only do that by taking it out and
 * letting it join again; with the same address its open connections go on after that moment.
 */
export async function nameOnNetwork(
	engine: Engine,
	containerId: string,
	network: string,
	aliases: readonly string[],
): Promise<void> {
	const details = await engine.inspectContainer(containerId);
	// Empty while it does not run.
	const address = details?.networks[network] || undefined;
	await engine.leave(containerId, network);
	failpoint('switch.between-names');
	try {
		await engine.join(containerId, {network, aliases, address});
	} catch (error) {
		// Somebody got the address meanwhile.
		if (!(error instanceof EngineError) || address === undefined) throw error;
		await engine.join(containerId, {network, aliases});
	}
}
