import {rmSync} from 'node:fs';
import {connectDocker} from '../../source/engine/docker.ts';
import {labels} from '../../source/model/labels.ts';

/** What a sandbox leaves behind: objects of one project, one router, one folder. */
export type Leftovers = {readonly project: string; readonly router: string; readonly folder: string};

/** Removes all of it. What is gone already is fine. */
export async function removeLeftovers({project, router, folder}: Leftovers): Promise<void> {
	const engine = connectDocker();
	for (const name of [router, `${router}-former`]) {
		const found = await engine.findByName('container', name);
		if (found?.labels[labels.router] === 'true') await engine.remove(found.id);
	}
	const volume = await engine.findByName('volume', router);
	if (volume?.labels[labels.router] === 'true') await engine.removeVolume(router);
	const own = {[labels.project]: project};
	const {containers, networks, volumes} = await engine.observe(own);
	await Promise.all(containers.map(({id}) => engine.remove(id)));
	await Promise.all(networks.map(({id}) => engine.removeNetwork(id)));
	await Promise.all(volumes.map(({name}) => engine.removeVolume(name)));
	for (const {tags, id} of await engine.listImages(own))
		for (const reference of tags.length > 0 ? tags : [id]) await engine.removeImage(reference);
	rmSync(folder, {recursive: true, force: true});
}

// Started beside a test file: standard input ends with the process that runs the tests, in whatever way that dies.
if (import.meta.main) {
	process.stdin.resume();
	process.stdin.once('end', async () => {
		await removeLeftovers(JSON.parse(process.argv[2]!) as Leftovers);
	});
}
