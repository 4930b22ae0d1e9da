import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {resetFailpoints} from '../../source/failpoints.ts';
import {imageLabels} from '../../source/model/labels.ts';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const descriptor = 'name: shop\nservices:\n  tidy: {kind: job, path: tidy}\n  sweep: {kind: job, path: sweep}\n';

let world: MemoryWorld;

const write = (service: string, content: string) => {
	const folder = join(dirname(dirname(world.directory)), service);
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, 'Dockerfile'), `FROM ${images.good}\nCOPY . .\n`);
	writeFileSync(join(folder, 'main.js'), content);
};

const built = () => world.engine.listImages({[imageLabels.project]: 'shop'});

async function apply(request = {}): Promise<void> {
	const {result} = await world.apply(descriptor, request);
	expect(result?.outcome).toBe('done');
}

/** An apply that stops as if it were killed: its builds have no outcome in the journal. */
async function interrupt(point: string): Promise<void> {
	resetFailpoints();
	process.env['COMPARTMENT_FAILPOINT'] = `${point}:error`;
	const applied = await world.apply(descriptor).catch(() => undefined);
	delete process.env['COMPARTMENT_FAILPOINT'];
	expect(applied?.result?.outcome).not.toBe('done');
}

/** Expects the images of the active deployments and of those that can be rolled back to, each with its tag. */
async function expectNamed(count: number): Promise<void> {
	const state = (await world.state())!;
	const named = new Set(Object.values(state.deployments).map(({imageId}) => imageId));
	const found = await built();
	expect(found.map(({id}) => id).filter(id => !named.has(id))).toEqual([]);
	expect(found).toHaveLength(count);
}

beforeEach(async () => {
	world = await createMemoryWorld();
	for (const service of ['tidy', 'sweep']) write(service, 'one');
	await apply();
	await expectNamed(2);
});

afterEach(() => {
	delete process.env['COMPARTMENT_FAILPOINT'];
	world.close();
});

describe('the image of a build that was interrupted before it was recorded', () => {
	it('is removed, and made again under its tag', async () => {
		write('tidy', 'two');
		await interrupt('apply.after-build-image');
		const [left] = (await built()).filter(({labels}) => labels[imageLabels.address] === 'image.tidy').slice(-1);
		await apply();
		await expectNamed(3);
		expect((await built()).map(({id}) => id)).not.toContain(left!.id);
	});

	it('is removed when the change is reverted', async () => {
		write('tidy', 'two');
		await interrupt('apply.after-build-image');
		expect(await built()).toHaveLength(3);
		write('tidy', 'one');
		// Any command that changes something recovers; this one builds nothing.
		await world.work(descriptor, async () => undefined);
		await expectNamed(2);
	});

	it('takes its tag from an image that is kept for a rollback, which stays', async () => {
		write('tidy', 'two');
		await apply();
		write('tidy', 'one');
		await interrupt('apply.after-build-image');
		write('tidy', 'two');
		await apply();
		await expectNamed(3);
		const {result} = await world.apply(descriptor, {mode: 'rollback', services: ['tidy']});
		expect(result?.outcome).toBe('done');
	});

	it('stays while other images of the project are built', async () => {
		write('tidy', 'two');
		const foreign = {lineage: 'lin_other', project: 'shop', environment: 'staging', address: 'image.tidy'};
		const own = Object.entries(foreign).map(([key, value]) => [imageLabels[key as keyof typeof foreign], value]);
		await world.engine.buildImage(
			{
				...{context: [], dockerfile: 'Dockerfile', reference: 'compartment/shop/staging/tidy:key'},
				labels: Object.fromEntries([...own, [imageLabels.op, 'op_1']]),
				...{args: {}, target: undefined},
			} as never,
			() => undefined,
		);
		await interrupt('apply.after-build-image');
		await apply();
		expect((await built()).flatMap(({tags}) => tags)).toContain('compartment/shop/staging/tidy:key');
	});
});

it('images that lose their tag to a rebuild of the same source are kept as long as any other', async () => {
	const retain = 5;
	for (let time = 0; time < retain + 4; time++) await apply({rebuild: true});
	const state = (await world.state())!;
	const kept = Object.values(state.deployments).filter(({service}) => service === 'tidy');
	// The list of images is read while the engine builds, so the last one to go may be an apply late.
	expect((await built()).length).toBeLessThanOrEqual(2 * (retain + 2));
	const ids = (await built()).map(({id}) => id);
	const newest = kept.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, retain + 1);
	for (const {imageId} of newest) expect(ids).toContain(imageId);
});
