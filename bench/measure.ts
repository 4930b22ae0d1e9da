import {type SpawnOptions, spawn} from 'node:child_process';

/** A command line to time against others. */
export type Contender = {
	readonly name: string;
	readonly command: readonly [string, ...string[]];
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** Throws if the output shows that the command did not do the work to compare. */
	readonly check?: (stdout: string) => void;
	/** Runs before every timed run; not timed. */
	readonly prepare?: () => Promise<void>;
};

/** The times of one contender in all rounds, in milliseconds. */
export type Timing = {readonly name: string; readonly times: readonly number[]};

export type Outcome = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

/** Runs a command to its end and keeps its output. */
export function run(command: readonly [string, ...string[]], options: SpawnOptions = {}): Promise<Outcome> {
	const [file, ...args] = command;
	const child = spawn(file, args, {...options, stdio: ['ignore', 'pipe', 'pipe']});
	let stdout = '';
	let stderr = '';
	child.stdout?.setEncoding('utf8').on('data', text => (stdout += text));
	child.stderr?.setEncoding('utf8').on('data', text => (stderr += text));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', code => resolve({code, stdout, stderr}));
	});
}

/** Like `run`, for commands that must succeed. */
export async function runWell(command: readonly [string, ...string[]], options: SpawnOptions = {}): Promise<string> {
	const {code, stdout, stderr} = await run(command, options);
	if (code === 0) return stdout;
	throw new Error(`${command.join(' ')} ended with ${code}:\n${stderr || stdout}`);
}

/** Milliseconds from the start of a process to its end; its output goes nowhere, so that no pipe is measured. */
function time({name, command, cwd, env}: Contender): Promise<number> {
	const [file, ...args] = command;
	return new Promise((resolve, reject) => {
		const start = process.hrtime.bigint();
		const child = spawn(file, args, {cwd, env, stdio: 'ignore'});
		child.once('error', reject);
		child.once('exit', code => {
			const elapsed = Number(process.hrtime.bigint() - start) / 1e6;
			if (code === 0) resolve(elapsed);
			else reject(new Error(`${name} ended with ${code}`));
		});
	});
}

/**
 * Times all contenders in turn, A B C A B C, so that other load on the machine affects all of them. Before that
 * each one runs once to be checked and to warm the disk cache; these runs do not count.
 */
export async function measure(
	contenders: readonly Contender[],
	{rounds, warmUps = 2}: {readonly rounds: number; readonly warmUps?: number},
): Promise<Timing[]> {
	for (const {command, cwd, env, check, prepare} of contenders) {
		for (let index = 0; index < warmUps; index++) {
			await prepare?.();
			check?.(await runWell(command, {cwd, env}));
		}
	}
	const times = contenders.map((): number[] => []);
	for (let round = 0; round < rounds; round++) {
		for (const [index, contender] of contenders.entries()) {
			await contender.prepare?.();
			times[index]!.push(await time(contender));
		}
	}
	return contenders.map(({name}, index) => ({name, times: times[index]!}));
}

/** The median. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many times longer than the reference: the median of the ratios within each round. */
export const ratio = (timing: Timing, reference: Timing): number =>
	median(timing.times.map((value, round) => value / reference.times[round]!));
