import {linkSync, lstatSync, renameSync, statSync, unlinkSync} from 'node:fs';
import {join} from 'node:path';
import {namesIn} from './directory.ts';
import {type ParsedState, parseState} from './document.ts';
import {
	fileError,
	isFull,
	makePrivateDirectory,
	readPrivateFile,
	replacePrivateFile,
	statsOf,
	syncDirectory,
} from './private-file.ts';
import {withReserve} from './reserve.ts';
import type {State} from './state.ts';
import {whyForeign} from './trusted.ts';

/** Number of previous states and of closed journals to keep, and of days with one more state each. */
const keptCount = 20;
const keptDays = 14;

export const historyDirectory = (directory: string): string => join(directory, 'history');

/** A previous state in `history/`. Without `state` it is unusable, and `problem` says why. */
export type HistoryEntry = {
	readonly serial: number;
	readonly path: string;
	readonly state?: State;
	readonly problem?: string;
};

const stateName = /^state\.(\d+)(?:\.[0-9a-f]{8})?\.json$/;

/** All previous states, newest first. */
export function readHistory(directory: string, env: NodeJS.ProcessEnv = process.env): readonly HistoryEntry[] {
	return [...historyEntries(directory, env)];
}

/** The newest previous state that is usable. */
export function newestBackup(
	directory: string,
	env: NodeJS.ProcessEnv = process.env,
): (HistoryEntry & {readonly state: State}) | undefined {
	for (const entry of historyEntries(directory, env)) {
		if (entry.state) return {...entry, state: entry.state};
	}
	return undefined;
}

/** The highest serial in history; 0 if it is empty. */
export const newestSerial = (directory: string): number => stateFiles(directory)[0]?.serial ?? 0;

function* historyEntries(directory: string, env: NodeJS.ProcessEnv): Generator<HistoryEntry> {
	for (const {serial, path, parsed} of signedHistory(directory)) yield verified({serial, path, parsed}, directory, env);
}

type Found = {readonly serial: number; readonly path: string; readonly parsed: ParsedState};

function verified({serial, path, parsed}: Found, directory: string, env: NodeJS.ProcessEnv): HistoryEntry {
	const foreign = 'state' in parsed ? whyForeign(parsed, directory, env) : undefined;
	const problem = 'state' in parsed ? foreign : parsed.problem;
	return 'state' in parsed && !problem ? {serial, path, state: parsed.state} : {serial, path, problem};
}

/**
 * All previous states, newest first, with those that others have: the engine of a state that is kept there.
 * @param others contents by file name
 */
export function historyWith(
	directory: string,
	others: ReadonlyMap<string, Buffer>,
	env: NodeJS.ProcessEnv = process.env,
): readonly HistoryEntry[] {
	const entries = [...others].flatMap(([name, content]) => {
		const serial = stateName.exec(name)?.[1];
		const found = {serial: Number(serial), path: name, parsed: parseState(content)};
		return serial === undefined ? [] : [verified(found, directory, env)];
	});
	const byState = new Map<string, HistoryEntry>();
	// The folder's own go before.
	for (const entry of [...entries, ...readHistory(directory, env)])
		byState.set(`${entry.serial} ${entry.state?.lineage ?? entry.path}`, entry);
	return [...byState.values()].sort((a, b) => b.serial - a.serial);
}

/** All previous states, newest first, without verifying signatures. */
export function* signedHistory(directory: string) {
	for (const {serial, path} of stateFiles(directory)) {
		const content = readPrivateFile(path);
		if (content) yield {serial, path, parsed: parseState(content)};
	}
}

type StateFile = {readonly serial: number; readonly name: string; readonly path: string};

function stateFiles(directory: string): readonly StateFile[] {
	const folder = historyDirectory(directory);
	return namesIn(folder)
		.flatMap(name => {
			const serial = stateName.exec(name)?.[1];
			return serial === undefined ? [] : [{serial: Number(serial), name, path: join(folder, name)}];
		})
		.sort((a, b) => b.serial - a.serial || (a.name < b.name ? 1 : -1));
}

