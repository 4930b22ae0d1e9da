import {afterAll, beforeAll, expect} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import {labels} from '../../source/model/labels.ts';
import {cleanUp, idleSpec, makeNetwork, uniqueName} from '../engine/helpers.ts';

/**
 * Objects that Compartment did not make, beside those it makes, for the tests of one file.
 * @returns fails when one of them is not what it was
 */
export function withForeignObjects(): () => Promise<void> {
	const engine = connectDocker();
	const own = {'compartment.test': uniqueName('foreign'), [labels.project]: 'someone-else'};
	const look = async () => {
		const {containers, networks, volumes} = await engine.observe({'compartment.test': own['compartment.test']});
		const started = await Promise.all(containers.map(async ({id}) => (await engine.inspectContainer(id))?.startedAt));
		const images = await engine.listImages({'compartment.test': own['compartment.test']});
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
		const {name} = await makeNetwork(engine, own);
		const volume = uniqueName('volume');
		await engine.createVolume(volume, own);
		await engine.run(idleSpec(own, {attachments: [{network: name}], volumes: {[volume]: {path: '/data'}}}));
		await engine.create(idleSpec(own));
		before = await look();
	});
	afterAll(() => cleanUp(engine, {'compartment.test': own['compartment.test']}));
	return async () => expect(await look()).toEqual(before);
}
