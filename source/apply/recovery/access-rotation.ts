import {EngineError, UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {renderHint} from '../../render-hint.ts';
import {observeRouter, publish} from '../../router/router.ts';
import type {State} from '../../state/state.ts';
import {describeTable} from '../route-table.ts';
import type {RecoveryContext} from './context.ts';

/** The state while the router may accept another password beside the recorded one. */
export const withRotation = (state: State): State =>
	state.access ? {...state, access: {...state.access, isRotating: true}} : state;

/** The state once the router accepts the recorded password only. */
export function withoutRotation(state: State): State {
	if (!state.access) return state;
	const {isRotating: _ended, ...access} = state.access;
	return {...state, access};
}

/**
 * Ends a rotation of the access password that was interrupted: the router accepts the recorded password only. Without a
 * router it is left to the next command.
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
		say(`a rotation of the access password was interrupted: only the one that this prints signs in: ${show}`);
	} catch (error) {
		if (!(error instanceof UserError || error instanceof EngineError)) throw error;
		say(`the interrupted rotation of the access password is not finished yet (${error.message})`);
	}
}
