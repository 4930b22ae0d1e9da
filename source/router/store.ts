import {createHash, randomBytes} from 'node:crypto';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {runScript} from './container.ts';
import {folder} from './layout.ts';
import {parseRunning, type Running} from './running.ts';
import type {RuntimeChange} from './runtime.ts';
import {commitExits, commitScript, readScript} from './scripts.ts';
import type {RouteTable} from './table.ts';

/** The files in the router's volume and the state of its worker, from one read. */
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
	if (exitCode !== 0) throw new UserError(`Cannot read the router's files: ${stderr.trim()}`);
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
	/** The generation that was read. If it has changed since, another process has written. */
	readonly expected: number;
	readonly config: string;
	/** The table to change; null for none. */
	readonly table: {readonly lineage: string; readonly content: RouteTable | null} | null;
	readonly change: RuntimeChange;
};

/**
 * Writes the files, then changes the running router, all under the volume's lock. The files come first because they
 * decide what is served after a crash. Returns undefined if another process has written since the read.
 * @param after must be done before anything changes; the new files are staged meanwhile
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
		return new UserError(`HAProxy rejected the router's new configuration. The previous one stays in use.\n${text}`);
	if (exitCode === commitExits.notReloaded)
		return new UserError(`The router failed to load its new configuration. The previous one stays in use.\n${text}`);
	return new UserError(`Cannot write the router's configuration (exit code ${exitCode}): ${text}`);
}
