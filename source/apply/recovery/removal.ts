import {observeOwn} from '../../engine/own-engine.ts';
import {EngineError, messageOf} from '../../errors.ts';
import {isStopFirst} from '../../model/kinds.ts';
import type {Intent} from '../../state/journal-entry.ts';
import {removeUnrecorded} from '../own-images.ts';
import {ownContainers, type RecoveryContext} from './context.ts';
import {withdrawDeployment} from './leftovers.ts';

/*
 * The engine continues what a killed process requested: a container may stop seconds after recovery saw it running. Another
 * stop waits for that, so that the next plan sees the final state.
 */

/** Completes the stop of deployments that are still recorded as active; `retireLeftovers` handles all others. */
export async function recoverRetirement(context: RecoveryContext, ids: readonly string[]): Promise<void> {
	const {engine, settings, state} = context;
	const {deployments, active} = state.current();
	for (const id of ids) {
		const deployment = deployments[id];
		if (!deployment?.containerId || active[deployment.service] !== id) continue;
		// What was stopped for its successor will be restarted; any other deployment is being removed.
		if (isStopFirst(deployment)) await engine.stop(deployment.containerId, settings.stopGraceSeconds);
		else await withdrawDeployment(context, deployment);
	}
}

/** Completes the removal of a container or a network. Volumes are never removed without a new request. */
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
			// Something is connected to it. That must not block every command; the next plan removes the network.
			if (!(error instanceof EngineError) || error.status !== 403) throw error;
			say(messageOf(error));
		}
		return true;
	}
	return false;
}

/** Removes what a build made, unless the state has recorded it. */
export async function recoverBuild({engine, state, say}: RecoveryContext, op: string): Promise<boolean> {
	const {isRecorded, removed} = await removeUnrecorded(engine, state.current(), op);
	for (const name of removed) say(`removed image ${name}, whose build was interrupted`);
	return isRecorded;
}
