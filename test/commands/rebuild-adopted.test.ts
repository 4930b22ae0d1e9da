import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {adoptingDescriptor, composeUp} from '../apply/compose-project.ts';
import {openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	shop.write('compartment.yml', adoptingDescriptor);
	rmSync(join(shop.folder, 'compartment.routes.yml'));
});

afterEach(() => shop.close());

const lose = () => rmSync(join(shop.folder, '.compartment'), {recursive: true});
const rebuild = () => shop.text('state', 'rebuild', '--auto-approve');

describe('state rebuild after an adoption', () => {
	it('finds volumes that have no engine labels', async () => {
		await composeUp(shop.world);
		await shop.text('adopt', '--compose', 'old', '--auto-approve');
		expect(await shop.text('plan')).toContain('No changes.');
		const before = (await shop.world.state())!.volumes;
		lose();
		await rebuild();
		const external = Object.entries((await shop.world.state())!.volumes);
		const known = ([address, {name, mountPath, isExternal}]: (typeof external)[number]) => ({
			address,
			name,
			mountPath,
			isExternal,
		});
		expect(external.map(known)).toEqual(expect.arrayContaining(Object.entries(before).map(known)));
		expect(await shop.text('plan')).toContain('No changes.');
	});

	it('leaves out a container that was adopted in place, and the plan starts nothing beside it', async () => {
		const {db} = await composeUp(shop.world);
		await shop.text('adopt', '--compose', 'old', '--in-place', '--auto-approve');
		lose();
		expect((await rebuild()).replace(/\s+/g, ' ')).toContain(
			'Adopt it again before an apply: docker rename compartment-shop.production.resource.db db-adopted; compartment adopt db-adopted=db',
		);
		expect(await shop.text('plan')).toContain('Blocked: nothing runs until this is resolved');
		await shop.world.engine.rename(db, 'db-adopted');
		await shop.text('adopt', 'db-adopted=db', '--in-place', '--auto-approve');
		// Its password was read again, so what uses it gets a new deployment.
		await shop.deploy();
		expect(await shop.text('plan')).toContain('No changes.');
		const {volumes, resources} = (await shop.world.state())!;
		expect(volumes['volume.db.data']).toMatchObject({name: 'old_data', isExternal: true});
		expect(resources['db']!.containerId).toBe(db);
		expect(shop.world.engine.look(db).state).toBe('running');
	});
});
