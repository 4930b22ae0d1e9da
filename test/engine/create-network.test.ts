import {expect, test} from 'vitest';
import {createNetworkIn, openPool} from '../../source/engine/create-network.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';

const cidr = '10.213.0.0/16';
const specOf = (name: string) => () => ({name, labels: {}});

test('networks that are created side by side get different blocks from one read', async () => {
	const engine = createMemoryEngine();
	const pool = openPool(engine, cidr, 26);
	const made = await Promise.all(['a', 'b', 'c'].map(name => createNetworkIn(engine, pool, specOf(name))));
	expect(made.map(({subnet}) => subnet)).toEqual(['10.213.0.0/26', '10.213.0.64/26', '10.213.0.128/26']);
	expect(engine.calls.filter(({method}) => method === 'listSubnets').length).toBe(1);
});

test('a block that another process has just taken is not tried again', async () => {
	const engine = createMemoryEngine();
	const pool = openPool(engine, cidr, 26);
	await pool.take();
	await engine.createNetwork({name: 'foreign', labels: {}, subnet: '10.213.0.64/26'});
	expect((await createNetworkIn(engine, pool, specOf('own'))).subnet).toBe('10.213.0.128/26');
});

test('a full pool is an error', async () => {
	const engine = createMemoryEngine();
	const pool = openPool(engine, '10.213.0.0/26', 26);
	await pool.take();
	await expect(createNetworkIn(engine, pool, specOf('own'))).rejects.toThrow('no /26 block is free');
});
