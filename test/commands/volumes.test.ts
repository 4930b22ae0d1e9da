import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {readAudit} from '../../source/state/audit.ts';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, openShop, type Shop, unknownEnvironment} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

const withUploads = descriptor.replace('{kind: web, ', '{kind: web, volumes: {uploads: /data/uploads}, ');

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
	shop.write('compartment.yml', withUploads);
	await shop.deploy();
});

afterEach(() => shop.close());

it('list names the volumes with what uses them, for a pipe as tab-separated lines', async () => {
	expect(await shop.text('volume', 'list')).toBe(
		[
			'db.data\t/data\tdb\tcompartment-shop.production.resource.db.data\n',
			'web.uploads\t/data/uploads\tweb\tcompartment-shop.production.service.web.uploads\n',
		].join(''),
	);
	expect((await shop.json('volume', 'list')).volumes).toMatchObject([
		{name: 'db.data', usedBy: 'db', isReleased: false},
		{name: 'web.uploads', mountPath: '/data/uploads', usedBy: 'web', isReleased: false},
	]);
	expect(await shop.failure('volume', 'list', '--env', 'nope')).toBe(unknownEnvironment);
});

it('release and delete remove a volume step by step, and say what comes next', async () => {
	expect(await shop.failure('volume', 'release', 'web.uploads')).toBe(
		'Error: compartment.yml still declares the volume uploads of web.\n  Remove it there first\n',
	);
	expect(await shop.failure('volume', 'release', 'db.data')).toBe(
		'Error: Volume db.data belongs to the resource db.\n  compartment resource delete --resource db\n',
	);
	shop.write('compartment.yml', descriptor);
	expect(await shop.text('volume', 'release', 'web.uploads')).toBe(
		'Released web.uploads. The next apply goes on without it. To delete its data then: compartment volume delete web.uploads\n',
	);
	expect(await shop.failure('volume', 'delete', 'web.uploads', '--yes')).toMatch(
		/^Error: Deployment \S+ of web uses the volume uploads\.\n/,
	);
	await shop.deploy();
	expect(await shop.text('volume', 'list')).toContain('web.uploads\t/data/uploads\tnothing, released\t');
	expect(await shop.failure('volume', 'delete', 'web.uploads')).toBe(
		'Error: Volume delete requires confirmation.\n  compartment volume delete web.uploads --yes\n',
	);
	expect(await shop.text('volume', 'delete', 'web.uploads', '--yes')).toBe('Deleted web.uploads.\n');
	expect(await shop.text('volume', 'list')).not.toContain('web.uploads');
	const audited = readAudit(shop.world.directory).map(({type, target}) => `${type} ${target}`);
	expect(audited).toEqual(
		expect.arrayContaining(['volume.released volume.web.uploads', 'volume.deleted volume.web.uploads']),
	);
});

it('release and delete print a document as JSON', async () => {
	shop.write('compartment.yml', descriptor);
	expect(await shop.json('volume', 'release', 'web.uploads')).toEqual({volume: 'web.uploads', released: true});
	await shop.deploy();
	expect(await shop.json('volume', 'delete', 'web.uploads', '--yes')).toEqual({volume: 'web.uploads', deleted: true});
});

it('delete names the volumes that there are when it does not find one', async () => {
	expect(await shop.failure('volume', 'delete', 'web.nothing', '--yes')).toBe(
		'Error: Environment production has no volume web.nothing.\n  It has db.data, web.uploads\n',
	);
});

leavesNothingUntested('volumes');
