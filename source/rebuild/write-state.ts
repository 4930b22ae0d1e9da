import {withoutRotation} from '../apply/recovery/access-rotation.ts';
import {describeTable} from '../apply/route-table.ts';
import {keepState} from '../apply/state-keeper.ts';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {publish, type RouterOptions} from '../router/router.ts';
import {authorityOf, historyName} from '../state/authority.ts';
import {findInvalid} from '../state/document.ts';
import {isOnEngine} from '../state/place.ts';
import {readPrivateFile} from '../state/private-file.ts';
import {restoreState} from '../state/restore.ts';
import {withSealedKey} from '../state/sealed-key.ts';
import type {State} from '../state/state.ts';
import {statePath} from '../state/state-file.ts';
import {ensureKey} from '../state/trust-key.ts';

/**
 * Writes a rebuilt state, as a restore does: above every serial that was seen. What the folder had is kept in history. The
 * caller holds the lock.
 * @param observed highest serial among the containers
 * @throws UserError for a state that Compartment would not write, as after somebody has changed labels
 */
export async function writeRebuilt(directory: string, state: State, observed: number): Promise<State> {
	const problem = findInvalid({...state, serial: 1});
	if (problem) throw new UserError(`The objects on the engine do not give a state: it ${problem}.`);
	const key = ensureKey(state, directory);
	const sealed = await withSealedKey(state, key, process.env, isOnEngine(directory));
	const written = await restoreState(directory, sealed, observed);
	await authorityOf(directory)?.put(readPrivateFile(statePath(directory))!, historyName(written));
	return written;
}

/** Gives a new access password to the router, which refuses the previous one from then on. */
export async function publishAccess(
	directory: string,
	{engine, router}: {readonly engine: Engine; readonly router: RouterOptions},
	state: State,
): Promise<State> {
	await publish(engine, router, describeTable(state), {});
	return keepState(directory, state, false).update(withoutRotation);
}
