import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {mkdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {finished} from 'node:stream/promises';

/** Logs that are kept for one service, the new one included. */
const keptLogs = 5;

/** Bytes after which a log takes no more lines: a build that floods its output must not fill the disk. */
const sizeLimit = 20_000_000;

/** The log of one build while it is written. */
export type BuildLogFile = {
	readonly file: string;
	/** Adds a line, as it is; what reads a log has to sanitise it. */
	readonly write: (line: string) => void;
	/** Resolves when everything is on disk; rejects when something could not be written. */
	readonly close: () => Promise<void>;
};

/** Where the log of a service's newest build lies (age 0), or of an older one. */
export const buildLogPath = (directory: string, service: string, age = 0): string =>
	path.join(directory, 'builds', `${service}${age === 0 ? '' : `.${age}`}.log`);

/** The logs of a service grow one build older; the oldest goes. */
async function rotate(directory: string, service: string): Promise<void> {
	await rm(buildLogPath(directory, service, keptLogs - 1), {force: true});
	for (let age = keptLogs - 2; age >= 0; age -= 1) {
		await rename(buildLogPath(directory, service, age), buildLogPath(directory, service, age + 1)).catch(error => {
			if (error.code !== 'ENOENT') throw error;
		});
	}
}

/**
 * Begins the log of a service's build in the state folder of its environment, for the user alone (0600). The five last
 * ones are kept.
 */
export async function openBuildLog(directory: string, service: string): Promise<BuildLogFile> {
	const file = buildLogPath(directory, service);
	await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
	await rotate(directory, service);
	const stream = createWriteStream(file, {flags: 'wx', mode: 0o600});
	await once(stream, 'open');
	const ended = finished(stream);
	// A failure is told when the log is closed, and not before.
	ended.catch(() => undefined);
	let size = 0;
	return {
		file,
		write(line) {
			if (size > sizeLimit || stream.destroyed) return;
			size += line.length + 1;
			stream.write(size > sizeLimit ? '… the rest was too long to be kept\n' : `${line}\n`);
		},
		async close() {
			stream.end();
			await ended;
		},
	};
}