/** Keeps the current state file in history as `state.<serial>.json`. Idempotent. */
export function archiveState(directory: string, current: string, {serial, lineage}: State): void {
	const folder = historyDirectory(directory);
	makePrivateDirectory(folder);
	const plain = join(folder, `state.${serial}.json`);
	if (keep(current, plain)) return;
	// Another lineage has a state with this serial: the previous one was removed or rebuilt.
	const other = join(
		folder,
		`state.${serial}.${lineage
			.replace(/[^0-9a-f]/g, '')
			.padEnd(8, '0')
			.slice(0, 8)}.json`,
	);
	if (keep(current, other)) return;
	replacePrivateFile(other, readPrivateFile(current) ?? '');
}

/** Links or copies a file to a new name; false if that name is taken by another content. */
function keep(current: string, kept: string): boolean {
	try {
		linkSync(current, kept);
		return true;
	} catch (error) {
		const taken = statsOf(kept);
		if (!taken) {
			// Some file systems have no hard links.
			if (isFull(error)) throw error;
			replacePrivateFile(kept, readPrivateFile(current) ?? '');
			return true;
		}
		const source = lstatSync(current);
		if (taken.ino === source.ino && taken.dev === source.dev) return true;
		return readPrivateFile(kept)?.equals(readPrivateFile(current) ?? Buffer.alloc(0)) ?? false;
	}
}

/** Copies an unreadable state file to history, for manual inspection. */
export function archiveDamaged(directory: string, current: string): void {
	const folder = historyDirectory(directory);
	makePrivateDirectory(folder);
	const path = join(folder, `damaged.${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
	try {
		replacePrivateFile(path, readPrivateFile(current) ?? '');
	} catch (error) {
		throw fileError('keep a copy of', current, error);
	}
}

export type Kept = {readonly name: string; readonly day: string};

/**
 * Previous states to delete: all but the newest 20 and the newest of each of the latest 14 days that have one. Days count
 * only if they have a state, so that a jump of the clock deletes nothing. Pure.
 * @param newestFirst files with their days (UTC, `2026-03-29`)
 */
export function expiredStates(newestFirst: readonly Kept[]): readonly string[] {
	const older = newestFirst.slice(keptCount);
	const dailies = new Map<string, string>();
	for (const {name, day} of newestFirst) if (!dailies.has(day)) dailies.set(day, name);
	const kept = new Set(
		[...dailies]
			.sort(([a], [b]) => (a < b ? 1 : -1))
			.slice(0, keptDays)
			.map(([, name]) => name),
	);
	return older.map(({name}) => name).filter(name => !kept.has(name));
}

/** Deletes the states that `expiredStates` returns. */
export function pruneStates(directory: string): void {
	const files = stateFiles(directory);
	if (files.length <= keptCount) return;
	const folder = historyDirectory(directory);
	const dated = files.map(({name, path}) => ({name, day: statSync(path).mtime.toISOString().slice(0, 10)}));
	for (const name of expiredStates(dated)) unlinkSync(join(folder, name));
}

/** Name of a journal in history. */
export const journalName = (name: string): string => `journal.${name}.ndjson`;

/** Moves a closed journal to history, and keeps the newest 20 there. */
export function archiveJournal(directory: string, current: string, name: string): void {
	const folder = historyDirectory(directory);
	try {
		withReserve(directory, () => {
			makePrivateDirectory(folder);
			renameSync(current, join(folder, journalName(name)));
		});
		pruneJournals(folder);
		syncDirectory(folder);
		syncDirectory(directory);
	} catch (error) {
		throw fileError('archive', current, error);
	}
}

function pruneJournals(folder: string): void {
	const dated = namesIn(folder)
		.filter(each => each.startsWith('journal.'))
		.map(each => ({each, at: statSync(join(folder, each)).mtimeMs}))
		.sort((a, b) => b.at - a.at);
	for (const {each} of dated.slice(keptCount)) unlinkSync(join(folder, each));
}
