import {rows} from './bars.ts';
import {compartment} from './cli.ts';
import {writeCompose} from './compose.ts';
import {bare, type Contender, measure, mustSay} from './measure.ts';
import {findPeers} from './peers.ts';
import {runWell} from './processes.ts';
import {table} from './report.ts';
import {recordTimings, type TableId} from './results.ts';
import {type Sandbox, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';
import {applyTerraform} from './terraform.ts';

const peers = await findPeers();

function ours({directory: cwd, env}: Sandbox): Contender[] {
	const command = (name: string, ...args: string[]): Contender => ({name, command: compartment(...args), cwd, env});
	return [
		command(rows.plan, 'plan', '--detailed-exitcode'),
		command('compartment plan --json', 'plan', '--json', '--detailed-exitcode'),
		{...command(rows.apply, 'apply', '--auto-approve'), check: mustSay('No changes.')},
		command('compartment status', 'status'),
	];
}

async function terraform(sandbox: Sandbox): Promise<Contender[]> {
	if (!peers.terraform) return [];
	const cwd = await applyTerraform(sandbox, peers.terraform);
	const command = ['terraform', 'plan', '-input=false', '-no-color'] as const;
	return [{name: rows.terraformPlan, command, cwd, env: peers.terraform.env, check: mustSay('No changes.')}];
}

async function compose(sandbox: Sandbox): Promise<Contender[]> {
	if (!peers.compose) return [];
	const {command, ...where} = writeCompose(sandbox, peers.compose);
	await runWell(command('up', '--detach'), where);
	return [
		{name: rows.up, command: command('up', '--detach'), ...where},
		{name: 'docker compose ps', command: command('ps'), ...where},
		{name: 'docker compose config', command: command('config', '--quiet'), ...where},
	];
}

const measureCount = (count: number, id: TableId): Promise<string> =>
	withSandbox(count, async sandbox => {
		const {directory: cwd, env} = sandbox;
		await runWell(compartment('apply', '--auto-approve'), {cwd, env});
		const found = [bare, ...ours(sandbox), ...(await terraform(sandbox)), ...(await compose(sandbox))];
		const timings = await measure(found, {rounds: 20});
		recordTimings(id, timings);
		return table(timings, [bare.name, rows.terraformPlan, rows.up]);
	});

heading('Plan and apply without changes', peers);
await section('20 services', () => measureCount(20, 'plan-20'));
await section('100 services', () => measureCount(100, 'plan-100'));
