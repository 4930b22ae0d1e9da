import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {compartment} from './cli.ts';
import {runWell} from './processes.ts';
import type {Sandbox} from './sandbox.ts';
import {measureShare, open, quit, type Share} from './screens.ts';

/** Source of a program that prints the given number of lines per second, coloured and about 110 characters long. */
const floodSource = (linesPerSecond: number): string => `
const start = process.hrtime.bigint();
const filler = '.'.repeat(40);
let count = 0;
let isFull = false;
process.stdout.on('drain', () => { isFull = false; });
setInterval(() => {
	if (isFull) return;
	const due = Number(process.hrtime.bigint() - start) / 1e9 * ${linesPerSecond};
	let text = '';
	for (; count < due && text.length < 4e6; count++)
		text += '\\u001b[32m2026-11-20T08:00:00Z\\u001b[0m request ' + count + ' GET /api/notes/' + count + ' 200 in 12 ms ' + filler + '\\n';
	isFull = !process.stdout.write(text);
}, 10);
`;

/** Builds the program as an image, which is removed with the sandbox, and returns its name. */
async function buildFlood({directory, image: own}: Sandbox, linesPerSecond: number): Promise<string> {
	const folder = join(directory, 'image');
	writeFileSync(join(folder, 'flood.js'), floodSource(linesPerSecond));
	writeFileSync(join(folder, 'Dockerfile'), 'FROM node:24-slim\nCOPY flood.js /flood.js\nCMD ["node", "/flood.js"]\n');
	const image = `${own}-flood-${linesPerSecond}`;
	await runWell(['docker', 'build', '--quiet', '--tag', image, folder]);
	return image;
}

/** The screen of one log: its share in each step, and how many lines per second passed through it. */
export type Flood = {readonly delivered: number; readonly steps: readonly Share[]};

async function watchLog(sandbox: Sandbox, service: string, steps: number, stepSeconds: number): Promise<Flood> {
	using terminal = open(sandbox, 'logs', service);
	await terminal.waitFor(/request \d+/, 30_000);
	await sleep(5000);
	const numberNow = () => Number(/request (\d+) /.exec(terminal.text())?.[1] ?? 0);
	const first = numberNow();
	const shares: Share[] = [];
	while (shares.length < steps) shares.push(await measureShare(terminal, stepSeconds));
	const delivered = (numberNow() - first) / (steps * stepSeconds);
	await quit(terminal);
	return {delivered, steps: shares};
}

type Length = {readonly steps: number; readonly stepSeconds: number};

/** Watches the log of a service that prints so many lines per second, after its first five seconds. */
export async function measureFlood(
	sandbox: Sandbox,
	linesPerSecond: number,
	{steps, stepSeconds}: Length,
): Promise<Flood> {
	const image = await buildFlood(sandbox, linesPerSecond);
	const {directory, env, services} = sandbox;
	const where = {cwd: directory, env};
	const file = join(directory, 'compartment.yml');
	const service = services[0]!;
	const previous = readFileSync(file, 'utf8');
	// The first service is the first to name its image.
	writeFileSync(file, previous.replace(`image: ${sandbox.image}\n`, `image: ${image}\n`));
	try {
		await runWell(compartment('apply', '--auto-approve', '--replace', `service.${service}`), where);
		return await watchLog(sandbox, service, steps, stepSeconds);
	} finally {
		writeFileSync(file, previous);
		await runWell(compartment('apply', '--auto-approve'), where);
	}
}
