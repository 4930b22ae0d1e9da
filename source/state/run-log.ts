import {createWriteStream, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {isFull, makePrivateDirectory, privateFileMode} from './private-file.ts';
import {isReserveReleased} from './reserve.ts';

/** Runs whose log is kept. */
const keptRuns = 50;

/** Bytes after which a run's log says no more: an application that floods its output must not fill the disk. */
const largestLog = 16 * 1024 * 1024;

const runsDirectory = (directory: string): string => join(directory, 'runs');
const logFile = (directory: string, run: string): string => join(runsDirectory(directory), `${run}.ndjson`);

export type RunLog = {
	/** Adds one event as a line; lost when the disk is full, because a log must not fail what it reports. */
	readonly write: (event: object) => void;
	readonly close: () => Promise<void>;
};

/** Bytes that all logs together may have when a new one begins. */
const largestTotal = 64 * 1024 * 1024;

/** Removes the oldest logs: those beyond the number that is kept, and those that make all together too large. */
function removeOldest(directory: string): void {
	let total = 0;
	listRuns(directory).forEach((run, index) => {
		total += statSync(logFile(directory, run), {throwIfNoEntry: false})?.size ?? 0;
		if (index >= keptRuns - 1 || total > largestTotal) rmSync(logFile(directory, run), {force: true});
	});
}

/** On a full disk the logs of other runs make room for what must be written, the state and the journal. */
function makeRoom(directory: string, kept: string): void {
	for (const run of listRuns(directory)) if (run !== kept) rmSync(logFile(directory, run), {force: true});
}

/**
 * Opens the log of one run, 0600, and removes those of the oldest ones. When the disk is full, it ends there and those of
 * all other runs go.
 */
export function openRunLog(directory: string, run: string): RunLog {
	makePrivateDirectory(runsDirectory(directory));
	removeOldest(directory);
	const stream = createWriteStream(logFile(directory, run), {flags: 'a', mode: privateFileMode});
	stream.on('error', error => {
		if (isFull(error)) makeRoom(directory, run);
	});
	let size = 0;
	return {
		write(event) {
			if (size > largestLog || isReserveReleased(directory)) return;
			const line = `${JSON.stringify(event)}\n`;
			size += line.length;
			stream.write(line);
		},
		close: () => new Promise(resolve => stream.end(() => resolve())),
	};
}

/** Ids sort by time behind their prefix, which tells a run from a job or a backup. */
const timeOf = (run: string): string => run.slice(run.indexOf('_') + 1);

/** Runs that have a log, the newest first. */
export function listRuns(directory: string): readonly string[] {
	try {
		return readdirSync(runsDirectory(directory))
			.filter(name => name.endsWith('.ndjson'))
			.map(name => name.slice(0, -'.ndjson'.length))
			.sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
	} catch {
		return [];
	}
}

/** The events of one run, oldest first; undefined when it has no log. A last line that a crash cut off is left out. */
export function readRunLog(directory: string, run: string): readonly unknown[] | undefined {
	if (!listRuns(directory).includes(run)) return undefined;
	const lines = readFileSync(logFile(directory, run), 'utf8').split('\n');
	return lines.flatMap(line => {
		try {
			return line === '' ? [] : [JSON.parse(line) as unknown];
		} catch {
			return [];
		}
	});
}
