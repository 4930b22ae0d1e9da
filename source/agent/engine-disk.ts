import {statfs} from 'node:fs/promises';
import type {Engine} from '../engine/engine.ts';
import {EngineError} from '../errors.ts';
import {observeRouter, type RouterOptions} from '../router/router.ts';

/** The disk that an engine keeps images and volumes on, in bytes. Its size is what can be used, as `df` counts its percentage. */
export type Disk = {readonly size: number; readonly free: number};

/** What an agent knows of the engine's disk. `at` is when it looked, in ms since the epoch. */
export type KnownDisk = Disk & {readonly at: number; readonly isLow: boolean};

/** The second line of `df -Pk`, whose columns POSIX fixes: file system, size, used, free, in blocks of 1024 bytes. */
export function parseDf(output: string): Disk | undefined {
	const [, used, free] = /^\S.*?\s\d+\s+(\d+)\s+(\d+)\s+\d+%\s/m.exec(output.split('\n').slice(1).join('\n')) ?? [];
	const size = Number(used) + Number(free);
	return used === undefined || size === 0 ? undefined : {size: size * 1024, free: Number(free) * 1024};
}

/** The router's file system is on the engine's disk, wherever the engine runs. */
async function readInRouter(engine: Engine, router: RouterOptions): Promise<Disk | undefined> {
	const {state, containerId} = await observeRouter(engine, router);
	if (state !== 'running' || containerId === undefined) return undefined;
	const {exitCode, stdout} = await engine.exec(containerId, ['df', '-Pk', '/']);
	return exitCode === 0 ? parseDf(stdout) : undefined;
}

/** The disk of a folder on this machine. @throws if there is no such folder */
export async function readDisk(folder: string): Promise<Disk | undefined> {
	const {bsize, blocks, bfree, bavail} = await statfs(folder);
	const usable = blocks - bfree + bavail;
	return usable === 0 ? undefined : {size: usable * bsize, free: bavail * bsize};
}

/** Without a router: the folder of an engine on this machine. */
async function readHere(engine: Engine): Promise<Disk | undefined> {
	if (!engine.isLocal) return undefined;
	const {rootDirectory} = await engine.info();
	if (rootDirectory === '') return undefined;
	// The engine may run in a virtual machine, or this process in a container.
	return readDisk(rootDirectory).catch(() => undefined);
}

/** How full the engine's disk is; undefined when there is no way to see it. */
export async function readEngineDisk(engine: Engine, router: RouterOptions): Promise<Disk | undefined> {
	try {
		return (await readInRouter(engine, router)) ?? (await readHere(engine));
	} catch (error) {
		// The loop of the agent reports an engine that does not answer.
		if (error instanceof EngineError) return undefined;
		throw error;
	}
}
