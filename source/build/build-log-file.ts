import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {mkdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {finished} from 'node:stream/promises';

/** Logs kept per service, including the new one. */
const keptLogs = 5;

/** Bytes after which a log is truncated, so that a flood of output cannot fill the disk. */
const sizeLimit = 20_000_000;

/** The log of a running build. */
export type BuildLogFile = {
	readonly file: string;
	/** Appends a line unchanged; readers of the log must sanitise it. */
	readonly write: (line: string) => void;
	/** Resolves when everything is on disk; rejects if a write failed. */
	readonly close: () => Promise<void>;
};

/** The path of a service's build log; age 0 is the newest build. */
export const buildLogPath = (directory: string, service: string, age = 0): string =>
	path.join(directory, 'builds', `${service}${age === 0 ? '' : `.${age}`}.log`);

/** Renames each log to the next age and deletes the oldest. */
async function rotate(directory: string, service: string): Promise<void> {
	await rm(buildLogPath(directory, service, keptLogs - 1), {force: true});
	for (let age = keptLogs - 2; age >= 0; age -= 1) {
		await rename(buildLogPath(directory, service, age), buildLogPath(directory, service, age + 1)).catch(error => {
			if (error.code !== 'ENOENT') throw error;
		});
	}
}

/**
 * Opens the log of a service's build in its environment's state folder, readable by the user only (0600). Keeps the last
 * five.
 */
export async function openBuildLog(directory: string, service: string): Promise<BuildLogFile> {
	const file = buildLogPath(directory, service);
	await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
	await rotate(directory, service);
	const stream = createWriteStream(file, {flags: 'wx', mode: 0o600});
	await once(stream, 'open');
	const ended = finished(stream);
	// `close` reports a failure; this avoids an unhandled rejection until then.
	ended.catch(() => undefined);
	let size = 0;
	return {
		file,
		write(line) {
			if (size > sizeLimit || stream.destroyed) return;
			size += line.length + 1;
			stream.write(size > sizeLimit ? '… log truncated at 20 MB\n' : `${line}\n`);
		},
		async close() {
			stream.end();
			await ended;
		},
	};
}
