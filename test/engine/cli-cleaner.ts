import {rmSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';
import {connectDocker} from '../../source/engine/docker.ts';
import {imageLabels, labels} from '../../source/model/labels.ts';
import {routerNetworkName} from '../../source/model/names.ts';

/** What a sandbox leaves behind: objects of one project, one router, one folder. */
export type Leftovers = {readonly project: string; readonly router: string; readonly folder: string};

/** Removes all of it. What is gone already is fine. */
export async function removeLeftovers({project, router, folder}: Leftovers): Promise<void> {
	const engine = connectDocker();
	for (const name of [router, `${router}-previous`]) {
		const found = await engine.findByName('container', name);
		if (found?.labels[labels.router] === 'true') await engine.remove(found.id);
	}
	const volume = await engine.findByName('volume', router);
	if (volume?.labels[labels.router] === 'true') await engine.removeVolume(router);
	const routerNetwork = await engine.findByName('network', routerNetworkName(router));
	if (routerNetwork?.labels[labels.router] === 'true') await engine.removeNetwork(routerNetwork.id);
	const own = {[labels.project]: project};
	const {containers, networks, volumes} = await engine.observe(own);
	await Promise.all(containers.map(({id}) => engine.remove(id)));
	await Promise.all(networks.map(({id}) => engine.removeNetwork(id)));
	await Promise.all(volumes.map(({name}) => engine.removeVolume(name)));
	for (const {tags, id} of await engine.listImages({[imageLabels.project]: project}))
		for (const reference of tags.length > 0 ? tags : [id]) await engine.removeImage(reference);
	rmSync(folder, {recursive: true, force: true});
}

/** Ends a command that would go on making objects. One that has ended already is fine. */
function end(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {}
}

// Started beside a test file, which tells the commands that it starts (+pid) and that have ended (-pid). Standard input
// ends with the process that runs the tests, in whatever way that dies.
if (import.meta.main) {
	const running = new Set<number>();
	for await (const line of createInterface({input: process.stdin})) {
		const pid = Number(line.slice(1));
		if (line.startsWith('+')) running.add(pid);
		else running.delete(pid);
	}
	for (const pid of running) end(pid);
	const leftovers = JSON.parse(process.argv[2]!) as Leftovers;
	// What a command had asked the engine for may still come into being.
	for (let attempt = 1; attempt <= 3; attempt++) {
		await pause(500 * attempt);
		await removeLeftovers(leftovers).catch(() => undefined);
	}
}
