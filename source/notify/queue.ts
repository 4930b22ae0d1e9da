import {mkdirSync, readdirSync, realpathSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {sha256} from '../model/canonical.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import type {NotifyTarget} from '../settings/notify-targets.ts';
import {
	codeOf,
	fileError,
	isTemporary,
	privateDirectoryMode,
	readPrivateFile,
	replacePrivateFile,
	statsOf,
} from '../state/private-file.ts';
import type {Notification} from './notification.ts';

/** A notification that waits for one target. The target's URL and secret stay in the settings. */
type Waiting = {
	readonly version: 1;
	/** The target, as `targetKey` names it. */
	readonly target: string;
	/** Failed attempts. */
	readonly attempts: number;
	/** When to try next, in milliseconds since the epoch. */
	readonly notBefore: number;
	/** Why the last attempt failed. */
	readonly problem?: string;
	readonly notification: Notification;
};

/** A waiting notification with its file. */
export type Entry = Waiting & {readonly path: string};

/** More for one target would hardly be read; the oldest make room. */
export const mostPerTarget = 200;

const staleMs = 60_000;

const queueDirectory = (env: NodeJS.ProcessEnv): string => join(configurationDirectory(env), 'notifications');

/** Names a target without its URL, which may hold a token. */
export const targetKey = ({url}: Pick<NotifyTarget, 'url'>): string => sha256(url).slice(0, 16);

/** Makes the queue's private folder if it is missing, and returns its real path. */
export function openQueue(env: NodeJS.ProcessEnv = process.env): string {
	const path = queueDirectory(env);
	try {
		mkdirSync(path, {recursive: true, mode: privateDirectoryMode});
		return realpathSync(path);
	} catch (error) {
		throw fileError('make the folder', path, error);
	}
}

/** Names sort by time. */
function namesFor(directory: string, target?: string): string[] {
	const end = target === undefined ? '.json' : `.${target}.json`;
	return readdirSync(directory)
		.filter(name => name.endsWith(end))
		.sort();
}

const write = (path: string, waiting: Waiting): void => replacePrivateFile(path, `${JSON.stringify(waiting)}\n`);

/**
 * Puts a notification in the queue of each target. It survives a crash from here on.
 * @throws UserError when it cannot be written
 */
export function enqueue(
	directory: string,
	notification: Notification,
	targets: readonly Pick<NotifyTarget, 'url'>[],
): void {
	for (const target of new Set(targets.map(targetKey))) {
		const path = join(directory, `${notification.id}.${target}.json`);
		try {
			write(path, {version: 1, target, attempts: 0, notBefore: 0, notification});
			for (const name of namesFor(directory, target).slice(0, -mostPerTarget)) remove(join(directory, name));
		} catch (error) {
			throw fileError('write', path, error);
		}
	}
}

function read(path: string): Waiting | undefined {
	try {
		const content = readPrivateFile(path);
		const waiting = content && (JSON.parse(content.toString()) as Waiting);
		return waiting?.version === 1 ? waiting : undefined;
	} catch {
		return undefined;
	}
}

/** Whether nothing waits. Costs one read of a folder. */
export function isQueueEmpty(env: NodeJS.ProcessEnv = process.env): boolean {
	try {
		return namesFor(queueDirectory(env)).length === 0;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return true;
		throw error;
	}
}

/** What waits, oldest first. Removes what cannot be read; only the holder of the queue's lock may call it. */
export function readQueue(directory: string, now: number): readonly Entry[] {
	for (const name of readdirSync(directory)) {
		const path = join(directory, name);
		if (isTemporary(name) && now - (statsOf(path)?.mtimeMs ?? now) > staleMs) remove(path);
	}
	return namesFor(directory).flatMap(name => {
		const path = join(directory, name);
		const waiting = read(path);
		if (waiting) return [{...waiting, path}];
		remove(path);
		return [];
	});
}

/** Removes a file that may be gone already. */
export const remove = (path: string): void => rmSync(path, {force: true});

/** What waits for one target. */
export type TargetQueue = {
	/** The target, as `targetKey` names it. */
	readonly target: string;
	readonly waiting: number;
	/** When the oldest one was made, in milliseconds since the epoch. */
	readonly since: number;
	/** Failed attempts of the one that is sent next. */
	readonly attempts: number;
	/** When it is tried next, in milliseconds since the epoch; 0 for at once. */
	readonly notBefore: number;
	readonly problem: string | undefined;
};

/** What waits for each target. Changes nothing, so that any process may look. */
export function lookAtQueue(env: NodeJS.ProcessEnv = process.env): readonly TargetQueue[] {
	if (isQueueEmpty(env)) return [];
	const directory = queueDirectory(env);
	const entries = namesFor(directory).flatMap(name => read(join(directory, name)) ?? []);
	return [...Map.groupBy(entries, ({target}) => target)].map(([target, [first, ...others]]) => {
		const {attempts, notBefore, problem, notification} = first!;
		return {target, waiting: 1 + others.length, since: Date.parse(notification.at), attempts, notBefore, problem};
	});
}

/** Records a failed attempt, unless the entry was removed meanwhile to make room. */
export function postpone({path, ...waiting}: Entry, notBefore: number, problem: string): void {
	if (statsOf(path)) write(path, {...waiting, attempts: waiting.attempts + 1, notBefore, problem});
}
