import {observeOwn} from '../../engine/own-engine.ts';
import {strayName} from '../../model/address.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';

/** Stops and removes a container of this environment that the state does not know. */
export async function removeStray(context: EnvironmentContext, address: string): Promise<void> {
	const {engine, state, settings} = context;
	const name = strayName(address);
	await writeJournaled(context, {
		address,
		intent: {type: 'remove', kind: 'container', name},
		async run() {
			const {containers} = await observeOwn(engine, state.current());
			const container = containers.find(candidate => candidate.name === name);
			if (!container) return;
			await engine.stop(container.id, settings.stopGraceSeconds);
			await engine.remove(container.id);
		},
	});
}
