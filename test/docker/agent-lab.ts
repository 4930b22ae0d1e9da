import {readFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, expect} from 'vitest';
import type {EngineEvent} from '../../source/engine/engine.ts';
import {jsonLines, type Sandbox} from './cli.ts';
import {until} from './helpers.ts';

/** An agent that runs for a sandbox. */
export type AgentUnderTest = {
	/** What it has done so far at an address. */
	readonly actions: (
		address?: string,
	) => readonly {readonly address: string; readonly outcome: string; readonly message: string}[];
	/** Waits until it has done this many more things at an address than before, and returns the last one. */
	readonly acts: (
		address: string,
		work: () => Promise<unknown>,
		count?: number,
	) => Promise<{readonly outcome: string; readonly message: string}>;
	/** Waits until it has done one more thing at an address, and expects that it was done. */
	readonly heals: (address: string, work: () => Promise<unknown>) => Promise<void>;
	/**
	 * What it takes during a time: its share of one processor, and its memory at the end in bytes. A millisecond is left
	 * out for each event of the engine, because other tests cause many.
	 */
	readonly measure: (milliseconds: number) => Promise<{readonly cpuShare: number; readonly memory: number}>;
	/** The types of what it has reported so far. */
	readonly types: () => readonly string[];
	/** Problems that it has reported. */
	readonly problems: () => readonly string[];
	readonly stop: () => Promise<void>;
};

/** Processor time of a process so far, in ms. */
function cpuOf(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /, '')
		.split(' ');
	// In ticks of 10 ms.
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process, in bytes. */
const memoryOf = (pid: number): number =>
	Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

/**
 * Registers the sandbox's project and runs an agent for the tests of a file or block.
 * @param envOf more variables of its environment
 * @param limitMs how long it runs at most
 */
export function withAgent(
	sandbox: Sandbox,
	envOf: () => Readonly<Record<string, string>> = () => ({}),
	limitMs = 10 * 60_000,
): AgentUnderTest {
	let running: ReturnType<Sandbox['start']> | undefined;
	beforeAll(async () => {
		await sandbox.succeed(['agent', 'add']);
		running = sandbox.start(['agent', 'run', '--json'], {limitMs, env: envOf()});
		await running.shows('"started"');
	});
	const stop = async () => {
		if (!running || running.child.exitCode !== null) return;
		running.child.kill('SIGTERM');
		expect(await running.ended).toMatchObject({exitCode: 0, signal: null, stderr: ''});
	};
	afterAll(stop);
	const events = () => {
		const text = running!.stdout();
		return jsonLines(text.slice(0, text.lastIndexOf('\n') + 1));
	};
	type Action = {readonly address: string; readonly outcome: string; readonly message: string};
	const actions = (address?: string) =>
		events().filter(
			event => event['type'] === 'action' && (address === undefined || event['address'] === address),
		) as unknown as Action[];
	const acts: AgentUnderTest['acts'] = async (address, work, count = 1) => {
		const before = actions(address).length;
		await work();
		await until(() => actions(address).length >= before + count, 60_000);
		return actions(address).at(-1)!;
	};
	return {
		actions,
		acts,
		async heals(address, work) {
			const {outcome, message} = await acts(address, work);
			expect(outcome, message).toBe('done');
		},
		async measure(milliseconds) {
			const pid = running!.child.pid!;
			const recorded = await recordEvents(sandbox, true);
			const [before, begin] = [cpuOf(pid), performance.now()];
			await pause(milliseconds);
			const elapsed = performance.now() - begin;
			const cpuMs = cpuOf(pid) - before;
			const {length} = await recorded.stop();
			console.log(`the agent took ${cpuMs} ms in ${Math.round(elapsed)} ms, with ${length} events`);
			return {cpuShare: Math.max(0, cpuMs - length) / elapsed, memory: memoryOf(pid)};
		},
		types: () => events().map(({type}) => String(type)),
		problems: () => events().flatMap(event => (event['type'] === 'problem' ? [String(event['message'])] : [])),
		stop,
	};
}

/** Collects the engine's events until it is stopped: those of a project's containers, or all. */
export async function recordEvents({engine, project}: Sandbox, isAll = false) {
	const stop = new AbortController();
	const events: EngineEvent[] = [];
	const labels: Record<string, string> = isAll ? {} : {'compartment.project': project};
	const ended = (async () => {
		for await (const event of engine.events(labels, stop.signal)) events.push(event);
	})().catch(() => undefined);
	// The stream is open once the engine has answered something else.
	await engine.info();
	return {
		events,
		async stop() {
			stop.abort();
			await ended;
			return events;
		},
	};
}
