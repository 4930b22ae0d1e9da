import {createHash, randomBytes} from 'node:crypto';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {runScript} from './container.ts';
import {folder} from './layout.ts';
import {parseRunning, type Running} from './running.ts';
import type {RuntimeChange} from './runtime.ts';
import {commitExits, commitScript, readScript} from './scripts.ts';
import type {RouteTable} from './table.ts';

/** What the router's volume holds and what its worker runs, from one read. */
export type Stored = {
	readonly generation: number;
	/** SHA-256 of the configuration file, hex. */
	readonly configHash: string;
	readonly tables: readonly RouteTable[];
	readonly running: Running;
};

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function readStored(engine: Engine, containerId: string, signal?: AbortSignal): Promise<Stored> {
	const {stdout, stderr, exitCode} = await runScript(engine, containerId, readScript, [], {signal});
	if (exitCode !== 0) throw new UserError(`The router's files cannot be read: ${stderr.trim()}`);
	const section = readSections(stdout);
	return {
		generation: Number(section('generation').trim()),
		configHash: section('config').slice(0, 64),
		tables: section('tables')
			.split('\n')
			.filter(line => line !== '')
			.map(line => JSON.parse(line) as RouteTable),
		running: parseRunning(section('info'), section('servers')),
	};
}

function readSections(text: string): (name: string) => string {
	const sections = new Map(
		`\n${text}`.split('\n--- ').map(part => {
			const end = part.indexOf('\n');
			return [part.slice(0, end), part.slice(end + 1)] as const;
		}),
	);
	return name => sections.get(name) ?? '';
}

export type Commit = {
	/** Generation that was read; another one by now means that somebody else has written. */
	readonly expected: number;
	readonly config: string;
	/** The one table that changes; null when none does. */
	readonly table: {readonly lineage: string; readonly content: RouteTable | null} | null;
	readonly change: RuntimeChange;
};

/**
 * Writes the files, then changes what runs, all under the volume's lock: after a crash the file decides, so it is first.
 * Returns undefined when another process has written since the read.
 * @param after what must be done before anything changes; the new files are put beside the old ones meanwhile
 */
export async function writeCommit(
	engine: Engine,
	containerId: string,
	commit: Commit,
	after?: Promise<void>,
): Promise<Running | undefined> {
	const {expected, config, table, change} = commit;
	const id = randomBytes(8).toString('hex');
	const lines = change.type === 'switch' ? change.lines : [];
	const file = (kind: string, content: string) => ({path: `${folder}/staged-${id}.${kind}`, content});
	const staging = engine.writeFiles(containerId, [
		file('cfg', config),
		...(table?.content ? [file('json', JSON.stringify(table.content))] : []),
		file('switch', lines.map(line => `${line}\n`).join('')),
	]);
	await Promise.all([staging, after]);
	const args = [id, expected, expected + 1, table?.lineage ?? '', change.type];
	const result = await runScript(engine, containerId, commitScript, args);
	if (result.exitCode === commitExits.moved) return undefined;
	if (result.exitCode !== 0) throw commitError(result.exitCode, result.stderr.trim());
	const section = readSections(result.stdout);
	return parseRunning(section('info'), section('servers'));
}

function commitError(exitCode: number, text: string): UserError {
	if (exitCode === commitExits.locked)
		return new UserError("Another process has held the router's lock for 20 s.", {hint: 'Try again in a moment.'});
	if (exitCode === commitExits.invalid)
		return new UserError(`The router refuses its new configuration; the previous one goes on.\n${text}`);
	if (exitCode === commitExits.notReloaded)
		return new UserError(`The router did not load its new configuration; the previous one goes on.\n${text}`);
	return new UserError(`The router's configuration could not be written (exit ${exitCode}): ${text}`);
}
