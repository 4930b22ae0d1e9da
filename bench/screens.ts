import {setTimeout as sleep} from 'node:timers/promises';
import {openTerminal, type TestTerminal} from '../test/terminal/terminal.ts';
import {cli} from './cli.ts';
import type {Sandbox} from './sandbox.ts';
import {peakOf, usageOf} from './usage.ts';

const size = {columns: 160, rows: 48};

/** Runs the CLI in a pseudo-terminal. */
export const open = ({directory, env}: Sandbox, ...args: readonly string[]): TestTerminal =>
	openTerminal(process.execPath, [cli, ...args], {...size, cwd: directory, env});

/** Ends the screen, and with it the program. */
export async function quit(terminal: TestTerminal): Promise<void> {
	terminal.press('q');
	await terminal.ended;
}

/** Milliseconds until the dashboard's footer is on the screen. */
export async function timeFirstFrame(sandbox: Sandbox): Promise<number> {
	const start = performance.now();
	using terminal = open(sandbox);
	await terminal.waitFor('quit', 20_000);
	const elapsed = performance.now() - start;
	await quit(terminal);
	return elapsed;
}

/** The cost of node and the terminal alone: the lower bound for a first frame on this machine at this moment. */
export async function timeFloor(): Promise<number> {
	const start = performance.now();
	using terminal = openTerminal(process.execPath, ['-e', 'process.stdout.write("ready")'], size);
	await terminal.waitFor('ready', 20_000);
	const elapsed = performance.now() - start;
	await terminal.ended;
	return elapsed;
}

/** Times from a key that moves the cursor to the first byte of the frame that shows it. */
export async function timeKeys(sandbox: Sandbox, presses: number): Promise<number[]> {
	using terminal = open(sandbox);
	await terminal.waitFor('healthy', 30_000);
	await sleep(2000);
	const times: number[] = [];
	for (let press = 0; press < presses; press++) {
		const before = terminal.written().length;
		const start = performance.now();
		terminal.press(press % 4 < 2 ? 'j' : 'k');
		while (terminal.written().length === before && performance.now() - start < 1000) await sleep(0);
		times.push(performance.now() - start);
		await sleep(150);
	}
	await quit(terminal);
	return times;
}

/** Processor time in percent of one core, frames per second, and at the end memory and its peak so far in MB. */
export type Share = {
	readonly cpu: number;
	readonly frames: number;
	readonly memory: number;
	readonly peak: number;
};

/** What a program needs while nothing is pressed. */
export async function measureShare({pid, written}: TestTerminal, seconds: number): Promise<Share> {
	const before = usageOf(pid);
	const start = performance.now();
	const offset = written().length;
	await sleep(seconds * 1000);
	const after = usageOf(pid);
	const elapsed = (performance.now() - start) / 1000;
	// Every frame is one synchronized update.
	const frames = written().slice(offset).split('\u001B[?2026h').length - 1;
	const cpu = (100 * (after.cpu - before.cpu)) / elapsed;
	return {cpu, frames: frames / elapsed, memory: after.memory, peak: peakOf(pid)};
}
