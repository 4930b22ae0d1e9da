// node bench/growth-world.ts COUNT
// Applies so many resources on a memory engine, prints what that took as a line of JSON, then answers as an engine on which
// they run, until its standard input ends.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createMemoryWorld, images, type MemoryWorld} from '../test/apply/memory-world.ts';
import {serveEngine} from '../test/loading/serve-engine.ts';
import {answerFrom} from './stand-in-engine.ts';

/** Processor time in milliseconds, peak memory in MB, and where a command finds the result. */
export type Grown = {
	readonly cpu: number;
	readonly peak: number;
	readonly folder: string;
	readonly socket: string;
	readonly config: string;
};

const describe = (count: number): string =>
	[
		'name: growth\n\nservices:\n  worker:\n    kind: worker\n',
		`    image: ${images.good}\n\nresources:\n`,
		...Array.from({length: count}, (_, index) => `  resource-${index}:\n    image: ${images.database}\n`),
	].join('');

const folderOf = ({directory}: MemoryWorld): string => join(directory, '..', '..');

/** Milliseconds of all threads. */
async function timeApply(world: MemoryWorld, count: number): Promise<number> {
	process.env['COMPARTMENT_CONFIG_HOME'] = join(folderOf(world), 'config');
	const before = process.cpuUsage();
	const {result} = await world.apply(describe(count));
	const {user, system} = process.cpuUsage(before);
	if (result?.outcome !== 'done') throw new Error(`the apply of ${count} ended with ${JSON.stringify(result)}`);
	return (user + system) / 1000;
}

const count = Number(process.argv[2]);
// Loads the code that a first apply needs, and lets the compiler see it.
const small = await createMemoryWorld();
await timeApply(small, 10);
small.close();

const world = await createMemoryWorld();
process.on('exit', world.close);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
const cpu = await timeApply(world, count);
const peak = (process.resourceUsage().maxRSS * 1024) / 1e6;
const folder = folderOf(world);
const socket = join(folder, 'engine.sock');
writeFileSync(join(folder, 'compartment.yml'), describe(count));
const server = await serveEngine(socket, answerFrom(world.engine));
const grown: Grown = {cpu, peak, folder, socket, config: process.env['COMPARTMENT_CONFIG_HOME']!};
process.stdout.write(`${JSON.stringify(grown)}\n`);
process.stdin.resume().once('end', () => {
	server.close();
	server.closeAllConnections();
});
