import {closeSync, fdatasyncSync, fstatSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {failpoint} from '../failpoints.ts';
import {fileError, openForAppend, readPrivateFile, writeFully} from './private-file.ts';

/** One thing a user did. `details` holds no value of a variable. */
export type AuditEntry = {
	readonly at: string;
	/** What was done, `deployment.created`, `variable.changed`. */
	readonly type: string;
	readonly status: 'succeeded' | 'failed';
	/** What it was done to, an address or a name. */
	readonly target: string;
	readonly details: Readonly<Record<string, string | number | boolean>>;
};

const auditPath = (directory: string): string => join(directory, 'audit.ndjson');

/**
 * Adds a line to the environment's audit file. What it reports has happened already, so a file that cannot be written
 * is a warning, which is returned, and no error.
 */
export function appendAudit(directory: string, entry: Omit<AuditEntry, 'at'>): string | undefined {
	const path = auditPath(directory);
	try {
		failpoint('audit.before-append');
		const {type, status, target, details} = entry;
		appendLine(path, JSON.stringify({at: new Date().toISOString(), type, status, target, details}));
		failpoint('audit.after-append');
		return undefined;
	} catch (error) {
		return `The audit file was not written. ${fileError('write', path, error).message}`;
	}
}

/** The audit's entries, the oldest first; lines that a crash cut off are left out. */
export function readAudit(directory: string): readonly AuditEntry[] {
	const lines = readPrivateFile(auditPath(directory))?.toString().split('\n') ?? [];
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
		// A cut line stays alone, and does not spoil this one.
		writeFully(descriptor, `${last.toString() === '\n' ? '' : '\n'}${line}\n`);
		fdatasyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
