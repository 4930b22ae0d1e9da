import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createMemoryWorld, images, type MemoryWorld} from './memory-world.ts';

vi.mock(import('node:timers/promises'), async original => (await import('./short-pauses.ts')).shortenPauses(original));

const descriptor = 'name: shop\nservices:\n  mailer: {kind: worker, path: mailer}\n';

let world: MemoryWorld;

/** Deploys a version, and returns the id of its image. */
async function deploy(version: string): Promise<string> {
	const folder = join(dirname(dirname(world.directory)), 'mailer');
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, 'Dockerfile'), `FROM ${images.good}\nCOPY . .\n`);
	writeFileSync(join(folder, 'main.js'), version);
	await apply();
	return activeImage();
}

async function apply(request = {}): Promise<void> {
	const {result} = await world.apply(descriptor, request);
	expect(result?.outcome).toBe('done');
}

async function activeImage(): Promise<string> {
	const {active, deployments} = (await world.state())!;
	return deployments[active['mailer']!]!.imageId;
}

beforeEach(async () => {
	world = await createMemoryWorld();
});

afterEach(() => world.close());

it('a service that was healed and restarted many times can still be rolled back', async () => {
	const first = await deploy('one');
	const second = await deploy('two');
	for (let time = 0; time < 8; time++) {
		await apply({mode: 'heal', healing: {'service.mailer': {remedy: 'create', reason: 'hung'}}});
		await apply({mode: 'restart', services: ['mailer']});
	}
	expect(Object.keys((await world.state())!.deployments).length).toBeGreaterThan(16);
	expect(await activeImage()).toBe(second);
	await apply({mode: 'rollback', services: ['mailer']});
	expect(await activeImage()).toBe(first);
});

it('replacements do not keep the images of more versions than the setting says', async () => {
	const versions: string[] = [];
	for (const version of ['1', '2', '3', '4', '5', '6', '7', '8']) {
		versions.push(await deploy(version));
		await apply({mode: 'restart', services: ['mailer']});
	}
	const kept = (await world.engine.listImages({})).map(({id}) => id);
	// The active one, and five for a rollback.
	expect(versions.filter(id => kept.includes(id))).toEqual(versions.slice(2));
});
