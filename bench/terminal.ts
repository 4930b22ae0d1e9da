import {setTimeout as sleep} from 'node:timers/promises';
import {rows} from './bars.ts';
import {compartment} from './cli.ts';
import {measureFlood} from './flood.ts';
import {roundsOr} from './measure.ts';
import {runWell} from './processes.ts';
import {markdown} from './report.ts';
import {record} from './results.ts';
import {hasEngine, type Sandbox, withSandbox} from './sandbox.ts';
import {measureShare, open, quit, type Share, timeFirstFrame, timeFloor, timeKeys} from './screens.ts';
import {heading, section} from './section.ts';
import {median} from './statistics.ts';

const stepSeconds = 10;
const floodSteps = roundsOr(6);
const idleSeconds = stepSeconds * Math.min(3, roundsOr(3));

const apply = ({directory, env}: Sandbox): Promise<string> =>
	runWell(compartment('apply', '--auto-approve'), {cwd: directory, env});

async function repeat(once: () => Promise<number>): Promise<number[]> {
	const times: number[] = [];
	for (let round = 0; round < roundsOr(15); round++) times.push(await once());
	return times;
}

const timesRow = (name: string, times: readonly number[]): string[] => [
	name,
	...[median(times), Math.min(...times), Math.max(...times)].map(time => time.toFixed(1)),
];

async function measureTimes(sandbox: Sandbox): Promise<string> {
	return markdown([
		['', 'median ms', 'min', 'worst'],
		timesRow('node -e, to its first byte', await repeat(timeFloor)),
		timesRow('start to first frame', await repeat(() => timeFirstFrame(sandbox))),
		timesRow('key to frame', await timeKeys(sandbox, 4 * roundsOr(15))),
	]);
}

async function measureIdle(sandbox: Sandbox, keys: string): Promise<Share> {
	using terminal = open(sandbox);
	await terminal.waitFor('healthy', 30_000);
	terminal.press(keys);
	await sleep(3000);
	const share = await measureShare(terminal, idleSeconds);
	await quit(terminal);
	return share;
}

const idleRow = (name: string, {cpu, frames, memory, peak}: Share): string[] => [
	name,
	`${cpu.toFixed(1)} %`,
	frames.toFixed(1),
	memory.toFixed(0),
	peak.toFixed(0),
];

async function measureIdles(sandbox: Sandbox): Promise<string> {
	const large = await withSandbox(30, async other => {
		await apply(other);
		return measureIdle(other, '');
	});
	record([{table: 'dashboard', row: rows.dashboard, values: [large.memory], peaks: [large.peak]}]);
	return markdown([
		[`idle for ${idleSeconds} s`, 'CPU of one core', 'frames/s', 'MB', 'peak MB'],
		idleRow('the log of one service', await measureIdle(sandbox, '\r')),
		idleRow('an environment, figures every 2 s', await measureIdle(sandbox, '')),
		idleRow(rows.dashboard, large),
	]);
}

async function floodRow(sandbox: Sandbox, linesPerSecond: number): Promise<string[]> {
	const name = `${linesPerSecond.toLocaleString('en-US')} lines/s`;
	const {delivered, steps} = await measureFlood(sandbox, linesPerSecond, {steps: floodSteps, stepSeconds});
	const memory = steps.map(step => step.memory);
	const peak = steps.at(-1)!.peak;
	record([{table: 'flood', row: name, values: memory, peaks: [peak]}]);
	return [
		name,
		Math.round(delivered).toLocaleString('en-US'),
		`${median(steps.map(({cpu}) => cpu)).toFixed(1)} %`,
		median(steps.map(({frames}) => frames)).toFixed(1),
		memory.map(value => value.toFixed(0)).join(', '),
		peak.toFixed(0),
	];
}

async function measureFloods(sandbox: Sandbox): Promise<string> {
	return markdown([
		[
			`log for ${floodSteps * stepSeconds} s`,
			'lines/s shown',
			'CPU of one core',
			'frames/s',
			`MB every ${stepSeconds} s`,
			'peak MB',
		],
		await floodRow(sandbox, 10_000),
		await floodRow(sandbox, 100_000),
	]);
}

heading('Terminal');
if (await hasEngine())
	await section(undefined, () =>
		withSandbox(3, async sandbox => {
			await apply(sandbox);
			for (const [title, part] of [
				['Times', measureTimes],
				['Idle', measureIdles],
				['Floods', measureFloods],
			] as const)
				await section(title, () => part(sandbox));
			return undefined;
		}),
	);
else await section(undefined, async () => 'No engine answers: nothing is measured.');
