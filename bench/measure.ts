import {spawn} from 'node:child_process';
import {weigh} from './peak.ts';
import {type Command, runWell} from './processes.ts';

/** A command line to time against others. */
export type Contender = {
	readonly name: string;
	readonly command: Command;
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** Throws if the output shows that the command did not do the work to compare. */
	readonly check?: (stdout: string) => void;
	/** Runs before every run; not timed. */
	readonly prepare?: () => Promise<void>;
};

/** The times of one contender in all rounds, in milliseconds, and its peak memory in MB in some others. */
export type Timing = {readonly name: string; readonly times: readonly number[]; readonly peaks: readonly number[]};

/** The usual number of rounds, unless BENCH_ROUNDS says another. */
export const roundsOr = (usual: number): number => Number(process.env['BENCH_ROUNDS'] || usual);

/** Fails unless a command printed the text, so that no other work is timed. */
export const mustSay =
	(text: string) =>
	(stdout: string): void => {
		if (!stdout.includes(text)) throw new Error(`expected "${text}", but it said:\n${stdout}`);
	};

/** The floor of a command that runs in node. */
export const bare: Contender = {name: 'node -e 0', command: [process.execPath, '-e', '0']};

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

/** Runs a contender once to check it and to warm caches, then to read its peak memory, which takes another process. */
async function weighAll(contender: Contender, weighings: number): Promise<number[]> {
	const {command, cwd, env, check, prepare} = contender;
	await prepare?.();
	check?.(await runWell(command, {cwd, env}));
	const peaks: number[] = [];
	for (let index = 0; index < weighings; index++) {
		await prepare?.();
		const {stdout, peak} = await weigh(command, {cwd, env});
		check?.(stdout);
		if (peak !== undefined) peaks.push(peak);
	}
	return peaks;
}

/**
 * Times all contenders in turn, A B C A B C, so that other load on the machine affects all of them. Their peak memory is
 * read before that, in runs that are not timed.
 */
export async function measure(
	contenders: readonly Contender[],
	{rounds, weighings = 3}: {readonly rounds: number; readonly weighings?: number},
): Promise<Timing[]> {
	const peaks: number[][] = [];
	for (const contender of contenders) peaks.push(await weighAll(contender, weighings));
	const times = contenders.map((): number[] => []);
	for (let round = 0; round < roundsOr(rounds); round++) {
		for (const [index, contender] of contenders.entries()) {
			await contender.prepare?.();
			times[index]!.push(await time(contender));
		}
	}
	return contenders.map(({name}, index) => ({name, times: times[index]!, peaks: peaks[index]!}));
}
