import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {historyName} from '../state/authority.ts';
import {parseState} from '../state/document.ts';
import type {Lock} from '../state/lock.ts';
import type {PlaceRecord} from '../state/place.ts';
import type {State} from '../state/state.ts';
import {noteSerial} from '../state/trust-key.ts';
import {createAuthority} from './authority.ts';
import {writeCopy} from './copy.ts';
import {folderName} from './layout.ts';
import {findStates, type StatePlace} from './router.ts';
import {readStored, type Stored} from './stored.ts';
import {takeOnEngine} from './take-on-engine.ts';
import type {EngineLockOptions} from './wait-for-lock.ts';

/** What the engine has of an environment, without the lock; undefined without a router. */
export async function lookAtState({engine, router}: StatePlace, record: PlaceRecord): Promise<Stored | undefined> {
	const found = await findStates(engine, router);
	return found && readStored(engine, found.containerId, folderName(record));
}

/**
 * Refuses a state that does not follow the one on the engine: it would undo what others did.
 * @returns the serial on the engine; undefined if it has no state
 */
export function assertFollows(next: State, {state: content, journal}: Stored): number | undefined {
	if (!content) return undefined;
	const parsed = parseState(content);
	if (!('state' in parsed)) return undefined;
	const {lineage, serial, environment} = parsed.state;
	if (lineage !== next.lineage)
		throw new UserError(
			`The engine has the state of another life of environment ${environment} (lineage ${lineage.slice(0, 8)}, not ${next.lineage.slice(0, 8)}).`,
			{hint: hint`Nothing was written. See it: ${command('state pull')}`},
		);
	if (serial >= next.serial)
		throw new UserError(`The engine has serial ${serial}, which is not older than serial ${next.serial}.`, {
			hint: hint`Nothing was written. To return to an older state: ${command('state restore', String(next.serial))}`,
		});
	if (journal && journal.length > 0)
		throw new UserError('A command works on the environment, or was interrupted.', {
			hint: hint`Nothing was written. ${command('apply')} finishes or undoes what an interrupted one left.`,
		});
	return serial;
}

type Push = {readonly state: State; readonly content: Buffer};

/** Replaces the state on the engine, and the copy in the folder. @param local the lock of the folder */
export async function pushState(
	directory: string,
	place: StatePlace,
	record: PlaceRecord,
	{state, content}: Push,
	options: EngineLockOptions & {readonly local: Lock},
): Promise<void> {
	const {store, taken} = await takeOnEngine(place, record, options);
	try {
		const stored = await lookAtState(place, record);
		if (stored) assertFollows(state, stored);
		await createAuthority(store, taken).put(content, historyName(state));
		writeCopy(directory, {state: content, journal: undefined});
		noteSerial(state.lineage, state.serial);
	} finally {
		await store.close();
	}
}
