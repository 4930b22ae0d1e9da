import {UserError} from '../errors.ts';
import {heldCandidates} from '../plan/input.ts';
import type {State} from '../state/state.ts';

/** Refuses to promote or discard where no candidate waits: it would look as if that had been done. */
export function assertHeld(state: State, services: readonly string[] | null): void {
	const held = Object.keys(heldCandidates(state));
	const missing = services?.find(name => !held.includes(name));
	if (held.length > 0 && missing === undefined) return;
	const what = missing === undefined ? '' : ` of ${missing}`;
	const hint = held.length > 0 ? `There are candidates of ${held.join(', ')}` : 'compartment apply --hold';
	throw new UserError(`No candidate${what} waits for a promote in environment ${state.environment}.`, {hint});
}
