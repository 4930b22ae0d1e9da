import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Command, runWell} from './processes.ts';

/** Runs a command and writes its peak memory in KiB to a file. */
type Scale = (file: string, command: Command) => Command;

const waitFor = `import os, sys
child = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
open(sys.argv[1], 'w').write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status) & 255)`;

// Node reports no resource usage of a child. Both programs are small: a child counts the memory of the program that started it.
const scales: readonly Scale[] = [
	(file, command) => ['time', '-f', '%M', '-o', file, ...command],
	(file, command) => ['python3', '-c', waitFor, file, ...command],
];

type Where = {readonly cwd?: string | undefined; readonly env?: NodeJS.ProcessEnv | undefined};

/** What a command printed, and its peak memory in MB (10^6 bytes). */
export type Weighed = {readonly stdout: string; readonly peak: number | undefined};

async function weighOn(scale: Scale, command: Command, where: Where): Promise<Weighed> {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-peak-'));
	const file = join(folder, 'peak');
	try {
		const stdout = await runWell(scale(file, command), where);
		return {stdout, peak: (Number(readFileSync(file, 'utf8')) * 1024) / 1e6};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

async function findScale(): Promise<Scale | undefined> {
	if (process.platform !== 'linux') return;
	for (const scale of scales) {
		const {peak = 0} = await weighOn(scale, ['true'], {}).catch((): Weighed => ({stdout: '', peak: undefined}));
		if (peak > 0) return scale;
	}
	return;
}

let found: Promise<Scale | undefined> | undefined;

/**
 * Runs a command that must succeed. Its peak is that of the largest process: of the command, or of one that it waited for.
 * Undefined without a program that measures it: GNU time or python3, on Linux only.
 */
export async function weigh(command: Command, where: Where): Promise<Weighed> {
	found ??= findScale();
	const scale = await found;
	return scale ? weighOn(scale, command, where) : {stdout: await runWell(command, where), peak: undefined};
}
