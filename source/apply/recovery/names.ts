import type {Renamed} from '../../engine/renamed.ts';
import {EngineError} from '../../errors.ts';
import {labels} from '../../model/labels.ts';
import type {RecoveryContext} from './context.ts';

/** Renames containers back that somebody has renamed, unless another container has the name now. */
export async function giveNamesBack({engine, say}: RecoveryContext, renamed: readonly Renamed[]): Promise<void> {
	for (const {container, name} of renamed) {
		const address = container.labels[labels.address] ?? container.name;
		try {
			await engine.rename(container.id, name);
			say(`${address}: its container ${container.name} has its name ${name} back`);
		} catch (error) {
			if (!(error instanceof EngineError && error.status === 409)) throw error;
			say(`${address}: its container was renamed to ${container.name}, and another one has its name ${name} now`);
		}
	}
}
