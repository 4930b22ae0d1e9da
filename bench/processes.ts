import {type SpawnOptions, spawn} from 'node:child_process';

export type Command = readonly [string, ...string[]];

export type Outcome = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

/** Runs a command to its end and keeps its output. */
export function run(command: Command, options: SpawnOptions = {}): Promise<Outcome> {
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

/** Like `run`, for commands that must succeed. Resolves with the standard output. */
export async function runWell(command: Command, options: SpawnOptions = {}): Promise<string> {
	const {code, stdout, stderr} = await run(command, options);
	if (code === 0) return stdout;
	throw new Error(`${command.join(' ')} ended with ${code}:\n${stderr || stdout}`);
}

/** The lines that a command prints, without empty ones; none if it fails. */
export const linesOf = async (...command: Command): Promise<string[]> =>
	(await run(command)).stdout.split('\n').filter(line => line !== '');
