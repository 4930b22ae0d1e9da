import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {openTerminal, type TestTerminal} from '../test/terminal/terminal.ts';
import {floodSource} from './flood.ts';
import {median, runWell} from './measure.ts';
import {conditions} from './report.ts';
import {cli, compartment, hasEngine, type Sandbox, withSandbox} from './sandbox.ts';

const rounds = 15;
const floodSeconds = 60;
const idleSeconds = 30;

const ticksPerSecond = 100;

/** CPU time in seconds and memory in bytes of a process, from /proc (Linux only). */
function usageOf(pid: number): {readonly cpu: number; readonly memory: number} {
	const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
		.replace(/^.*\) /, '')
		.split(' ');
	const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
	return {cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, memory: pages * 4096};
}

const open = ({directory, env}: Sandbox, ...args: readonly string[]): TestTerminal =>
	openTerminal(process.execPath, [cli, ...args], {columns: 160, rows: 48, cwd: directory, env});

async function measureFirstFrame(sandbox: Sandbox): Promise<number[]> {
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const start = performance.now();
		using terminal = open(sandbox);
		await terminal.waitFor('quit', 20_000);
		times.push(performance.now() - start);
		terminal.press('q');
		await terminal.ended;
	}
	return times;
}

/** The cost of node and the terminal alone: the lower bound for a first frame on this machine at this moment. */
async function measureFloor(): Promise<number[]> {
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const start = performance.now();
		using terminal = openTerminal(process.execPath, ['-e', 'process.stdout.write("ready")'], {columns: 160, rows: 48});
		await terminal.waitFor('ready', 20_000);
		times.push(performance.now() - start);
		await terminal.ended;
	}
	return times;
}

/** Time from a key that moves the cursor to the first byte of the frame that shows it. */
async function measureKeys(sandbox: Sandbox): Promise<number[]> {
	using terminal = open(sandbox);
	await terminal.waitFor('healthy', 30_000);
	await sleep(2000);
	const times: number[] = [];
	for (let press = 0; press < 60; press++) {
		const before = terminal.written().length;
		const start = performance.now();
		terminal.press(press % 4 < 2 ? 'j' : 'k');
		while (terminal.written().length === before && performance.now() - start < 1000) await sleep(0);
		times.push(performance.now() - start);
		await sleep(150);
	}
	terminal.press('q');
	await terminal.ended;
	return times;
}

type Share = {readonly cpu: number; readonly memory: number; readonly frames: number};

async function measureShare(terminal: TestTerminal, seconds: number): Promise<Share> {
	const before = usageOf(terminal.pid);
	const start = performance.now();
	const offset = terminal.written().length;
	await sleep(seconds * 1000);
	const after = usageOf(terminal.pid);
	const elapsed = (performance.now() - start) / 1000;
	// Every frame is one synchronized update.
	const frames = terminal.written().slice(offset).split('\u001B[?2026h').length - 1;
	return {cpu: (100 * (after.cpu - before.cpu)) / elapsed, memory: after.memory / 1e6, frames: frames / elapsed};
}

async function measureIdle(sandbox: Sandbox, keys: string): Promise<Share> {
	using terminal = open(sandbox);
	await terminal.waitFor('healthy', 30_000);
	terminal.press(keys);
	await sleep(3000);
	const share = await measureShare(terminal, idleSeconds);
	terminal.press('q');
	await terminal.ended;
	return share;
}

type Flood = Share & {readonly asked: number; readonly delivered: number; readonly early: number};

async function measureFlood(sandbox: Sandbox, linesPerSecond: number): Promise<Flood> {
	const {directory, env, services} = sandbox;
	const file = join(directory, 'compartment.yml');
	const service = services[0]!;
	const previous = readFileSync(file, 'utf8');
	writeFileSync(join(directory, 'image', 'flood.js'), floodSource(linesPerSecond));
	writeFileSync(
		join(directory, 'image', 'Dockerfile'),
		'FROM node:24-slim\nCOPY flood.js /flood.js\nCMD ["node", "/flood.js"]\n',
	);
	const image = `${sandbox.image}-flood`;
	await runWell(['docker', 'build', '--quiet', '--tag', image, join(directory, 'image')]);
	try {
		writeFileSync(
			file,
			previous.replace(
				`  ${service}:\n    kind: worker\n    image: ${sandbox.image}`,
				`  ${service}:\n    kind: worker\n    image: ${image}`,
			),
		);
		await runWell(compartment('apply', '--auto-approve', '--replace', `service.${service}`), {cwd: directory, env});
		using terminal = open(sandbox, 'logs', service);
		await terminal.waitFor(/request \d+/, 30_000);
		await sleep(5000);
		const early = usageOf(terminal.pid).memory / 1e6;
		const numberNow = () => Number(/request (\d+) /.exec(terminal.text())?.[1] ?? 0);
		const first = numberNow();
		const share = await measureShare(terminal, floodSeconds);
		const delivered = (numberNow() - first) / floodSeconds;
		terminal.press('q');
		await terminal.ended;
		return {...share, asked: linesPerSecond, delivered, early};
	} finally {
		writeFileSync(file, previous);
		await runWell(compartment('apply', '--auto-approve'), {cwd: directory, env});
		await runWell(['docker', 'image', 'rm', '--force', image]);
	}
}

const say = (text: string) => void process.stdout.write(`${text}\n`);
const row = (...cells: readonly (string | number)[]) => say(`| ${cells.join(' | ')} |`);

function sayTimes(name: string, times: readonly number[]): void {
	row(name, median(times).toFixed(1), Math.min(...times).toFixed(1), Math.max(...times).toFixed(1));
}

async function report(sandbox: Sandbox): Promise<void> {
	await runWell(compartment('apply', '--auto-approve'), {cwd: sandbox.directory, env: sandbox.env});
	row('', 'median ms', 'min', 'worst');
	row('---', '--:', '--:', '--:');
	sayTimes('node -e, to its first byte', await measureFloor());
	sayTimes('start to first frame', await measureFirstFrame(sandbox));
	sayTimes('key to frame', await measureKeys(sandbox));
	say('');
	row(`idle for ${idleSeconds} s`, 'CPU of one core', 'frames/s', 'memory');
	row('---', '--:', '--:', '--:');
	for (const [name, keys] of [
		['the log of one service', '\r'],
		['an environment, figures every 2 s', ''],
	] as const) {
		const {cpu, frames, memory} = await measureIdle(sandbox, keys);
		row(name, `${cpu.toFixed(1)} %`, frames.toFixed(1), `${memory.toFixed(0)} MB`);
	}
	say('');
	row(
		`log for ${floodSeconds} s`,
		'lines/s shown',
		'CPU of one core',
		'frames/s',
		'memory after 5 s',
		`after ${floodSeconds + 5} s`,
	);
	row('---', '--:', '--:', '--:', '--:', '--:');
	for (const linesPerSecond of [10_000, 100_000]) {
		const {asked, delivered, cpu, frames, early, memory} = await measureFlood(sandbox, linesPerSecond);
		row(
			`${asked.toLocaleString('en-US')} lines/s`,
			Math.round(delivered).toLocaleString('en-US'),
			`${cpu.toFixed(1)} %`,
			frames.toFixed(1),
			`${early.toFixed(0)} MB`,
			`${memory.toFixed(0)} MB`,
		);
	}
}

say(`## Terminal\n\n${conditions({terraform: undefined, compose: undefined})}\n`);
if (await hasEngine()) await withSandbox(3, report);
else say('No engine answers: nothing is measured.');
