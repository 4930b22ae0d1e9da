import {closeSync, fdatasyncSync, fstatSync, readSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {failpoint} from '../failpoints.ts';
import {fileError, openForAppend, readPrivateFile, statsOf, writeFully} from './private-file.ts';

/** One thing that a user did. `details` never holds values of variables. */
export type AuditEntry = {
	readonly at: string;
	/** What was done: `deployment.created`, `variable.changed`. */
	readonly type: string;
	readonly status: 'succeeded' | 'failed';
	/** Its object: an address or a name. */
	readonly target: string;
	readonly details: Readonly<Record<string, string | number | boolean>>;
};

const auditPath = (directory: string): string => join(directory, 'audit.ndjson');
const olderPath = (directory: string): string => join(directory, 'audit.older.ndjson');

/** Size of the audit file, in bytes, from which on a new one is begun. One older file is kept. */
const largestFile = 2 * 1024 * 1024;

/**
 * Appends to the environment's audit file; of a large one, only the newest two to four megabytes are kept. What it records has already happened, so a failed write does not throw.
 * @returns a warning when the entry could not be written
 */
export function appendAudit(directory: string, entry: Omit<AuditEntry, 'at'>): string | undefined {
	const path = auditPath(directory);
	try {
		failpoint('audit.before-append');
		const {type, status, target, details} = entry;
		if ((statsOf(path)?.size ?? 0) >= largestFile) renameSync(path, olderPath(directory));
		appendLine(path, JSON.stringify({at: new Date().toISOString(), type, status, target, details}));
		failpoint('audit.after-append');
		return undefined;
	} catch (error) {
		return `The audit entry was not written. ${fileError('write', path, error).message}`;
	}
}

/** Entries of the audit files, oldest first. Skips lines cut off by a crash. */
export function readAudit(directory: string): readonly AuditEntry[] {
	const paths = [olderPath(directory), auditPath(directory)];
	const lines = paths.flatMap(path => readPrivateFile(path)?.toString().split('\n') ?? []);
	return lines.flatMap(line => {
		try {
			return [JSON.parse(line) as AuditEntry];
		} catch {
			return [];
		}
	});
}

function appendLine(path: string, line: string): void {
	const descriptor = openForAppend(path);
	try {
		const {size} = fstatSync(descriptor);
		const last = Buffer.alloc(1, '\n');
		if (size > 0) readSync(descriptor, last, 0, 1, size - 1);
		// A line break first, in case a crash cut off the last line.
		writeFully(descriptor, `${last.toString() === '\n' ? '' : '\n'}${line}\n`);
		fdatasyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
