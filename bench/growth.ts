import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {commandAt, objects} from './bars.ts';
import {compartment} from './cli.ts';
import type {Grown} from './growth-world.ts';
import {type Contender, measure, mustSay, roundsOr, type Timing} from './measure.ts';
import {run} from './processes.ts';
import {table} from './report.ts';
import {recordTimings, type TableId} from './results.ts';
import {heading, section} from './section.ts';

const program = fileURLToPath(new URL('growth-world.ts', import.meta.url));

/** Applies so many resources in a new process, and passes what it reports to `use` while it answers as their engine. */
async function withWorld<Result>(count: number, use: (grown: Grown) => Promise<Result>): Promise<Result> {
	const child = spawn(process.execPath, [program, String(count)], {stdio: ['pipe', 'pipe', 'inherit']});
	const ended = new Promise(resolve => child.once('close', resolve));
	try {
		for await (const line of createInterface(child.stdout)) return await use(JSON.parse(line) as Grown);
		throw new Error(`the world of ${count} resources ended early`);
	} finally {
		child.stdin.end();
		await ended;
	}
}

/** Processor time and peak memory of an apply of each size, in turn. */
async function measureApplies(counts: readonly number[], rounds: number): Promise<Timing[]> {
	const grown = counts.map((): Grown[] => []);
	for (let round = 0; round < roundsOr(rounds); round++)
		for (const [index, count] of counts.entries()) grown[index]!.push(await withWorld(count, async found => found));
	return counts.map((count, index) => ({
		name: objects(count),
		times: grown[index]!.map(({cpu}) => cpu),
		peaks: grown[index]!.map(({peak}) => peak),
	}));
}

/** Opens a world of each size at the same time. */
async function withWorlds<Result>(
	[count, ...rest]: readonly number[],
	use: (worlds: readonly Grown[]) => Promise<Result>,
): Promise<Result> {
	if (count === undefined) return use([]);
	return withWorld(count, grown => withWorlds(rest, others => use([grown, ...others])));
}

const where = ({folder, socket, config}: Grown) => ({
	cwd: folder,
	env: {...process.env, DOCKER_HOST: `unix://${socket}`, COMPARTMENT_CONFIG_HOME: config},
});

const sizes = [10, 100, 1000];

const commands: readonly Pick<Contender, 'name' | 'command' | 'check'>[] = [
	{name: 'plan', command: compartment('plan', '--detailed-exitcode'), check: mustSay('No changes.')},
	{name: 'status', command: compartment('status'), check: mustSay('resource-9')},
];

/** Commands that change nothing, at each size. */
const measureCommands = (): Promise<Timing[]> =>
	withWorlds(sizes, async worlds => {
		const found = commands.flatMap(({name, ...rest}) =>
			worlds.map((grown, index) => ({...rest, ...where(grown), name: commandAt(name, sizes[index]!)})),
		);
		// Making an answer for the first time may take so long that a command gives up.
		for (const {command, cwd, env} of found) await run(command, {cwd, env});
		return measure(found, {rounds: 15});
	});

async function report(id: TableId, timings: Promise<readonly Timing[]>, reference: string): Promise<string> {
	const measured = await timings;
	recordTimings(id, measured);
	return table(measured, [reference]);
}

heading('Growth');
await section('First apply on the memory engine, processor time', () =>
	report('growth-apply', measureApplies([10, 100, 300, 1000], 3), objects(100)),
);
await section('Plan and status without changes', () =>
	report('growth-commands', measureCommands(), commandAt('plan', 100)),
);
