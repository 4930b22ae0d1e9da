import type {ObservedNetwork} from '../../engine/engine.ts';
import {EngineError, MiscountedNetwork, messageOf, UserError} from '../../errors.ts';
import {networkAddress} from '../../model/address.ts';
import {type EnvironmentContext, notice} from '../context.ts';
import {writeJournaled} from '../journaled.ts';

/**
 * Removes networks of the environment. One that the engine miscounts stays, with a warning: it is empty, the next apply may
 * use it, and the next destroy or replacement tries again.
 * @param keep `used` keeps networks with a container that is not ours as well
 * @throws what is left for any other reason, after all networks have been tried
 */
export async function removeNetworks(
	context: EnvironmentContext,
	networks: readonly ObservedNetwork[],
	keep: 'miscounted' | 'used' = 'miscounted',
): Promise<void> {
	const removals = networks.map(({id, name}) =>
		writeJournaled(context, {
			address: networkAddress,
			intent: {type: 'remove', kind: 'network', name},
			isRepeatable: true,
			run: () => context.engine.removeNetwork(id),
		}).catch((error: unknown) => {
			const isUsed = error instanceof EngineError && error.status === 403;
			if (!(error instanceof MiscountedNetwork || (keep === 'used' && isUsed))) throw error;
			notice(context, 'warning', messageOf(error));
		}),
	);
	const left = (await Promise.allSettled(removals)).flatMap(each =>
		each.status === 'rejected' ? [each.reason as unknown] : [],
	);
	if (left.length === 1) throw left[0];
	if (left.length > 1) throw new UserError(left.map(messageOf).join('; '));
}
