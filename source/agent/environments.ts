import {statSync} from 'node:fs';
import {join} from 'node:path';
import {steadyNow} from '../clock.ts';
import {messageOf} from '../errors.ts';
import {namesIn, stateRoot} from '../state/directory.ts';
import {journalPath} from '../state/journal-reading.ts';
import {isOnEngine} from '../state/place.ts';
import type {State} from '../state/state.ts';
import {statePath} from '../state/state-file.ts';
import {readState} from '../state/store.ts';
import {readRegistry} from './registry.ts';

/** An environment that an agent looks after. */
export type AgentEnvironment = {
	/** Folder of compartment.yml, which need not be valid: an agent follows the state alone. */
	readonly folder: string;
	/** State folder. */
	readonly directory: string;
	readonly state: State;
};

/** A folder or an environment that an agent cannot look after. */
type EnvironmentProblem = {readonly where: string; readonly message: string};

export type EnvironmentsRead = {
	readonly environments: readonly AgentEnvironment[];
	readonly problems: readonly EnvironmentProblem[];
	/** Whether anything differs from the last read. */
	readonly hasChanged: boolean;
	/** The state folders of those that were written since the last read. */
	readonly written: ReadonlySet<string>;
};

/** How often the copy of a state on the engine is brought up to date at most, in milliseconds. */
const bringMs = 5000;

/** A text that changes when a file is written: time, size and inode. Empty without the file. */
function stampOf(path: string): string {
	const stats = statSync(path, {throwIfNoEntry: false});
	return stats ? `${stats.mtimeMs} ${stats.size} ${stats.ino}` : '';
}

const stampOfState = (directory: string): string =>
	`${stampOf(statePath(directory))} ${stampOf(journalPath(directory))}`;

type Known = {readonly stamp: string; readonly state: State | undefined; readonly problem: string | undefined};

async function readKnown(directory: string, stamp: string): Promise<Known> {
	try {
		return {stamp, state: await readState(directory), problem: undefined};
	} catch (error) {
		return {stamp, state: undefined, problem: messageOf(error)};
	}
}

/** The folders of a project's environments; a problem when there is no project any more. */
function findDirectories(folder: string): readonly string[] | EnvironmentProblem {
	try {
		if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory())
			return {where: folder, message: 'the folder is gone'};
		const root = stateRoot(folder);
		return namesIn(root)
			.map(name => join(root, name))
			.filter(path => statSync(path, {throwIfNoEntry: false})?.isDirectory());
	} catch (error) {
		return {where: folder, message: messageOf(error)};
	}
}

/**
 * Reads the environments of all registered projects, and reads again only the states that were written since.
 * @param engineId environments of other engines are left out
 * @param bring brings the copy of a state on the engine up to date, which others may have changed
 */
export function createEnvironmentReader(
	engineId: string,
	env: NodeJS.ProcessEnv = process.env,
	bring?: (directory: string) => Promise<void>,
): () => Promise<EnvironmentsRead> {
	const broughtAt = new Map<string, number>();
	/** Looks at most every few seconds: each look is a request. */
	const bringIfDue = async (directory: string): Promise<void> => {
		if (!bring || !isOnEngine(directory) || steadyNow() - (broughtAt.get(directory) ?? -bringMs) < bringMs) return;
		broughtAt.set(directory, steadyNow());
		await bring(directory);
	};
	let known = new Map<string, Known>();
	let last = '';
	return async () => {
		const problems: EnvironmentProblem[] = [];
		const environments: AgentEnvironment[] = [];
		const next = new Map<string, Known>();
		const written = new Set<string>();
		for (const {folder} of readRegistry(env)) {
			const directories = findDirectories(folder);
			if ('message' in directories) {
				problems.push(directories);
				continue;
			}
			for (const directory of directories) {
				const before = known.get(directory);
				let problem: string | undefined;
				if (before?.state?.engine === engineId)
					await bringIfDue(directory).catch((error: unknown) => {
						problem = messageOf(error);
					});
				const stamp = stampOfState(directory);
				const read = before?.stamp === stamp ? before : await readKnown(directory, stamp);
				next.set(directory, read);
				if (read !== before) written.add(directory);
				problem ??= read.problem;
				if (problem !== undefined) problems.push({where: directory, message: problem});
				else if (read.state?.engine === engineId) environments.push({folder, directory, state: read.state});
			}
		}
		known = next;
		const stamps = JSON.stringify([[...next].map(([directory, {stamp}]) => [directory, stamp]), problems]);
		const hasChanged = stamps !== last;
		last = stamps;
		return {environments, problems, hasChanged, written};
	};
}
