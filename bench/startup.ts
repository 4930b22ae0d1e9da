import {fileURLToPath} from 'node:url';
import {compartment} from './cli.ts';
import {bare, type Contender, measure} from './measure.ts';
import {findPeers} from './peers.ts';
import {runWell} from './processes.ts';
import {table} from './report.ts';
import {hasEngine, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';

const example = fileURLToPath(new URL('../examples/internal-tools', import.meta.url));
const peers = await findPeers();

const always: readonly Contender[] = [
	bare,
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

async function measureAll(withEngine: readonly Contender[]): Promise<string> {
	const timings = await measure([...always, ...withEngine, ...tools], {rounds: 50});
	return table(timings, [bare.name, 'terraform version', 'docker compose version']);
}

const withPlan = (): Promise<string> =>
	withSandbox(3, async ({directory: cwd, env}) => {
		await runWell(compartment('apply', '--auto-approve'), {cwd, env});
		const command = compartment('plan', '--json');
		return measureAll([{name: 'compartment plan --json, 3 services', command, cwd, env}]);
	});

heading('Start-up', peers);
await section(undefined, (await hasEngine()) ? withPlan : () => measureAll([]));
