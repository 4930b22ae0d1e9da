import {EngineError, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {pickSubnet} from '../model/subnets.ts';
import type {Engine, NetworkSpec, ObservedNetwork} from './engine.ts';

/** How many blocks are tried when other processes take them first. */
const attempts = 10;

type NetworkRequest = {
	/** CIDR that the block is taken from. */
	readonly pool: string;
	/** Prefix length of the block. */
	readonly prefix: number;
	/** The rest of the network's specification, given its block. */
	readonly specOf: (subnet: string) => Omit<NetworkSpec, 'subnet'>;
};

/**
 * Creates a network on the first free block of a pool.
 * @throws UserError when no block is free
 */
export async function createNetworkIn(
	engine: Engine,
	{pool, prefix, specOf}: NetworkRequest,
): Promise<ObservedNetwork & {readonly subnet: string}> {
	const refused: string[] = [];
	for (;;) {
		const subnet = pickSubnet(pool, prefix, [...(await engine.listSubnets()), ...refused]);
		if (!subnet) throw new UserError(noBlock(pool, prefix), {hint: anotherPool});
		try {
			return {...(await engine.createNetwork({...specOf(subnet), subnet})), subnet};
		} catch (error) {
			// Another process is creating a network on this block; the engine lists it only afterwards.
			if (refused.push(subnet) === attempts || !(error instanceof EngineError) || !/overlap/i.test(error.message))
				throw error;
		}
	}
}

/** The message for a full pool. The plan reports it too, before anything is changed. */
export const noBlock = (pool: string, prefix: number): string =>
	`no /${prefix} block is free in the network pool ${pool}`;

export const anotherPool = hint`destroy an environment, or set another pool: ${command('settings set', 'networkPool', '10.214.0.0/16')}`;
