import {fileURLToPath} from 'node:url';
import {type Contender, measure, runWell} from './measure.ts';
import {findPeers} from './peers.ts';
import {conditions, table} from './report.ts';
import {compartment, hasEngine, withSandbox} from './sandbox.ts';

const bare = 'node -e 0';
const example = fileURLToPath(new URL('../examples/internal-tools', import.meta.url));
const peers = await findPeers();

const always: readonly Contender[] = [
	{name: bare, command: [process.execPath, '-e', '0']},
	{name: 'compartment --version', command: compartment('--version')},
	{name: 'compartment --help', command: compartment('--help')},
	{name: 'compartment validate', command: compartment('validate'), cwd: example},
];

const tools: readonly Contender[] = [
	...(peers.terraform
		? [{name: 'terraform version', command: ['terraform', 'version'] as const, env: peers.terraform.env}]
		: []),
	...(peers.compose
		? [{name: 'docker compose version', command: ['docker', 'compose', 'version'] as const, env: peers.compose.env}]
		: []),
];

async function report(withEngine: readonly Contender[]): Promise<void> {
	const timings = await measure([...always, ...withEngine, ...tools], {rounds: 50});
	process.stdout.write(`${table(timings, [bare, 'terraform version', 'docker compose version'])}\n\n`);
}

process.stdout.write(`## Start-up\n\n${conditions(peers)}\n\n`);
if (await hasEngine())
	await withSandbox(3, async ({directory, env}) => {
		await runWell(compartment('apply', '--auto-approve'), {cwd: directory, env});
		await report([
			{name: 'compartment plan --json, 3 services', command: compartment('plan', '--json'), cwd: directory, env},
		]);
	});
else await report([]);
