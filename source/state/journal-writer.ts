import {closeSync, fdatasyncSync, ftruncateSync} from 'node:fs';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {failpoint} from '../failpoints.ts';
import {authorityOf} from './authority.ts';
import type {JournalEntry} from './journal-entry.ts';
import {formatLine} from './journal-line.ts';
import {journalPath} from './journal-reading.ts';
import {fileError, isFull, openForAppend, syncDirectory, writeFully} from './private-file.ts';
import {beforeReserve, withReserve} from './reserve.ts';
import type {TrustKey} from './trust-key.ts';

export type JournalWriter = {
	/** Appends entries, all or none; resolves when they are on disk. */
	readonly append: (entries: readonly JournalEntry[]) => Promise<void>;
	/** Appends one entry, after those that wait: before it returns, or where the state is on the engine, before it resolves. */
	readonly appendNow: (entry: JournalEntry) => void | Promise<void>;
	readonly close: () => void;
};

type Waiting = {
	readonly entries: readonly JournalEntry[];
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
};

/** Whether entries announce something, so that they must not use the last space of a full disk. */
const announces = ({entries}: Pick<Waiting, 'entries'>): boolean =>
	entries.some(({type}) => type === 'open' || type === 'begin');

/**
 * Opens the journal to append. What is appended within one turn of the event loop shares one write and one sync, in order:
 * the steps of an apply often wait at the same moment. Where the state is on the engine, each write goes there first.
 * @param size length of the intact lines in bytes; a torn line after them is cut off
 * @param last signature of the last intact line
 */
export function openWriter(
	directory: string,
	{size, key, last}: {readonly size: number; readonly key: TrustKey; readonly last: string},
): JournalWriter {
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
	const waiting: Waiting[] = [];

	const authority = authorityOf(directory);
	const format = (batch: readonly Pick<Waiting, 'entries'>[]) => {
		const entries = batch.flatMap(each => each.entries);
		let signature = previous;
		const lines = entries.map(entry => {
			const formatted = formatLine(entry, key, signature);
			signature = formatted.signature;
			return formatted.line;
		});
		return {entries, bytes: Buffer.from(lines.join('')), signature};
	};
	const write = (batch: readonly Pick<Waiting, 'entries'>[]): void => {
		const {entries, bytes, signature} = format(batch);
		try {
			for (const {type} of entries) failpoint(`journal.before-${type}`);
			writeFully(descriptor, bytes);
			fdatasyncSync(descriptor);
		} catch (error) {
			// Half a line, left by a full disk, must not become a damaged line in the middle.
			ftruncateSync(descriptor, end);
			throw error;
		}
		end += bytes.length;
		previous = signature;
	};
	const settle = (batch: readonly Waiting[], attempt: () => void): void => {
		if (batch.length === 0) return;
		try {
			attempt();
		} catch (error) {
			for (const {reject} of batch) reject(fileError('write', path, error));
			return;
		}
		for (const {entries, resolve, reject} of batch) {
			try {
				for (const {type} of entries) failpoint(`journal.after-${type}`);
				resolve();
			} catch (error) {
				reject(error);
			}
		}
	};
	const record = (batch: readonly Waiting[]) => settle(batch, () => withReserve(directory, () => write(batch)));
	const writeWaiting = (): void => {
		const batch = waiting.splice(0);
		if (batch.length === 0) return;
		const announcing = batch.filter(announces);
		if (announcing.length === 0) {
			record(batch);
			return;
		}
		try {
			beforeReserve(directory, () => write(batch));
		} catch (error) {
			const fail = () => {
				throw error;
			};
			settle(announcing, fail);
			// On a full disk nothing begins, and what has begun is recorded.
			const others = batch.filter(each => !announces(each));
			if (isFull(error)) record(others);
			else settle(others, fail);
			return;
		}
		settle(batch, () => undefined);
	};

	let isClosed = false;
	let turn: Promise<unknown> = Promise.resolve();
	// What fails here after it was sent is cut off there by the next batch, or left to recovery.
	const sendWaiting = async (): Promise<void> => {
		await nextTurn();
		const batch = waiting.splice(0);
		try {
			if (!isClosed) await authority!.append(end, format(batch).bytes);
			if (isClosed) throw new Error('the journal is closed');
		} catch (error) {
			for (const {reject} of batch) reject(error);
			return;
		}
		record(batch);
	};
	const append: JournalWriter['append'] = entries =>
		new Promise((resolve, reject) => {
			// The number of a closed file may belong to another one.
			if (isClosed) return reject(new Error('the journal is closed'));
			waiting.push({entries, resolve, reject});
			if (waiting.length > 1) return;
			if (authority) turn = turn.then(sendWaiting);
			else nextTurn().then(writeWaiting);
		});
	return {
		append,
		appendNow(entry) {
			if (authority) return append([entry]);
			writeWaiting();
			const batch = [{entries: [entry]}];
			try {
				if (announces(batch[0]!)) beforeReserve(directory, () => write(batch));
				else withReserve(directory, () => write(batch));
			} catch (error) {
				throw fileError('write', path, error);
			}
			failpoint(`journal.after-${entry.type}`);
		},
		close() {
			if (isClosed) return;
			if (!authority) writeWaiting();
			isClosed = true;
			closeSync(descriptor);
		},
	};
}
