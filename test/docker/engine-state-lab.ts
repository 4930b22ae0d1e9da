import {cpSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {folderName} from '../../source/engine-state/layout.ts';
import {openStore} from '../../source/engine-state/store.ts';
import {ownRecord} from '../../source/state/lock.ts';
import type {Sandbox} from './cli.ts';
import {addClient, type Client} from './second-client.ts';

/** A second machine of the same person: it has nothing but the identity. */
export function addMachine(sandbox: Sandbox, name: string): Client {
	const client = addClient(sandbox, name);
	cpSync(join(dirname(sandbox.folder), 'config', 'identity'), join(client.config, 'identity'));
	return client;
}

/** Waits for the lock of an environment on the engine over a connection that is open, so that only the lock takes time. */
export async function waitForFreeLock({engine, router, project}: Sandbox) {
	const container = (await engine.inspectContainer(router.name))!;
	const store = await openStore({
		engine,
		name: folderName({project, environment: 'production'}),
		record: ownRecord('test'),
		findContainer: async () => container.id,
	});
	const first = await store.take();
	return {
		/** Who has it; undefined if it was free. */
		holder: 'owner' in first ? first.owner : undefined,
		/** Resolves with the milliseconds until it was free, and frees it again. */
		async freeAfter(limitMs: number): Promise<number> {
			const begin = performance.now();
			while (performance.now() - begin < limitMs) {
				if (!('owner' in (await store.take()))) break;
				await pause(20);
			}
			const took = performance.now() - begin;
			await store.close();
			return took;
		},
		close: store.close,
	};
}
