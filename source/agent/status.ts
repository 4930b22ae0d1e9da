import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {replaceCacheFile} from '../cache-file.ts';
import {holdKernelLock} from '../state/kernel-lock.ts';
import {codeOf, readPrivateFile} from '../state/private-file.ts';
import type {Upcoming} from './duty.ts';
import type {KnownDisk} from './engine-disk.ts';
import type {AgentAction} from './events.ts';
import {agentDirectory, engineDirectory} from './files.ts';

/** A process that is an agent. */
type AgentOwner = {readonly pid: number; readonly host: string; readonly user: string};

/** Whose time it is: that of a duty of the agent, or of an environment. */
export type UpcomingOwner = {readonly duty: string} & (
	| {readonly project: string; readonly environment: string}
	| {readonly project: null; readonly environment: null}
);

/** What an agent writes about itself, for `agent status`, `doctor` and the dashboard. Times in ms since the epoch. */
export type AgentStatus = {
	readonly version: 1;
	readonly owner: AgentOwner;
	readonly engine: {readonly id: string; readonly name: string; readonly address: string};
	readonly since: number;
	/** When it ended as it was asked to. Absent while it runs, and after it was killed. */
	readonly stoppedAt?: number | undefined;
	/** Absent until it has looked, or where it cannot see the disk. */
	readonly disk?: KnownDisk | undefined;
	/** Since when the engine does not answer; null while it does. */
	readonly lostSince: number | null;
	readonly environments: readonly {readonly project: string; readonly environment: string; readonly folder: string}[];
	readonly problems: readonly {readonly where: string; readonly message: string}[];
	/** Newest last. */
	readonly actions: readonly AgentAction[];
	/** What comes next, soonest first. */
	readonly next: readonly (Upcoming & UpcomingOwner)[];
};

/** An agent of this user, with what it last wrote. */
export type KnownAgent = {readonly isRunning: boolean; readonly status: AgentStatus};

/** The name of the file, for who watches the folder. */
export const statusFile = 'status.json';

const statusPath = (directory: string): string => join(directory, statusFile);

/** Writes the status of an agent in one step, so that readers never see a part. */
export const writeStatus = (directory: string, status: AgentStatus): void =>
	replaceCacheFile(statusPath(directory), `${JSON.stringify(status)}\n`);

/** What the agent of a folder last wrote; undefined if there was none. */
export function readStatus(directory: string): AgentStatus | undefined {
	const content = readPrivateFile(statusPath(directory));
	try {
		const status = content && (JSON.parse(content.toString()) as AgentStatus);
		return status?.version === 1 ? status : undefined;
	} catch {
		return undefined;
	}
}

/** Whether an agent holds the folder's lock. */
async function isHeld(directory: string): Promise<boolean> {
	const lock = await holdKernelLock(directory);
	await lock?.release();
	return lock === undefined;
}

async function readAgent(directory: string): Promise<KnownAgent | undefined> {
	const status = readStatus(directory);
	if (!status) return undefined;
	// One that is ending has written so, and gives up its lock next.
	return {isRunning: status.stoppedAt === undefined && (await isHeld(directory)), status};
}

/** The agents of this user: one per engine, running or not. */
export async function listAgents(env: NodeJS.ProcessEnv = process.env): Promise<readonly KnownAgent[]> {
	const root = agentDirectory(env);
	let names: readonly string[];
	try {
		names = readdirSync(root).filter(name => name.startsWith('engine-'));
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return [];
		throw error;
	}
	const agents: KnownAgent[] = [];
	for (const directory of names.map(name => join(root, name))) {
		const agent = await readAgent(directory);
		if (agent) agents.push(agent);
	}
	return agents;
}

/** The agent of an engine; undefined if none of this user has run. */
export const findAgent = (engineId: string, env: NodeJS.ProcessEnv = process.env): Promise<KnownAgent | undefined> =>
	readAgent(engineDirectory(engineId, env));
