import {rows} from './bars.ts';
import {compartment} from './cli.ts';
import {writeCompose} from './compose.ts';
import {type Contender, measure} from './measure.ts';
import {findPeers} from './peers.ts';
import {runWell} from './processes.ts';
import {table} from './report.ts';
import {recordTimings} from './results.ts';
import {withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';

const count = 20;
const peers = await findPeers();

heading(`Destroy, ${count} services`, peers);
await section(undefined, () =>
	withSandbox(count, async sandbox => {
		const {directory: cwd, env} = sandbox;
		const found: Contender[] = [
			{
				name: rows.destroy,
				command: compartment('destroy', '--auto-approve'),
				cwd,
				env,
				async prepare() {
					await runWell(compartment('apply', '--auto-approve'), {cwd, env});
				},
			},
		];
		if (peers.compose) {
			const {command, ...where} = writeCompose(sandbox, peers.compose);
			found.push({
				name: rows.composeDown,
				command: command('down'),
				...where,
				async prepare() {
					await runWell(command('up', '--detach'), where);
				},
			});
		}
		const timings = await measure(found, {rounds: 7, weighings: 1});
		recordTimings('destroy', timings);
		return table(timings, [rows.composeDown]);
	}),
);
