import type {UserError} from '../errors.ts';
import type {Signed} from './document.ts';
import {findInvalid} from './document.ts';
import {type JournalContent, patchesOf, readJournalContent, strangeJournal, trustedEntries} from './journal-reading.ts';
import type {State} from './state.ts';
import {readStateFile, replaceStateFile} from './state-file.ts';
import {findGap, replay} from './state-patch.ts';
import {readPin} from './trust-key.ts';
import {assertNewest, olderState, whyForeign} from './trusted.ts';

/** The state of an environment, and where it is written. */
type OnDisk = {
	/** What the state file says. */
	readonly file: State;
	/** The newest state: what the file says, with the changes since that the journal records. */
	readonly state: State;
	/** Why the journal, or the rest of it, was left out. */
	readonly problem?: UserError | undefined;
};

/** Applies the journal to a trusted state file. `problem` says why the journal was left out. */
function withJournal(directory: string, file: State, journal: JournalContent, env: NodeJS.ProcessEnv): OnDisk {
	const {entries, problem} = trustedEntries(directory, journal, file, env);
	const patches = patchesOf(entries);
	const gap = findGap(file, patches);
	if (gap !== undefined) throw olderState(file, `what an interrupted command has recorded (serial ${gap})`);
	const state = replay(file, patches);
	// A journal must not bring in what a state file cannot.
	if (state !== file && findInvalid(state) !== undefined)
		return {file, state: file, problem: problem ?? strangeJournal(directory)};
	return {file, state, problem};
}

/**
 * Reads the state file and the journal of an interrupted or running command: the one rule for what the state is. Undefined
 * only if none was ever written. Of a damaged or foreign journal, only the lines before the first bad one count: commands
 * that write refuse it, see `readToWrite`.
 * @throws UserError when the file is unusable or outdated; ForeignStateError when the user has to accept it first
 */
export function readOnDisk(directory: string, env: NodeJS.ProcessEnv): OnDisk | undefined {
	// The journal first: if the file is written meanwhile, it contains what the journal said.
	const journal = readJournalContent(directory);
	const file = readStateFile(directory, env);
	if (!file) return undefined;
	const found = withJournal(directory, file, journal, env);
	assertNewest(found.state, env);
	return found;
}

/**
 * Reads the state to change it, and brings the state file up to date with the journal, so that history gets each state.
 * The caller holds the lock.
 * @throws UserError also for a damaged or foreign journal, whose changes would be lost
 */
export function readToWrite(directory: string, env: NodeJS.ProcessEnv): State | undefined {
	const found = readOnDisk(directory, env);
	if (!found) return undefined;
	if (found.problem) throw found.problem;
	const {file, state} = found;
	if (state !== file) replaceStateFile(directory, state, {key: readPin(state.lineage, env)!.key, previous: file, env});
	return state;
}

/** Applies the journal to a state file that may be outdated. Unless both are trusted, returns the state of the file alone. */
export function replaySigned(signed: Signed, directory: string, env: NodeJS.ProcessEnv): State {
	const {state} = signed;
	if (whyForeign(signed, directory, env) !== undefined) return state;
	const {entries} = trustedEntries(directory, readJournalContent(directory), state, env);
	return replayIfValid(state, patchesOf(entries));
}

/** The state after patches, if they continue it and lead to a state that Compartment writes; otherwise the state itself. */
export function replayIfValid(state: State, patches: ReturnType<typeof patchesOf>): State {
	if (findGap(state, patches) !== undefined) return state;
	const replayed = replay(state, patches);
	return replayed === state || findInvalid(replayed) !== undefined ? state : replayed;
}
