import {closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync} from 'node:fs';
import path from 'node:path';
import {codeOf} from './paths.ts';

/** Logs kept per service, including the new one. */
const keptLogs = 5;

/** Bytes after which a log is truncated, so that a flood of output cannot fill the disk. */
const sizeLimit = 20_000_000;

/** The log of a running build. */
export type BuildLogFile = {
	readonly file: string;
	/** Appends a line unchanged; readers of the log must sanitise it. */
	readonly write: (line: string) => void;
	/** Writes what is left. Throws if a write failed. */
	readonly close: () => void;
};

/** The path of a service's build log; age 0 is the newest build. */
export const buildLogPath = (directory: string, service: string, age = 0): string =>
	path.join(directory, 'builds', `${service}${age === 0 ? '' : `.${age}`}.log`);

/** Renames each log to the next age and deletes the oldest. */
function rotate(directory: string, service: string): void {
	rmSync(buildLogPath(directory, service, keptLogs - 1), {force: true});
	for (let age = keptLogs - 2; age >= 0; age -= 1) {
		try {
			renameSync(buildLogPath(directory, service, age), buildLogPath(directory, service, age + 1));
		} catch (error) {
			if (codeOf(error) !== 'ENOENT') throw error;
		}
	}
}

/**
 * Opens the log of a service's build in its environment's state folder, readable by the user only (0600). Keeps the last
 * five.
 */
export function openBuildLog(directory: string, service: string): BuildLogFile {
	const file = buildLogPath(directory, service);
	mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
	rotate(directory, service);
	const descriptor = openSync(file, 'wx', 0o600);
	let size = 0;
	let waiting = '';
	let timer: NodeJS.Immediate | undefined;
	let failure: unknown;
	const flush = () => {
		timer = undefined;
		const bytes = Buffer.from(waiting);
		waiting = '';
		try {
			for (let offset = 0; failure === undefined && offset < bytes.length; )
				offset += writeSync(descriptor, bytes, offset);
		} catch (error) {
			failure = error;
		}
	};
	return {
		file,
		write(line) {
			if (size > sizeLimit || failure !== undefined) return;
			size += line.length + 1;
			waiting += size > sizeLimit ? '… log truncated at 20 MB\n' : `${line}\n`;
			// The lines that arrive together take one write.
			timer ??= setImmediate(flush);
		},
		close() {
			clearImmediate(timer);
			flush();
			closeSync(descriptor);
			if (failure !== undefined) throw failure;
		},
	};
}
