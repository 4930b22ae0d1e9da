import {createWriteStream, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {isFull, makePrivateDirectory, privateFileMode} from './private-file.ts';
import {isReserveReleased} from './reserve.ts';

/** Number of logs to keep, of each kind: applies, jobs, backups. A job that often runs must not push out those of applies. */
const keptRuns = 50;

/** Maximum size of a log in bytes, so that an application that floods its output does not fill the disk. */
const largestLog = 16 * 1024 * 1024;

const runsDirectory = (directory: string): string => join(directory, 'runs');
const logFile = (directory: string, run: string): string => join(runsDirectory(directory), `${run}.ndjson`);

export type RunLog = {
	/** Appends an event. It is lost on a full disk: a log must not fail the run that it reports. */
	readonly write: (event: object) => void;
	readonly close: () => Promise<void>;
};

/** Maximum size of all logs of a kind in bytes, checked when a new one begins. */
const largestTotal = 64 * 1024 * 1024;

/** `job` of `job_1m7vt4q0s2x8k9d`. */
const kindOf = (run: string): string => run.slice(0, run.indexOf('_'));

/** Deletes the oldest logs of a kind, beyond the maximum number and total size. */
function removeOldest(directory: string, kind: string): void {
	let total = 0;
	const runs = listRuns(directory).filter(run => kindOf(run) === kind);
	runs.forEach((run, index) => {
		total += statSync(logFile(directory, run), {throwIfNoEntry: false})?.size ?? 0;
		if (index >= keptRuns - 1 || total > largestTotal) rmSync(logFile(directory, run), {force: true});
	});
}

/** Deletes the logs of other runs, to make room for the state and the journal on a full disk. */
function makeRoom(directory: string, kept: string): void {
	for (const run of listRuns(directory)) if (run !== kept) rmSync(logFile(directory, run), {force: true});
}

/**
 * Opens the log of one run (0600) and deletes the oldest logs. When the disk is full, the log ends and those of all other
 * runs are deleted.
 * @param isWhole replaces what is there
 */
export function openRunLog(directory: string, run: string, {isWhole = false} = {}): RunLog {
	makePrivateDirectory(runsDirectory(directory));
	removeOldest(directory, kindOf(run));
	const stream = createWriteStream(logFile(directory, run), {flags: isWhole ? 'w' : 'a', mode: privateFileMode});
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

/** Ids sort by time after their prefix, which is different for runs, jobs and backups. */
const timeOf = (run: string): string => run.slice(run.indexOf('_') + 1);

/** Runs that have a log, newest first. */
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

/** Events of one run, oldest first; undefined without a log. Skips a last line that a crash cut off. */
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
