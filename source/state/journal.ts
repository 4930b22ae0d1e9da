import {randomBytes} from 'node:crypto';
import {closeSync, fdatasyncSync, ftruncateSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {command, hint} from '../hint.ts';
import type {Owner} from '../model/own.ts';
import {archiveJournal} from './history.ts';
import type {Intent, JournalEntry} from './journal-entry.ts';
import {findForeignLine, formatLine, type ParsedJournal, parseJournal} from './journal-line.ts';
import {fileError, openForAppend, readPrivateFile, syncDirectory, writeFully} from './private-file.ts';
import {beforeReserve, withReserve} from './reserve.ts';
import {ensureKey, readPin, type TrustKey} from './trust-key.ts';
import {findStrangeEntry} from './valid-state.ts';

export const journalPath = (directory: string): string => join(directory, 'journal.ndjson');

export type PendingWrite = Extract<JournalEntry, {type: 'begin'}>;

export type Journal = {
	/** Records a write before its engine call: returns its id once the line is on disk. */
	readonly begin: (intent: Intent, address: string) => Promise<string>;
	/** Records that a write succeeded, also one of an earlier run that recovery found or finished. */
	readonly done: (op: string) => Promise<void>;
	/** Records that a write did not happen, and that nothing of it is left. */
	readonly failed: (op: string, reason: string) => Promise<void>;
	/** Whether a write has no outcome yet. */
	readonly hasPending: () => boolean;
	/**
	 * Ends the run and moves the journal to history. If a write has no outcome, the journal stays for the next run to
	 * recover, and the result is false.
	 */
	readonly close: () => Promise<boolean>;
};

type Run = Owner & {readonly run: string; readonly serial: number};

/** A new id for a journaled write or an operation container, `op_` and 20 hex digits: the label of what is made. */
export const newOpId = (): string => `op_${randomBytes(10).toString('hex')}`;

/**
 * The journal of an unfinished run; empty if there is none. Drops a last line that a crash cut off.
 * @throws UserError for a damaged line before it, which no crash can cause, and for a line that was not signed with the
 * environment's key
 */
export async function readJournal(
	directory: string,
	owner: Owner,
	env: NodeJS.ProcessEnv = process.env,
): Promise<readonly JournalEntry[]> {
	const journal = readNow(directory);
	assertOwnJournal(directory, journal, owner, env);
	return journal.entries;
}

/** Writes that were begun and have no outcome, in order; empty if the journal is closed. Pure. */
export function pendingWrites(entries: readonly JournalEntry[]): readonly PendingWrite[] {
	if (closingEntry(entries)) return [];
	const settled = new Set(entries.flatMap(entry => (entry.type === 'done' || entry.type === 'failed' ? entry.op : [])));
	return entries.filter(entry => entry.type === 'begin').filter(({op}) => !settled.has(op));
}

/**
 * Opens the journal for one run; every call returns after its line is synced to disk. The unfinished journal of an earlier
 * run is continued, so that its pending writes are known until they have an outcome. The caller holds the environment's
 * lock.
 */
export async function openJournal(
	directory: string,
	{run, serial, ...owner}: Run,
	env: NodeJS.ProcessEnv = process.env,
): Promise<Journal> {
	const {lineage} = owner;
	let earlier = readNow(directory);
	if (serial === 0 && earlier.entries.length > 0) {
		// Its state is gone, so nothing can be recovered from it.
		archiveJournal(directory, journalPath(directory), fileName(`before-${run}`));
		earlier = readNow(directory);
	}
	assertOwnJournal(directory, earlier, owner, env);
	const key = ensureKey(owner, directory, env);
	const closed = closingEntry(earlier.entries);
	if (closed) archiveJournal(directory, journalPath(directory), fileName(closed.run));
	const pending = new Set(pendingWrites(earlier.entries).map(({op}) => op));
	const last = closed ? '' : (earlier.lines.at(-1)?.signature ?? '');
	const {append, close} = openLines(directory, closed ? 0 : earlier.goodBytes, key, last);
	append({type: 'open', run, lineage, serial, pid: process.pid, host: hostname(), at: now()});
	const settle = (entry: Extract<JournalEntry, {type: 'done' | 'failed'}>) => {
		append(entry);
		pending.delete(entry.op);
	};
	return {
		begin: async (intent, address) => {
			const op = newOpId();
			append({type: 'begin', op, address, intent, at: now()});
			pending.add(op);
			return op;
		},
		done: async op => settle({type: 'done', op, at: now()}),
		failed: async (op, reason) => settle({type: 'failed', op, reason, at: now()}),
		hasPending: () => pending.size > 0,
		close: async () => {
			if (pending.size === 0) append({type: 'close', run, at: now()});
			close();
			if (pending.size > 0) return false;
			archiveJournal(directory, journalPath(directory), fileName(run));
			failpoint('journal.after-archive');
			return true;
		},
	};
}

/**
 * @param size length of the intact lines in bytes; a torn line after them is cut off
 * @param last signature of the last intact line
 */
function openLines(directory: string, size: number, key: TrustKey, last: string) {
	const path = journalPath(directory);
	let descriptor: number;
	try {
		descriptor = openForAppend(path);
		ftruncateSync(descriptor, size);
		syncDirectory(directory);
	} catch (error) {
		throw fileError('open', path, error);
	}
	let end = size;
	let previous = last;
	const append = (entry: JournalEntry) => {
		const {line: text, signature} = formatLine(entry, key, previous);
		const line = Buffer.from(text);
		const write = () => {
			try {
				failpoint(`journal.before-${entry.type}`);
				writeFully(descriptor, line);
				fdatasyncSync(descriptor);
			} catch (error) {
				// Half a line, left by a full disk, must not become a damaged line in the middle.
				ftruncateSync(descriptor, end);
				throw error;
			}
		};
		try {
			if (entry.type === 'open' || entry.type === 'begin') beforeReserve(directory, write);
			else withReserve(directory, write);
		} catch (error) {
			throw fileError('write', path, error);
		}
		end += line.length;
		previous = signature;
		failpoint(`journal.after-${entry.type}`);
	};
	return {append, close: () => closeSync(descriptor)};
}

function readNow(directory: string): ParsedJournal {
	const path = journalPath(directory);
	const journal = parseJournal(readPrivateFile(path) ?? Buffer.alloc(0));
	if (journal.damagedLine === undefined) return journal;
	throw new UserError(`${path}:${journal.damagedLine} is damaged, and intact lines follow it`, {
		hint: 'Restore a copy of the file, or move it away: the next apply then starts from the state alone.',
	});
}

function assertOwnJournal(directory: string, journal: ParsedJournal, owner: Owner, env: NodeJS.ProcessEnv): void {
	if (journal.entries.length === 0) return;
	const key = readPin(owner.lineage, env)?.key;
	const foreign = key ? findForeignLine(journal, key) : 1;
	const strange = foreign ?? findStrangeEntry(journal.entries, owner);
	if (strange === undefined) return;
	const what =
		foreign === undefined
			? 'is not an entry that Compartment writes for this environment'
			: 'is not trusted: it was not signed with the key of this environment, or lines before it are missing';
	throw new UserError(`${journalPath(directory)}:${strange} ${what}`, {
		hint:
			foreign === undefined
				? 'Move the file away: the next apply then starts from the state alone.'
				: hint`Review and accept it: ${command('state trust')}. Or move it away: the next apply then starts from the state alone.`,
	});
}

const closingEntry = (entries: readonly JournalEntry[]) => {
	const last = entries.at(-1);
	return last?.type === 'close' ? last : undefined;
};

const now = (): string => new Date().toISOString();

const fileName = (run: string): string => run.replace(/[^\w-]/g, '_').slice(0, 100);
