import {spawn} from 'node:child_process';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {labels} from '../../source/model/labels.ts';
import {cleanUp, idleSpec, makeNetwork, uniqueName} from '../docker/helpers.ts';

/**
 * Creates objects that are not Compartment's, for the tests of one file.
 * @returns a check that fails when one of them has changed
 */
export function withForeignObjects(): () => Promise<void> {
	const engine = connectDocker();
	const name = uniqueName('foreign');
	const own = {'compartment.test': name, [labels.project]: name};
	const look = async () => {
		const {containers, networks, volumes} = await engine.observe({'compartment.test': name});
		const started = await Promise.all(containers.map(async ({id}) => (await engine.inspectContainer(id))?.startedAt));
		const images = await engine.listImages({'compartment.test': name});
		return {
			containers: containers.map(({id, name, state}) => ({id, name, state})),
			started,
			networks: networks.map(({id, name}) => ({id, name})),
			volumes: volumes.map(({name}) => name),
			images: images.map(({id, tags}) => ({id, tags})),
		};
	};
	let before: Awaited<ReturnType<typeof look>>;
	beforeAll(async () => {
		// A cleaner removes them if this process dies first.
		const leftovers = JSON.stringify({project: name, router: name, folder: join(tmpdir(), name)});
		const cleaner = [fileURLToPath(new URL('../docker/cli-cleaner.ts', import.meta.url)), leftovers];
		spawn(process.execPath, cleaner, {stdio: ['pipe', 'ignore', 'ignore'], detached: true}).unref();
		const network = await makeNetwork(engine, own);
		const volume = uniqueName('volume');
		await engine.createVolume(volume, own);
		await engine.run(idleSpec(own, {attachments: [{network: network.name}], volumes: {[volume]: {path: '/data'}}}));
		await engine.create(idleSpec(own));
		before = await look();
	});
	afterAll(() => cleanUp(engine, {'compartment.test': name}));
	return async () => expect(await look()).toEqual(before);
}
