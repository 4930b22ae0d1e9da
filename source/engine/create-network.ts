import {EngineError, UserError} from '../errors.ts';
import {pickSubnet} from '../model/subnets.ts';
import type {Engine, NetworkSpec, ObservedNetwork} from './engine.ts';

/** How often a block that somebody else just took is chosen again. */
const attempts = 10;

type Place = {
	/** CIDR that the block is taken from. */
	readonly pool: string;
	/** Prefix length of the block. */
	readonly prefix: number;
	/** What else is said of the network, once its block is known. */
	readonly specOf: (subnet: string) => Omit<NetworkSpec, 'subnet'>;
};

/**
 * Makes a network on the first free block of a pool.
 * @throws UserError when the pool has none
 */
export async function createNetworkIn(
	engine: Engine,
	{pool, prefix, specOf}: Place,
): Promise<ObservedNetwork & {readonly subnet: string}> {
	const refused: string[] = [];
	for (;;) {
		const subnet = pickSubnet(pool, prefix, [...(await engine.listSubnets()), ...refused]);
		if (!subnet) throw new UserError(noBlock(pool, prefix), {hint: anotherPool});
		try {
			return {...(await engine.createNetwork({...specOf(subnet), subnet})), subnet};
		} catch (error) {
			// Another process takes the block just now; the engine does not list it before it is done.
			if (refused.push(subnet) === attempts || !(error instanceof EngineError) || !/overlap/i.test(error.message))
				throw error;
		}
	}
}

/** What is said when a pool is full; the plan says it before anything is touched. */
export const noBlock = (pool: string, prefix: number): string =>
	`no /${prefix} block is free in the network pool ${pool}`;

export const anotherPool = 'destroy an environment, or set another pool: COMPARTMENT_NETWORK_POOL=10.214.0.0/16';
