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

export type PendingOperation = Extract<JournalEntry, {type: 'begin'}>;

export type Journal = {
	/** Is on disk when it returns the new operation's id; only then the engine may be asked. */
	readonly begin: (intent: Intent, address: string) => Promise<string>;
	/** The operation happened. Also for one of an earlier run, which recovery has found or finished. */
	readonly done: (op: string) => Promise<void>;
	/** The operation did not happen, and nothing of it is left. */
	readonly failed: (op: string, reason: string) => Promise<void>;
	/** Whether an operation is without an outcome. */
	readonly hasPending: () => boolean;
	/**
	 * Ends the run. The journal goes to history; when an operation is still without an outcome, it stays where it is,
	 * for the next run to recover, and the answer is false.
	 */
	readonly close: () => Promise<boolean>;
};

type Run = Owner & {readonly run: string; readonly serial: number};

/** A new operation id, `op_` and 20 hex digits: the label of what the operation makes. */
export const newOperationId = (): string => `op_${randomBytes(10).toString('hex')}`;

/**
 * What the journal of an unfinished run holds, nothing when there is none. A last line that a crash cut off is
 * dropped; a damaged line before it is a UserError, because no crash leaves one, and so is a line that was not signed with
 * the environment's key.
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

/** The operations that were begun and have no outcome, in their order; none when the journal is closed. Pure. */
export function pendingOperations(entries: readonly JournalEntry[]): readonly PendingOperation[] {
	if (closingEntry(entries)) return [];
	const settled = new Set(entries.flatMap(entry => (entry.type === 'done' || entry.type === 'failed' ? entry.op : [])));
	return entries.filter(entry => entry.type === 'begin').filter(({op}) => !settled.has(op));
}

/**
 * Opens the journal for one run; every line is synced to disk before its call returns. An unfinished journal of an
 * earlier run is continued, so that its pending operations stay known until they have an outcome. The caller holds
 * the environment's lock.
 */
export async function openJournal(
	directory: string,
	{run, serial, ...owner}: Run,
	env: NodeJS.ProcessEnv = process.env,
): Promise<Journal> {
	const {lineage} = owner;
	let earlier = readNow(directory);
	if (serial === 0 && earlier.entries.length > 0) {
		// Of a state that is gone: nothing can be recovered from it.
		archiveJournal(directory, journalPath(directory), fileName(`before-${run}`));
		earlier = readNow(directory);
	}
	assertOwnJournal(directory, earlier, owner, env);
	const key = ensureKey(owner, directory, env);
	const closed = closingEntry(earlier.entries);
	if (closed) archiveJournal(directory, journalPath(directory), fileName(closed.run));
	const pending = new Set(pendingOperations(earlier.entries).map(({op}) => op));
	const last = closed ? '' : (earlier.lines.at(-1)?.signature ?? '');
	const {append, close} = openLines(directory, closed ? 0 : earlier.goodBytes, key, last);
	append({type: 'open', run, lineage, serial, pid: process.pid, host: hostname(), at: now()});
	const settle = (entry: Extract<JournalEntry, {type: 'done' | 'failed'}>) => {
		append(entry);
		pending.delete(entry.op);
	};
	return {
		begin: async (intent, address) => {
			const op = newOperationId();
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
 * @param size how many bytes of the file are whole lines; a torn one behind them is cut off
 * @param last signature of the last whole line
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
				// Half a line on a full disk must not become a damaged line in the middle.
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
	throw new UserError(`${path}:${journal.damagedLine} is damaged, and whole lines follow it`, {
		hint: 'Put a copy of the file back, or move it away: then the next apply starts from the state alone.',
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
			? 'is nothing that Compartment writes for this environment'
			: 'is not trusted: it was not signed with the key of this environment, or lines before it are missing';
	throw new UserError(`${journalPath(directory)}:${strange} ${what}`, {
		hint:
			foreign === undefined
				? 'Move the file away: then the next apply starts from the state alone.'
				: hint`Look at it, and accept it: ${command('state trust')}. Or move it away: then the next apply starts from the state alone.`,
	});
}

const closingEntry = (entries: readonly JournalEntry[]) => {
	const last = entries.at(-1);
	return last?.type === 'close' ? last : undefined;
};

const now = (): string => new Date().toISOString();

const fileName = (run: string): string => run.replace(/[^\w-]/g, '_').slice(0, 100);
