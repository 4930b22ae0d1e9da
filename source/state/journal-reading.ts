import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import type {Owner} from '../model/own.ts';
import type {JournalEntry} from './journal-entry.ts';
import {findForeignLine, type ParsedJournal, parseJournal} from './journal-line.ts';
import {readPrivateFile} from './private-file.ts';
import {isPatch, type StatePatch} from './state-patch.ts';
import {readPin} from './trust-key.ts';
import {findStrangeEntry} from './valid-state.ts';

export const journalPath = (directory: string): string => join(directory, 'journal.ndjson');

/** A journal as read, without verified signatures; or why it cannot be read. */
export type JournalContent = ParsedJournal & {readonly problem?: UserError};

const empty: ParsedJournal = {entries: [], lines: [], goodBytes: 0};

/** Reads the journal; it is empty if the file is missing. */
export function readJournalContent(directory: string): JournalContent {
	try {
		const content = readPrivateFile(journalPath(directory));
		return content ? parseJournal(content) : empty;
	} catch (error) {
		if (error instanceof UserError) return {...empty, problem: error};
		throw error;
	}
}

const moveAway = 'Move the file away: the next apply then starts from the state alone.';

/** The error for a journal whose lines lead to a state that Compartment would not write. */
export const strangeJournal = (directory: string): UserError =>
	new UserError(`${journalPath(directory)} leads to a state that Compartment would never write`, {hint: moveAway});

type Problem = {
	/** Number (from 1) of the first line that is not used. */
	readonly line: number;
	readonly error: UserError;
};

function findProblem(
	directory: string,
	journal: JournalContent,
	owner: Owner,
	env: NodeJS.ProcessEnv,
): Problem | undefined {
	if (journal.problem) return {line: 1, error: journal.problem};
	const {entries, damagedLine} = journal;
	const key = entries.length > 0 ? readPin(owner.lineage, env)?.key : undefined;
	const foreign = key ? findForeignLine(journal, key) : entries.length > 0 ? 1 : undefined;
	const line = foreign ?? findStrangeEntry(entries, owner) ?? damagedLine;
	if (line === undefined) return undefined;
	const error = (at: number, what: string, help: UserError['hint']) =>
		new UserError(`${journalPath(directory)}:${at} ${what}`, {hint: help});
	if (damagedLine !== undefined) {
		const help = 'Restore a copy of the file, or move it away: the next apply then starts from the state alone.';
		return {line, error: error(damagedLine, 'is damaged, and intact lines follow it', help)};
	}
	if (foreign === undefined)
		return {line, error: error(line, 'is not an entry that Compartment writes for this environment', moveAway)};
	const what = 'is not trusted: it was not signed with the key of this environment, or lines before it are missing';
	const help = hint`Review and accept it: ${command('state trust')}. Or move it away: the next apply then starts from the state alone.`;
	return {line, error: error(line, what, help)};
}

/** The entries before the first line that is damaged or not ours, and the error for that line. */
export function trustedEntries(
	directory: string,
	journal: JournalContent,
	owner: Owner,
	env: NodeJS.ProcessEnv,
): {readonly entries: readonly JournalEntry[]; readonly problem: UserError | undefined} {
	const found = findProblem(directory, journal, owner, env);
	return {entries: found ? journal.entries.slice(0, found.line - 1) : journal.entries, problem: found?.error};
}

/** The changes of the state that entries record, in order. Entries that were not verified may have any content. Pure. */
export const patchesOf = (entries: readonly JournalEntry[]): readonly StatePatch[] =>
	entries.flatMap(entry => {
		const patch: unknown = (entry as {readonly patch?: unknown} | null)?.patch;
		return isPatch(patch) ? [patch] : [];
	});
