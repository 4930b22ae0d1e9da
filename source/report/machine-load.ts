import {readFile} from 'node:fs/promises';
import {type Disk, parseDf, readDisk} from '../agent/engine-disk.ts';
import type {Engine} from '../engine/engine.ts';
import {observeRouter, type RouterOptions} from '../router/router.ts';
import {partsOf} from './machine-facts.ts';

/** Processor time of a machine since it started, in units of the kernel. */
export type ProcessorTime = {readonly busy: number; readonly total: number; readonly cores: number};

/** What a machine says of itself at one moment. Unknown parts are absent. */
export type MachineReading = {
	readonly processor?: ProcessorTime | undefined;
	/** Bytes; `free` is what programs can get, the page cache included. */
	readonly memory?: {readonly size: number; readonly free: number} | undefined;
	/** That of the engine's images and volumes. */
	readonly disk?: Disk | undefined;
};

/** Reads the first line of /proc/stat, and how many cores the others name. */
function parseProcessor(text: string): ProcessorTime | undefined {
	const fields = /^cpu +(.+)$/m.exec(text)?.[1]?.split(/\s+/).map(Number) ?? [];
	// user nice system idle iowait irq softirq steal; the rest is counted in these already.
	const times = fields.slice(0, 8);
	if (times.length < 4 || times.some(time => !Number.isFinite(time))) return undefined;
	const total = times.reduce((sum, time) => sum + time, 0);
	const idle = times[3]! + (times[4] ?? 0);
	return {busy: total - idle, total, cores: Math.max(1, text.match(/^cpu\d/gm)?.length ?? 0)};
}

/** Reads /proc/meminfo. */
function parseMemory(text: string): MachineReading['memory'] {
	const bytesOf = (name: string) => {
		const [, kilobytes] = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text) ?? [];
		return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
	};
	const [size, free] = [bytesOf('MemTotal'), bytesOf('MemAvailable')];
	return size === undefined || free === undefined || size === 0 ? undefined : {size, free};
}

/** The share of all cores that was busy between two readings, 0 to 1; undefined if no time has passed. */
export function busyShare(before: ProcessorTime | undefined, after: ProcessorTime | undefined): number | undefined {
	if (!before || !after || after.total <= before.total) return undefined;
	return Math.max(0, Math.min(1, (after.busy - before.busy) / (after.total - before.total)));
}

const scriptFor = (path: string): string =>
	`echo '== processor'; cat /proc/stat; echo '== memory'; cat /proc/meminfo; echo '== disk'; df -Pk '${path}'`;

/** Reads what the script prints. */
export function parseReading(output: string): MachineReading {
	const parts = partsOf(output);
	return {
		processor: parseProcessor(parts.get('processor') ?? ''),
		memory: parseMemory(parts.get('memory') ?? ''),
		disk: parseDf(parts.get('disk') ?? ''),
	};
}

/** This machine, if the engine's folder is on it; undefined for an engine in a virtual machine. */
async function readHere(folder: string): Promise<MachineReading | undefined> {
	try {
		const disk = await readDisk(folder);
		const [stat, memory] = await Promise.all(['/proc/stat', '/proc/meminfo'].map(path => readFile(path, 'utf8')));
		return {processor: parseProcessor(stat!), memory: parseMemory(memory!), disk};
	} catch {
		return undefined;
	}
}

const limitMs = 10_000;

// A path of the engine becomes part of a script.
const isPlainPath = (path: string): boolean => /^\/[\w./+-]+$/.test(path);

/**
 * Reads processor, memory and disk of the machine that an engine runs on: from this machine's own files, through the shell of
 * ssh, or else in the router's container, whose kernel and disk are those of that machine. A reading is empty where none of
 * these is there.
 */
export function createMachineReader(engine: Engine, router: RouterOptions): () => Promise<MachineReading> {
	let folder: string | undefined;
	return async () => {
		folder ??= (await engine.info()).rootDirectory;
		const here = engine.isLocal && folder !== '' ? await readHere(folder) : undefined;
		if (here) return here;
		const shell = await engine.shell();
		if (shell) {
			const {output} = await shell.ask(scriptFor(isPlainPath(folder) ? folder : '/'), limitMs);
			return parseReading(output);
		}
		const {state, containerId} = await observeRouter(engine, router);
		if (state !== 'running' || containerId === undefined) return {};
		const {stdout} = await engine.exec(containerId, ['sh', '-c', scriptFor('/')]);
		return parseReading(stdout);
	};
}
