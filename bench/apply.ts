import {rows} from './bars.ts';
import {compartment} from './cli.ts';
import {writeCompose} from './compose.ts';
import {type Contender, measure} from './measure.ts';
import {findPeers} from './peers.ts';
import {runWell} from './processes.ts';
import {table} from './report.ts';
import {recordTimings, type TableId} from './results.ts';
import {withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';
import {resourcesAndWorker, type Shape, sites} from './shapes.ts';

const count = 20;
const peers = await findPeers();

type Case = {
	readonly title: string;
	readonly id: TableId;
	readonly shape: Shape;
	/** What docker compose does, by the name of its row. */
	readonly theirs: {readonly name: string; readonly args: readonly string[]};
};

const measureCase = ({id, shape, theirs}: Case): Promise<string> =>
	withSandbox(
		count,
		async sandbox => {
			const {directory: cwd, env} = sandbox;
			const compose = peers.compose && writeCompose(sandbox, peers.compose);
			// Nothing of the other one may run either: the health checks of compose start twenty processes a second.
			const prepare = async () => {
				await runWell(compartment('destroy', '--auto-approve', '--delete-data'), {cwd, env});
				if (compose) await runWell(compose.command('down', '--timeout', '0'), compose);
			};
			const found: Contender[] = [
				{name: rows.apply, command: compartment('apply', '--auto-approve'), cwd, env, prepare},
			];
			if (compose) {
				const {command, ...where} = compose;
				found.push({name: theirs.name, command: command(...theirs.args), ...where, prepare});
			}
			// Before the first destroy there has to be a state.
			await runWell(compartment('apply', '--auto-approve'), {cwd, env});
			const timings = await measure(found, {rounds: 7, weighings: 1});
			recordTimings(id, timings);
			return table(timings, [theirs.name]);
		},
		shape,
	);

const cases: readonly Case[] = [
	{
		title: `${count} resources and a worker`,
		id: 'apply-resources',
		shape: resourcesAndWorker,
		theirs: {name: rows.up, args: ['up', '--detach']},
	},
	{
		title: `${count} services with HTTP readiness`,
		id: 'apply-services',
		shape: sites,
		theirs: {name: rows.waiting, args: ['up', '--detach', '--wait']},
	},
];

heading('First apply', peers);
for (const each of cases) await section(each.title, () => measureCase(each));
