import {EngineError, UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {renderHint} from '../../render-hint.ts';
import {observeRouter, publish} from '../../router/router.ts';
import type {State} from '../../state/state.ts';
import {describeTable} from '../route-table.ts';
import type {RecoveryContext} from './context.ts';

/** Marks that the router may accept another password besides the recorded one. */
export const withRotation = (state: State): State =>
	state.access ? {...state, access: {...state.access, isRotating: true}} : state;

/** Marks that the router accepts only the recorded password. */
export function withoutRotation(state: State): State {
	if (!state.access) return state;
	const {isRotating: _ended, ...access} = state.access;
	return {...state, access};
}

/**
 * Finishes an interrupted rotation of the access password: the router accepts only the recorded password afterwards. Without
 * a running router, a later command does it.
 */
export async function finishRotation(
	context: Pick<RecoveryContext, 'engine' | 'router' | 'state' | 'say'>,
): Promise<void> {
	const {engine, router, state, say} = context;
	if (!state.current().access?.isRotating) return;
	try {
		if ((await observeRouter(engine, router)).state !== 'running') return;
		await publish(engine, router, describeTable(state.current()));
		await state.update(withoutRotation);
		const show = renderHint(command('access show'), state.current());
		say(`finished an interrupted rotation of the access password; show the valid one: ${show}`);
	} catch (error) {
		if (!(error instanceof UserError || error instanceof EngineError)) throw error;
		say(`could not finish the interrupted rotation of the access password yet (${error.message})`);
	}
}
