import {writeCompose} from './compose.ts';
import {type Contender, measure, runWell} from './measure.ts';
import {findPeers} from './peers.ts';
import {conditions, table} from './report.ts';
import {compartment, withSandbox} from './sandbox.ts';

const count = 20;
const composeUp = 'docker compose up -d';
const peers = await findPeers();

process.stdout.write(`## First apply, ${count} services\n\n${conditions(peers)}\n\n`);
await withSandbox(count, async sandbox => {
	const {directory: cwd, env} = sandbox;
	const apply: Contender = {
		name: 'compartment apply',
		command: compartment('apply', '--auto-approve'),
		cwd,
		env,
		async prepare() {
			await runWell(compartment('destroy', '--auto-approve', '--delete-data'), {cwd, env});
		},
	};
	const found = [apply];
	if (peers.compose) {
		const {command, ...where} = writeCompose(sandbox, peers.compose);
		found.push({
			name: composeUp,
			command: command('up', '--detach'),
			...where,
			async prepare() {
				await runWell(command('down', '--timeout', '0'), where);
			},
		});
	}
	await runWell(apply.command, {cwd, env});
	const timings = await measure(found, {rounds: 5, warmUps: 1});
	process.stdout.write(`${table(timings, [composeUp])}\n\n`);
});
