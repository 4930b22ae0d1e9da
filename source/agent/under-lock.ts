import {UserError} from '../errors.ts';
import type {State} from '../state/state.ts';
import {readState} from '../state/store.ts';
import type {EnvironmentWorld} from './duty.ts';

/**
 * Reads the state of a duty's environment under its lock. What the duty knew before may have changed since.
 * @throws UserError when the environment is gone, or another one is in its folder
 */
export async function readUnderLock(
	{directory, lineage}: Pick<EnvironmentWorld, 'directory' | 'lineage'>,
	env: NodeJS.ProcessEnv = process.env,
): Promise<State> {
	const state = await readState(directory, env);
	if (state?.lineage === lineage) return state;
	throw new UserError('the environment is gone');
}
