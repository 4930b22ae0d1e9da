import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {BuildError} from '../../errors.ts';
import {startProgram, type Variables} from '../../programs.ts';

type ToolRun = {
	/** Absolute path. */
	readonly file: string;
	readonly args: readonly string[];
	/** Added to the environment of the tool. */
	readonly variables: Variables;
	/** Working directory; outside the project, because files there could configure the tool. */
	readonly folder: string;
	/** Its name for messages: `railpack prepare`. */
	readonly name: string;
	readonly onLine: (line: string) => void;
	readonly signal?: AbortSignal;
};

/** Number of output lines in the error of a failed tool. */
const keptLines = 20;

/** Runs a tool and waits for it. Throws a BuildError with its last output lines if it fails. */
export async function runTool({file, args, variables, folder, name, onLine, signal}: ToolRun): Promise<void> {
	const last: string[] = [];
	const child = startProgram(file, args, {variables, signal, cwd: folder, stdio: ['ignore', 'pipe', 'pipe']});
	const ended = new Promise<{code: number | null; error?: Error}>(resolve => {
		child.once('error', error => resolve({code: null, error}));
		child.once('close', code => resolve({code}));
	});
	const read = async (stream: Readable) => {
		for await (const line of createInterface({input: stream, crlfDelay: Number.POSITIVE_INFINITY})) {
			onLine(line);
			last.push(line);
			if (last.length > keptLines) last.shift();
		}
	};
	const [{code, error}] = await Promise.all([ended, read(child.stdout!), read(child.stderr!)]);
	if (code === 0) return;
	signal?.throwIfAborted();
	const cause = error ? error.message : `exit code ${code ?? 'unknown'}`;
	throw new BuildError(`${name} failed: ${cause}`, {name, lines: last}, {cause: error});
}
