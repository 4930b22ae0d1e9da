import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compartment} from './cli.ts';
import {bare, type Contender, measure} from './measure.ts';
import {runWell} from './processes.ts';
import {table} from './report.ts';
import {hasEngine, type Sandbox, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';

const count = 1000;

/** Fails unless a command printed all variables. */
function mustListAll(stdout: string): void {
	const listed = stdout.match(/^KEY_\d+ +sensitive .*<hidden>$/gm)?.length ?? 0;
	if (listed !== count) throw new Error(`expected ${count} variables, but it listed ${listed}:\n${stdout}`);
}

/** Imports the given number of sensitive variables at once; the service gets all of them. */
async function setAll({directory, env}: Sandbox): Promise<void> {
	const lines = Array.from({length: count}, (_, index) => `KEY_${index}=value ${index} ${'x'.repeat(40)}`);
	writeFileSync(join(directory, 'all.env'), `${lines.join('\n')}\n`, {mode: 0o600});
	await runWell(compartment('variable', 'import', '--sensitive', '--file', 'all.env'), {cwd: directory, env});
}

async function contenders(sandbox: Sandbox): Promise<Contender[]> {
	const {directory: cwd, env} = sandbox;
	await setAll(sandbox);
	await runWell(compartment('apply', '--auto-approve'), {cwd, env});
	let round = 0;
	const set = (name: string, input: () => string): Contender => ({
		name,
		// The value comes through a pipe, as secrets do; the shell that makes the pipe is part of the time.
		command: ['sh', '-c', '"$@" < value', 'sh', ...compartment('variable', 'set', 'KEY_7', '--sensitive', '--stdin')],
		cwd,
		env,
		prepare: async () => writeFileSync(join(cwd, 'value'), input(), {mode: 0o600}),
	});
	return [
		bare,
		{name: 'variable list', command: compartment('variable', 'list'), cwd, env, check: mustListAll},
		set('variable set, another value', () => `value ${round++}`),
		set('variable set, the same value', () => 'the same value'),
		{name: 'plan', command: compartment('plan'), cwd, env},
	];
}

heading(`${count} sensitive variables`);
await section(undefined, async () =>
	(await hasEngine())
		? withSandbox(1, async sandbox => table(await measure(await contenders(sandbox), {rounds: 15}), [bare.name]))
		: 'No engine answers: nothing measured.',
);
