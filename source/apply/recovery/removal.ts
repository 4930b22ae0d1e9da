import {observeOwn} from '../../engine/own-engine.ts';
import {EngineError, messageOf} from '../../errors.ts';
import type {Intent} from '../../state/journal-entry.ts';
import {ownContainers, type RecoveryContext} from './context.ts';
import {withdrawDeployment} from './leftovers.ts';

/*
 * What a killed process has asked the engine for goes on without it: a container may stop seconds after its successor has
 * seen it run. Asking again waits for that, so that the next plan sees how it ended.
 */

/** Ends the stop of deployments that are still recorded as active; previous ones are retired by their stage. */
export async function recoverRetirement(context: RecoveryContext, ids: readonly string[]): Promise<void> {
	const {engine, settings, state} = context;
	const {deployments, active} = state.current();
	for (const id of ids) {
		const deployment = deployments[id];
		if (!deployment?.containerId || active[deployment.service] !== id) continue;
		// A worker was stopped for its successor, and starts again; any other is to be removed.
		if (deployment.kind === 'worker') await engine.stop(deployment.containerId, settings.stopGraceSeconds);
		else await withdrawDeployment(context, deployment);
	}
}

/** Ends the removal of a container or a network. A volume is never removed without being asked again. */
export async function recoverRemoval(
	context: RecoveryContext,
	{kind, name}: Extract<Intent, {type: 'remove'}>,
): Promise<boolean> {
	const {engine, settings, state, say} = context;
	if (kind === 'container') {
		const container = (await ownContainers(context)).find(found => found.name === name);
		if (container) {
			await engine.stop(container.id, settings.stopGraceSeconds);
			await engine.remove(container.id);
		}
		return true;
	}
	if (kind === 'network') {
		const {networks} = await observeOwn(engine, state.current());
		const network = networks.find(found => found.name === name);
		try {
			if (network) await engine.removeNetwork(network.id);
		} catch (error) {
			// Somebody is connected to it. That must not keep every command from working; the next plan removes it.
			if (!(error instanceof EngineError) || error.status !== 403) throw error;
			say(messageOf(error));
		}
		return true;
	}
	return false;
}
