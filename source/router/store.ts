import {createHash} from 'node:crypto';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {runScript} from './container.ts';
import {parseRunning, type Running} from './running.ts';
import {readScript} from './scripts.ts';
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
		running: parseRunning(section('running')),
	};
}

/** Splits the output of a script at its lines `--- name`. */
export function readSections(text: string): (name: string) => string {
	const sections = new Map(
		`\n${text}`.split('\n--- ').map(part => {
			const end = part.indexOf('\n');
			return [part.slice(0, end), part.slice(end + 1)] as const;
		}),
	);
	return name => sections.get(name) ?? '';
}
