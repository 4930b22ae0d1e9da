import {readFileSync} from 'node:fs';

const ticksPerSecond = 100;
const pageBytes = 4096;

/** Processor time in seconds and memory in MB of a process, from /proc (Linux only). */
export function usageOf(pid: number): {readonly cpu: number; readonly memory: number} {
	const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
		.replace(/^.*\) /, '')
		.split(' ');
	const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
	return {cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, memory: (pages * pageBytes) / 1e6};
}

/** Peak memory in MB of a process that still runs (Linux only). */
export function peakOf(pid: number): number {
	const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
	return (Number(kibibytes) * 1024) / 1e6;
}
