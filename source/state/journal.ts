import {randomBytes} from 'node:crypto';
import {hostname} from 'node:os';
import {failpoint} from '../failpoints.ts';
import type {Owner} from '../model/own.ts';
import {authorityOf} from './authority.ts';
import {archiveJournal, journalName} from './history.ts';
import type {Intent, JournalEntry} from './journal-entry.ts';
import {type JournalContent, journalPath, readJournalContent, trustedEntries} from './journal-reading.ts';
import {openWriter} from './journal-writer.ts';
import type {StatePatch} from './state-patch.ts';
import {ensureKey} from './trust-key.ts';

export type PendingWrite = Extract<JournalEntry, {type: 'begin'}>;

export type Journal = {
	/** Records a write before its engine call: returns its id once the line is on disk. */
	readonly begin: (intent: Intent, address: string) => Promise<string>;
	/** Records that a write succeeded, also one of an earlier run that recovery found or finished. */
	readonly done: (op: string) => Promise<void>;
	/** Records that a write did not happen, and that nothing of it is left. */
	readonly failed: (op: string, reason: string) => Promise<void>;
	/** Records changes of the state, in order, all or none. A change with `op` also records that this write succeeded. */
	readonly record: (changes: readonly RecordedChange[]) => Promise<void>;
	/** Whether a write has no outcome yet. */
	readonly hasPending: () => boolean;
	/**
	 * Ends the run and moves the journal to history. If a write has no outcome, the journal stays for the next run to
	 * recover, and the result is false.
	 */
	readonly close: () => Promise<boolean>;
	/** Leaves the journal to the next run, as a crash would. */
	readonly leave: () => void;
};

export type RecordedChange = {readonly op?: string | undefined; readonly patch: StatePatch};

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
	return readTrusted(directory, owner, env).entries;
}

function readTrusted(directory: string, owner: Owner, env: NodeJS.ProcessEnv): JournalContent {
	const journal = readJournalContent(directory);
	const {problem} = trustedEntries(directory, journal, owner, env);
	if (problem) throw problem;
	return journal;
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
	// Without its state, nothing can be recovered from it.
	const archive = async (name: string) => {
		await authorityOf(directory)?.archiveJournal(journalName(name));
		archiveJournal(directory, journalPath(directory), name);
	};
	if (serial === 0 && readJournalContent(directory).entries.length > 0) await archive(fileName(`before-${run}`));
	const earlier = readTrusted(directory, owner, env);
	const key = ensureKey(owner, directory, env);
	const closed = closingEntry(earlier.entries);
	if (closed) await archive(fileName(closed.run));
	const pending = new Set(pendingWrites(earlier.entries).map(({op}) => op));
	const last = closed ? '' : (earlier.lines.at(-1)?.signature ?? '');
	const {append, appendNow, close} = openWriter(directory, {size: closed ? 0 : earlier.goodBytes, key, last});
	await appendNow({type: 'open', run, lineage, serial, pid: process.pid, host: hostname(), at: now()});
	const settle = async (entry: Extract<JournalEntry, {type: 'done' | 'failed'}>) => {
		await append([entry]);
		pending.delete(entry.op);
	};
	return {
		begin: async (intent, address) => {
			const op = newOpId();
			await append([{type: 'begin', op, address, intent, at: now()}]);
			pending.add(op);
			return op;
		},
		done: op => settle({type: 'done', op, at: now()}),
		failed: (op, reason) => settle({type: 'failed', op, reason, at: now()}),
		record: async changes => {
			await append(
				changes.map(
					({op, patch}): JournalEntry =>
						op === undefined ? {type: 'state', patch, at: now()} : {type: 'done', op, patch, at: now()},
				),
			);
			for (const {op} of changes) if (op !== undefined) pending.delete(op);
		},
		hasPending: () => pending.size > 0,
		leave: close,
		close: async () => {
			if (pending.size === 0) await appendNow({type: 'close', run, at: now()});
			close();
			if (pending.size > 0) return false;
			await archive(fileName(run));
			failpoint('journal.after-archive');
			return true;
		},
	};
}

const closingEntry = (entries: readonly JournalEntry[]) => {
	const last = entries.at(-1);
	return last?.type === 'close' ? last : undefined;
};

const now = (): string => new Date().toISOString();

const fileName = (run: string): string => run.replace(/[^\w-]/g, '_').slice(0, 100);
