import type {ReadonlyEngine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {parseState} from '../state/document.ts';
import type {PlaceRecord} from '../state/place.ts';
import type {State} from '../state/state.ts';
import {statePath} from '../state/state-file.ts';
import {readCopy} from './copy.ts';
import type {Stored} from './stored.ts';

const parsed = (content: Buffer | undefined): State | undefined => {
	const found = content && parseState(content);
	return found && 'state' in found ? found.state : undefined;
};

/**
 * Refuses an engine that is not the one that the folder has a copy of a state of: it may have an environment of the same name,
 * or none.
 */
export async function assertSameEngine(
	directory: string,
	{state}: Pick<Stored, 'state'>,
	engine: Pick<ReadonlyEngine, 'info'>,
): Promise<void> {
	const copy = parsed(readCopy(directory).state);
	if (!copy?.engine || parsed(state)?.lineage === copy.lineage) return;
	const {id, address} = await engine.info();
	if (copy.engine === id) return;
	throw new UserError(`The state of environment ${copy.environment} is on a different engine, not on ${address}`, {
		hint: 'Connect to its engine, then run the command again.',
	});
}

/**
 * Refuses a copy of a state that the engine does not have any more: the copy may be old.
 * @throws UserError that says where the state is, and how to go on
 */
export function assertThere(
	{environment}: PlaceRecord,
	directory: string,
	{state, moved}: Pick<Stored, 'state'> & Partial<Stored>,
): void {
	if (state) return;
	if (moved)
		throw new UserError(
			`The state of environment ${environment} is no longer on the engine: ${moved.user} moved it to a folder on ${moved.host} (${moved.since}).`,
			{hint: hint`Work there. To share it again, run there: ${command('state migrate', '--to', 'engine')}`},
		);
	if (!readCopy(directory).state) return;
	throw new UserError(
		`The engine has no state of environment ${environment} any more. ${directory} holds a copy of what this machine last read.`,
		{hint: hint`If nothing newer exists, put it back: ${command('state push', statePath(directory))}`},
	);
}
