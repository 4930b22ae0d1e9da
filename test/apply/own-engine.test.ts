import {globSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import type {ContainerSpec, Engine} from '../../source/engine/engine.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {observeOwn, ownEngine} from '../../source/engine/own-engine.ts';
import {labels, labelsOf} from '../../source/model/labels.ts';
import {environmentNetworkName, resourceContainerName, volumeName} from '../../source/model/names.ts';

const owner = {lineage: '4b7f0f6e-6c1d-4ac0-9a51-9b2f6e1b2a10', project: 'shop', environment: 'production'};
const network = environmentNetworkName('shop', 'production');

const spec = (name: string, own: Readonly<Record<string, string>>): ContainerSpec => ({
	name,
	image: 'app:1',
	labels: own,
	env: {},
	attachments: [{network}],
	restart: {policy: 'no'},
});

async function createWorld() {
	const engine = createMemoryEngine({images: {'app:1': {}}});
	const own = labelsOf({...owner, address: 'resource.db'});
	await engine.createNetwork({name: network, labels: labelsOf({...owner, address: 'network'}), subnet: '10.0.0.0/24'});
	const ours = await engine.run(spec(resourceContainerName('shop', 'production', 'db'), own));
	// As created by `docker run` from an image that is based on ours.
	const inherited = await engine.run(spec('by-hand', own));
	const foreign = await engine.run(spec('foreign', {}));
	const router = await engine.run(spec('router', {[labels.router]: 'true'}));
	return {engine, own: ownEngine(engine, owner, 'router'), ours, inherited, foreign, router};
}

/** Every engine call that changes a container by its id. */
const acts: Readonly<Record<string, (engine: Engine, id: string) => Promise<unknown>>> = {
	start: (engine, id) => engine.start(id),
	rename: (engine, id) => engine.rename(id, 'another'),
	setRestart: (engine, id) => engine.setRestart(id, {policy: 'unless-stopped'}),
	wait: (engine, id) => engine.wait(id, AbortSignal.timeout(100)),
	join: (engine, id) => engine.join(id, {network: 'more'}),
	leave: (engine, id) => engine.leave(id, network),
	exec: (engine, id) => engine.exec(id, ['true']),
	writeFiles: (engine, id) => engine.writeFiles(id, [{path: '/a', content: ''}]),
	logs: async (engine, id) => {
		for await (const _ of engine.logs(id, {})) return;
	},
};

describe('an engine of one environment', () => {
	it.each(Object.keys(acts))('does not %s a container that is not ours', async method => {
		for (const which of ['inherited', 'foreign'] as const) {
			const {engine, own, [which]: id} = await createWorld();
			const before = JSON.stringify(engine.look(id));
			await expect(acts[method]!(own, id)).rejects.toThrow('has no such container');
			expect(engine.calls.some(call => call.method === method && call.args[0] === id)).toBe(false);
			expect(JSON.stringify(engine.look(id))).toBe(before);
		}
	});

	it('treats a container that is not ours as missing when it is stopped, removed or inspected', async () => {
		const {engine, own, inherited, foreign} = await createWorld();
		for (const id of [inherited, foreign]) {
			await own.stop(id, 1);
			await own.remove(id);
			expect(await own.inspectContainer(id)).toBeUndefined();
			expect(engine.look(id).state).toBe('running');
		}
		expect((await own.observe({[labels.lineage]: owner.lineage})).containers).toHaveLength(1);
	});

	it('changes our containers and the router, and reads their labels once', async () => {
		const {engine, own, ours, router} = await createWorld();
		for (const id of [ours, router]) {
			await own.exec(id, ['true']);
			await own.stop(id, 1);
			await own.start(id);
			expect(engine.calls.filter(call => call.method === 'inspectContainer' && call.args[0] === id)).toHaveLength(1);
			await own.remove(id);
		}
		expect((await engine.observe({})).containers.map(({name}) => name)).toEqual(['by-hand', 'foreign']);
		const made = await own.run(spec('made-now', {}));
		await own.remove(made);
	});

	it('removes only volumes and networks with our labels', async () => {
		const {engine, own, ours, inherited, foreign, router} = await createWorld();
		const name = volumeName('shop', 'production', 'db', 'data');
		await engine.createVolume(name, labelsOf({...owner, address: 'volume.db.data'}));
		await engine.createVolume('somebodys', {});
		const {id} = await engine.createNetwork({name: 'theirs', labels: {}, subnet: '10.1.0.0/24'});
		for (const container of [ours, inherited, foreign, router]) await engine.remove(container);
		for (const volume of [name, 'somebodys']) await own.removeVolume(volume);
		for (const each of [id, (await engine.findByName('network', network))!.id]) await own.removeNetwork(each);
		const left = await engine.observe({});
		expect(left.volumes.map(volume => volume.name)).toEqual(['somebodys']);
		expect(left.networks.map(each => each.name)).toEqual(['theirs']);
	});
});

it('only these files observe objects by lineage; all others observe our own objects', () => {
	const root = fileURLToPath(new URL('../../', import.meta.url));
	const asking = globSync('source/**/*.{ts,tsx}', {cwd: root}).filter(path =>
		/\.observe\(\s*\{\s*\[labels\.lineage\]|observeEverything\(/.test(readFileSync(`${root}${path}`, 'utf8')),
	);
	expect(asking.sort()).toEqual([
		// It finds ours that were renamed, by their recorded ids.
		'source/agent/healing/look.ts',
		'source/apply/lock-environment.ts',
		'source/dashboard/world.ts',
		// Whether anybody needs the router.
		'source/engine-state/forget.ts',
		'source/engine/own-engine.ts',
		'source/refresh/begin-reading.ts',
		'source/refresh/refresh.ts',
		// Which environments and states a new clone finds.
		'source/workspace/find-environments.ts',
		'source/workspace/state-place.ts',
	]);
});

it('a recorded container that was renamed is observed under its recorded name', async () => {
	const {engine, ours} = await createWorld();
	const containerName = resourceContainerName('shop', 'production', 'db');
	const recorded = {
		...owner,
		volumes: {},
		deployments: {},
		resources: {db: {name: 'db', containerId: ours, containerName}},
	};
	await engine.rename(ours, 'elsewhere');
	expect((await observeOwn(engine, recorded)).containers.map(({id, name}) => [id, name])).toEqual([
		[ours, containerName],
	]);
	// Without a record it is not ours: its labels may come from an image.
	expect((await observeOwn(engine, {...recorded, resources: {}})).containers).toEqual([]);
});

describe('what was adopted', () => {
	const adopter = (containerId: string) => ({
		...owner,
		volumes: {'volume.db.data': {name: 'external', isExternal: true as const}},
		resources: {db: {name: 'db', containerId, containerName: 'somebody-elses', isAdopted: true as const}},
		deployments: {},
	});

	it('is observed as if it had our labels, as long as it is there', async () => {
		const {engine, foreign} = await createWorld();
		const ids = async (wanted = {}) =>
			(await observeOwn(engine, adopter(foreign), wanted)).containers.map(({id}) => id).includes(foreign);
		expect(await ids()).toBe(true);
		expect(await ids({[labels.address]: 'resource.db'})).toBe(true);
		expect(await ids({[labels.address]: 'resource.other'})).toBe(false);
		const names = async () => (await observeOwn(engine, adopter(foreign))).volumes.map(({name}) => name);
		expect(await names()).toEqual([]);
		await engine.createVolume('external', {});
		expect(await names()).toEqual(['external']);
		await engine.remove(foreign);
		expect(await ids()).toBe(false);
	});

	it('is ours by its id, but an external volume is removed only when it is named', async () => {
		const {engine, foreign} = await createWorld();
		const own = ownEngine(engine, adopter(foreign), 'router');
		await own.stop(foreign, 1);
		expect(engine.look(foreign).state).toBe('exited');
		await engine.createVolume('external', {});
		await own.removeVolume('external');
		expect(await engine.findByName('volume', 'external')).toBeDefined();
		own.admit({volumes: ['external']});
		await own.removeVolume('external');
		expect(await engine.findByName('volume', 'external')).toBeUndefined();
	});
});

it('only one function computes the names of volumes, because external ones keep theirs', () => {
	const using = globSync('source/**/*.{ts,tsx}').filter(path =>
		/\b(?:volumeName|serviceVolumeName)\(/.test(readFileSync(path, 'utf8')),
	);
	expect(using.sort()).toEqual(['source/model/names.ts']);
	expect(readFileSync('source/model/volumes.ts', 'utf8')).toMatch(/import \{serviceVolumeName, volumeName\}/);
	const importing = globSync('source/**/*.{ts,tsx}').filter(path =>
		/import \{[^}]*\b(?:volumeName|serviceVolumeName)\b[^}]*\} from/.test(readFileSync(path, 'utf8')),
	);
	expect(importing).toEqual(['source/model/volumes.ts']);
});
