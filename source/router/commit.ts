import {randomBytes} from 'node:crypto';
import type {Engine, ExecResult} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {runScript} from './container.ts';
import {folder} from './layout.ts';
import {parseRunning, type Running} from './running.ts';
import type {RuntimeChange} from './runtime.ts';
import {commitExits, commitLine, commitScript, stagedMark} from './scripts.ts';
import {readSections} from './store.ts';
import type {RouteTable} from './table.ts';

export type Commit = {
	/** The generation that was read. If it has changed since, another process has written. */
	readonly expected: number;
	readonly config: string;
	/** The table to change; null for none. */
	readonly table: {readonly lineage: string; readonly content: RouteTable | null} | null;
	readonly change: RuntimeChange;
};

/** A commit whose files are uploaded and checked. A process inside the router waits to make it, and holds no lock. */
export type OpenCommit = {
	/** Resolves once HAProxy has accepted the files, or the process has ended without. Never rejects. */
	readonly staged: Promise<void>;
	/** Whether it is staged, and neither made nor abandoned. */
	readonly isWaiting: () => boolean;
	/**
	 * Renames the files into place, then changes the running router, all under the volume's lock. The files come first
	 * because they decide what is served after a crash. Returns undefined if another process has written since the read.
	 */
	readonly make: () => Promise<Running | undefined>;
	/** Ends the process, which removes its files. Nothing is changed. Does nothing once the commit is made. */
	readonly abandon: () => void;
};

/** Uploads the files of a commit and starts the process that makes it. */
export function openCommit(engine: Engine, containerId: string, commit: Commit): OpenCommit {
	const {expected, config, table, change} = commit;
	const id = randomBytes(8).toString('hex');
	const lines = change.type === 'switch' ? change.lines : [];
	const file = (kind: string, content: string) => ({path: `${folder}/staged-${id}.${kind}`, content});
	const files = [
		file('cfg', config),
		...(table?.content ? [file('json', JSON.stringify(table.content))] : []),
		file('switch', lines.map(line => `${line}\n`).join('')),
	];
	const args = [id, expected, expected + 1, table?.lineage ?? '', change.type];
	// If this process dies, the engine closes the input.
	const input = Promise.withResolvers<string>();
	const staged = Promise.withResolvers<void>();
	let state: 'staging' | 'waiting' | 'over' = 'staging';
	const onLine = (line: string) => {
		if (line !== stagedMark || state !== 'staging') return;
		state = 'waiting';
		staged.resolve();
	};
	const run = async (): Promise<ExecResult> => {
		await engine.writeFiles(containerId, files);
		return runScript(engine, containerId, commitScript, args, {input: input.promise, onLine});
	};
	const settle = () => {
		state = 'over';
		staged.resolve();
	};
	const result = run();
	result.then(settle, settle);
	return {
		staged: staged.promise,
		isWaiting: () => state === 'waiting',
		make: () => {
			state = 'over';
			input.resolve(`${commitLine}\n`);
			return result.then(readResult);
		},
		abandon: () => {
			state = 'over';
			input.resolve('');
		},
	};
}

function readResult({exitCode, stdout, stderr}: ExecResult): Running | undefined {
	// It waited too long, or another process has written.
	if (exitCode === commitExits.abandoned || exitCode === commitExits.moved) return undefined;
	if (exitCode !== 0) throw commitError(exitCode, stderr.trim());
	return parseRunning(readSections(stdout)('running'));
}

function commitError(exitCode: number, text: string): UserError {
	if (exitCode === commitExits.locked)
		return new UserError("Another process has held the router's lock for 20 s.", {hint: 'Try again in a moment.'});
	if (exitCode === commitExits.invalid)
		return new UserError(`HAProxy rejected the router's new configuration. The previous one stays in use.\n${text}`);
	if (exitCode === commitExits.notReloaded)
		return new UserError(`The router failed to load its new configuration. The previous one stays in use.\n${text}`);
	return new UserError(`Cannot write the router's configuration (exit code ${exitCode}): ${text}`);
}
