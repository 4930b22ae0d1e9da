import {rmSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';
import {connectDocker} from '../../source/engine/docker.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {MiscountedNetwork} from '../../source/errors.ts';
import {imageLabels, labels} from '../../source/model/labels.ts';
import {routerNetworkName} from '../../source/model/names.ts';

/** Everything of a sandbox: the objects of a project, a router, a folder. */
export type Leftovers = {readonly project: string; readonly router: string; readonly folder: string};

/** Removes a network. One that the engine miscounts stays until the engine restarts, which is no fault of a test. */
export const discardNetwork = (engine: Engine, id: string): Promise<void> =>
	engine.removeNetwork(id).catch((error: unknown) => {
		if (!(error instanceof MiscountedNetwork)) throw error;
	});

/** Removes everything of a sandbox. Ignores what is gone already. */
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
	await Promise.all(networks.map(({id}) => discardNetwork(engine, id)));
	await Promise.all(volumes.map(({name}) => engine.removeVolume(name)));
	for (const {tags, id} of await engine.listImages({[imageLabels.project]: project}))
		for (const reference of tags.length > 0 ? tags : [id]) await engine.removeImage(reference);
	rmSync(folder, {recursive: true, force: true});
}

/** Stops a command that would continue to create objects. Does nothing if it has ended. */
function end(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {}
}

// Started beside a test file, which writes the pids of started (+pid) and ended (-pid) commands to stdin. Stdin
// closes when the process that runs the tests ends, however that happens.
if (import.meta.main) {
	const running = new Set<number>();
	for await (const line of createInterface({input: process.stdin})) {
		const pid = Number(line.slice(1));
		if (line.startsWith('+')) running.add(pid);
		else running.delete(pid);
	}
	for (const pid of running) end(pid);
	const leftovers = JSON.parse(process.argv[2]!) as Leftovers;
	// Objects that a command has requested may still be created.
	for (let attempt = 1; attempt <= 3; attempt++) {
		await pause(500 * attempt);
		await removeLeftovers(leftovers).catch(() => undefined);
	}
}
