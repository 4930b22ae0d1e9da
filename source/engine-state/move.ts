import {realpathSync} from 'node:fs';
import {UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import {parseState} from '../state/document.ts';
import {readJournal} from '../state/journal.ts';
import {ownRecord} from '../state/lock.ts';
import {type PlaceRecord, writePlace} from '../state/place.ts';
import type {State} from '../state/state.ts';
import {readState, writeState} from '../state/store.ts';
import {readPin, writePin} from '../state/trust-key.ts';
import {readCopy} from './copy.ts';
import type {Store} from './store.ts';
import type {Stored} from './stored.ts';

/*
 * At each moment one place has the authority. There: the folder, until the engine has the state. Here: the engine, until it
 * has named the move in place of the state. Whatever interrupts a move, the next command that locks the environment ends it.
 */

async function readSettled(directory: string): Promise<State> {
	const state = await readState(directory);
	if (!state) throw new UserError(`There is no state in ${directory}.`, {hint: command('apply')});
	const entries = await readJournal(directory, state);
	if (entries.length > 0 && entries.at(-1)?.type !== 'close')
		throw new UserError('An interrupted command has to be finished or undone before the state can be moved.', {
			hint: command('apply'),
		});
	return state;
}

/** Announces a move to the engine. The caller holds the folder's lock; `settleMove` does the rest. */
export async function beginMoveThere(directory: string): Promise<PlaceRecord> {
	const {project, environment} = await readSettled(directory);
	const record = {state: 'engine', project, environment, moving: 'there'} as const;
	writePlace(directory, record);
	failpoint('migrate.after-begin');
	return record;
}

function parse(content: Buffer): State | undefined {
	const parsed = parseState(content);
	return 'state' in parsed ? parsed.state : undefined;
}

/**
 * Ends a move that was begun, under both locks. Afterwards the folder says where the state is.
 * @param stored what the engine has
 * @throws UserError when the engine has another state; the folder then keeps its own
 */
export async function settleMove(
	directory: string,
	{moving, moveId, ...record}: PlaceRecord,
	{state: content, moved}: Stored,
): Promise<void> {
	if (moving === 'here') {
		const isOver = content === undefined && moved?.id === moveId;
		return writePlace(directory, {...record, state: isOver ? 'local' : 'engine'});
	}
	const there = content && parse(content);
	// The folder decides, so it is not read as a copy.
	const own = await readSettled(directory);
	// It is this move's if it was written there, and then here, or before it was written here.
	const isMoved =
		there?.lineage === own.lineage && (there.serial > own.serial || readCopy(directory).state?.equals(content!));
	if (content && !isMoved) {
		writePlace(directory, {...record, state: 'local'});
		throw new UserError(
			`The engine already has a state of environment ${record.environment}${there ? ` (serial ${there.serial}, ${there.updatedAt})` : ''}.`,
			{hint: hint`Nothing was moved. To work with that one, in this folder: ${command('state forget')}`},
		);
	}
	if (!content) await writeState(directory, own, own);
	failpoint('migrate.after-put');
	writePlace(directory, record);
}

/** Moves a state to the folder, under both locks. */
export async function moveHere(directory: string, {project, environment}: PlaceRecord, store: Store): Promise<State> {
	const state = await readSettled(directory);
	const move = ownRecord('state migrate');
	const record = {project, environment} as const;
	writePlace(directory, {...record, state: 'engine', moving: 'here', moveId: move.id});
	failpoint('migrate.after-begin');
	const answer = await store.send(`move ${JSON.stringify(move)}`);
	if (answer !== 'ok') throw new UserError(`The engine does not give the state up: ${answer.replace(/^error /, '')}`);
	failpoint('migrate.after-move');
	writePlace(directory, {...record, state: 'local'});
	const pin = readPin(state.lineage);
	// From now on, this is the original.
	if (pin) writePin({...pin, directory: realpathSync(directory)});
	return state;
}
