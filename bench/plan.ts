import {writeCompose} from './compose.ts';
import {type Contender, measure, runWell} from './measure.ts';
import {findPeers} from './peers.ts';
import {conditions, table} from './report.ts';
import {compartment, type Sandbox, withSandbox} from './sandbox.ts';
import {applyTerraform} from './terraform.ts';

const count = 100;
const bare = 'node -e 0';
const terraformPlan = 'terraform plan';
const composeUp = 'docker compose up -d';
const peers = await findPeers();

/** Fails unless a command printed the text, so that no plan with changes is timed. */
const mustSay =
	(text: string) =>
	(stdout: string): void => {
		if (!stdout.includes(text)) throw new Error(`expected "${text}", but it said:\n${stdout}`);
	};

async function contenders(sandbox: Sandbox): Promise<Contender[]> {
	const {directory: cwd, env} = sandbox;
	await runWell(compartment('apply', '--auto-approve'), {cwd, env});
	const found: Contender[] = [
		{name: bare, command: [process.execPath, '-e', '0']},
		{name: 'compartment plan', command: compartment('plan', '--detailed-exitcode'), cwd, env},
		{name: 'compartment plan --json', command: compartment('plan', '--json', '--detailed-exitcode'), cwd, env},
		{name: 'compartment status', command: compartment('status'), cwd, env},
	];
	if (peers.terraform) {
		const folder = await applyTerraform(sandbox, peers.terraform);
		found.push({
			name: terraformPlan,
			command: ['terraform', 'plan', '-input=false', '-no-color'],
			cwd: folder,
			env: peers.terraform.env,
			check: mustSay('No changes.'),
		});
	}
	if (peers.compose) {
		const {command, ...where} = writeCompose(sandbox, peers.compose);
		await runWell(command('up', '--detach'), where);
		found.push(
			{name: composeUp, command: command('up', '--detach'), ...where},
			{name: 'docker compose ps', command: command('ps'), ...where},
			{name: 'docker compose config', command: command('config', '--quiet'), ...where},
		);
	}
	return found;
}

process.stdout.write(`## Plan without changes, ${count} services\n\n${conditions(peers)}\n\n`);
await withSandbox(count, async sandbox => {
	const timings = await measure(await contenders(sandbox), {rounds: 20});
	process.stdout.write(`${table(timings, [bare, terraformPlan, composeUp])}\n\n`);
});
