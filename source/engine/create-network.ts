import {EngineError, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {pickSubnet} from '../model/subnets.ts';
import type {Engine, NetworkSpec, ObservedNetwork} from './engine.ts';

/** How many blocks are tried when other processes take them first. */
const attempts = 10;

/** Free blocks of an address pool. */
export type Pool = {
	/**
	 * A free block, which is given only once, so that networks can be created side by side.
	 * @param prefix its prefix length, by default that of the pool
	 * @throws UserError when no block is free
	 */
	readonly take: (prefix?: number) => Promise<string>;
	/** Another process has taken a block that seemed free: reads the engine's networks again for the next one. */
	readonly lookAgain: () => void;
};

/** Opens a pool (CIDR) for blocks of this prefix length. */
export function openPool(engine: Pick<Engine, 'listSubnets'>, cidr: string, usual: number): Pool {
	const given: string[] = [];
	let used: Promise<readonly string[]> | undefined;
	return {
		async take(prefix = usual) {
			used ??= engine.listSubnets();
			const taken = await used;
			const subnet = pickSubnet(cidr, prefix, [...taken, ...given]);
			if (!subnet) throw new UserError(noBlock(cidr, prefix), {hint: anotherPool});
			given.push(subnet);
			return subnet;
		},
		lookAgain() {
			used = undefined;
		},
	};
}

/**
 * Creates a network on the first free block of a pool.
 * @param specOf the rest of the network's specification, given its block
 * @param prefix its prefix length, by default that of the pool
 * @throws UserError when no block is free
 */
export async function createNetworkIn(
	engine: Engine,
	pool: Pool,
	specOf: (subnet: string) => Omit<NetworkSpec, 'subnet'>,
	prefix?: number,
): Promise<ObservedNetwork & {readonly subnet: string}> {
	for (let attempt = 1; ; attempt++) {
		const subnet = await pool.take(prefix);
		try {
			return {...(await engine.createNetwork({...specOf(subnet), subnet})), subnet};
		} catch (error) {
			// Another process is creating a network on this block; the engine lists it only afterwards.
			if (attempt === attempts || !(error instanceof EngineError) || !/overlap/i.test(error.message)) throw error;
			pool.lookAgain();
		}
	}
}

/** The message for a full pool. The plan reports it too, before anything is changed. */
export const noBlock = (pool: string, prefix: number): string =>
	`no /${prefix} block is free in the network pool ${pool}`;

export const anotherPool = hint`destroy an environment, or set another pool: ${command('settings set', 'networkPool', '10.214.0.0/16')}`;
