import {parseState} from './document.ts';
import {archiveDamaged, type HistoryEntry, newestSerial} from './history.ts';
import {patchesOf, readJournalContent, trustedEntries} from './journal-reading.ts';
import {replaySigned} from './on-disk.ts';
import {readPrivateFile} from './private-file.ts';
import type {State} from './state.ts';
import {replaceStateFile, statePath} from './state-file.ts';
import {ensureKey, seenSerial} from './trust-key.ts';
import {whyForeign} from './trusted.ts';

function readSigned(directory: string) {
	const content = readPrivateFile(statePath(directory));
	const parsed = content && parseState(content);
	return {content, signed: parsed && 'state' in parsed ? parsed : undefined};
}

/**
 * Replaces the current state, for `state restore`. The new serial is higher than any before, so that nothing that the
 * journal records is applied to it. The replaced state is kept in history, damaged or not. The caller holds the lock.
 * @param observed highest serial among the running containers
 */
export async function restoreState(
	directory: string,
	state: State,
	observed = 0,
	env: NodeJS.ProcessEnv = process.env,
): Promise<State> {
	const {content, signed} = readSigned(directory);
	if (content && !signed) archiveDamaged(directory, statePath(directory));
	const recorded = patchesOf(trustedEntries(directory, readJournalContent(directory), state, env).entries);
	const current = signed && replaySigned(signed, directory, env);
	const key = ensureKey(state, directory, env);
	// The file may be behind the journal.
	if (current && current !== signed?.state)
		replaceStateFile(directory, current, {key: ensureKey(current, directory, env), previous: signed!.state, env});
	const known = [
		state.serial,
		current?.serial ?? 0,
		recorded.at(-1)?.serial ?? 0,
		newestSerial(directory),
		seenSerial(state.lineage, env),
		observed,
	];
	const restored = {...state, serial: Math.max(...known) + 1, updatedAt: new Date().toISOString()};
	replaceStateFile(directory, restored, {key, previous: current, env});
	return restored;
}

/** The current state, or what its file says, as an entry of history, if it has this serial. */
export function readCurrent(
	directory: string,
	serial: number,
	env: NodeJS.ProcessEnv = process.env,
): HistoryEntry | undefined {
	const path = statePath(directory);
	const {signed} = readSigned(directory);
	if (!signed) return undefined;
	const problem = whyForeign(signed, directory, env);
	const state = [signed.state, replaySigned(signed, directory, env)].find(found => found.serial === serial);
	if (!state) return undefined;
	return problem ? {serial, path, problem} : {serial, path, state};
}
