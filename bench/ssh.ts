import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {rows} from './bars.ts';
import {changeLine, writeHeavyService} from './build-sources.ts';
import {compartment} from './cli.ts';
import {writeCompose} from './compose.ts';
import {type Contender, measure, mustSay, roundsOr} from './measure.ts';
import {findPeers} from './peers.ts';
import {runWell} from './processes.ts';
import {type Remote, type Remotes, withRemotes} from './remote.ts';
import {markdown, table} from './report.ts';
import {record, recordTimings} from './results.ts';
import {withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';
import {median} from './statistics.ts';

const peers = await findPeers();

/** How a command reaches the engine, and what is added to its row. */
type Way = readonly [suffix: string, env: Readonly<Record<string, string>>];

const connectedWays = ({near, far}: Remotes): Way[] => [
	['', {}],
	[rows.connected, near.connected],
	[rows.connectedFar, far.connected],
];

const newWays = ({near, far}: Remotes): Way[] => [
	[', a new ssh', near.env],
	[', a new ssh, 40 ms', far.env],
];

const measurePlan = (remotes: Remotes): Promise<string> =>
	withSandbox(50, async sandbox => {
		const {directory: cwd, env} = sandbox;
		await runWell(compartment('apply', '--auto-approve'), {cwd, env});
		const plan = {command: compartment('plan', '--detailed-exitcode'), cwd, check: mustSay('No changes.')};
		const ours = [...connectedWays(remotes), ...newWays(remotes)].map(
			([suffix, given]): Contender => ({...plan, name: `${rows.plan}${suffix}`, env: {...env, ...given}}),
		);
		const theirs: Contender[] = [];
		if (peers.compose) {
			const {command, ...where} = writeCompose(sandbox, peers.compose);
			await runWell(command('up', '--detach'), where);
			for (const [suffix, given] of [['', {}] as const, ...newWays(remotes)])
				theirs.push({
					...where,
					name: `${rows.up}${suffix}`,
					command: command('up', '--detach'),
					env: {...where.env, ...given},
				});
		}
		const timings = await measure([...ours, ...theirs], {rounds: 12});
		recordTimings('ssh-plan', timings);
		return table(timings, [rows.plan, `${rows.up}, a new ssh`]);
	});

const measureBuild = (remotes: Remotes): Promise<string> =>
	withSandbox(0, async sandbox => {
		const {directory: cwd, name, env} = sandbox;
		const folder = join(cwd, 'heavy');
		writeHeavyService(folder);
		writeFileSync(join(cwd, 'compartment.yml'), `name: ${name}\n\nservices:\n  heavy: {kind: job, path: heavy}\n`);
		const prepare = async () => changeLine(folder);
		const apply = {command: compartment('apply', '--auto-approve'), cwd, check: mustSay('Apply done'), prepare};
		const ways: Way[] = [
			['', {}],
			[rows.connected, remotes.near.connected],
			[', a new ssh', remotes.near.env],
			[rows.slow, remotes.slow.env],
		];
		const found = ways.map(
			([suffix, given]): Contender => ({...apply, name: `${rows.apply}${suffix}`, env: {...env, ...given}}),
		);
		if (peers.compose) {
			const file = join(cwd, 'compose-heavy.yaml');
			const labels = `labels: ['compartment.image.project=${name}']`;
			writeFileSync(file, `name: ${name}\nservices:\n  heavy: {build: {context: heavy, ${labels}}}\n`);
			const command = ['docker', 'compose', '--file', file, 'build', '--quiet'] as const;
			for (const [suffix, given] of [ways[0]!, ways[2]!, ways[3]!])
				found.push({
					name: `${rows.composeBuild}${suffix}`,
					...{command: [...command], cwd, env: {...peers.compose.env, ...given}, prepare},
				});
		}
		const timings = await measure(found, {rounds: 5, weighings: 1});
		recordTimings('ssh-build', timings);
		return table(timings, [rows.apply, `${rows.composeBuild}, a new ssh`]);
	});

/** Failures of many calls at once, and how long all of them took. */
async function measureParallel({near, far}: Remotes): Promise<string> {
	const program = fileURLToPath(new URL('parallel-calls.ts', import.meta.url));
	const ask = async ({env}: Remote) => {
		const stdout = await runWell([process.execPath, program, '100'], {env: {...process.env, ...env}});
		return JSON.parse(stdout) as {failed: number; ms: number};
	};
	const found = [];
	for (const [name, remote] of [
		['sshd with its defaults', near],
		['the same, 40 ms', far],
	] as const) {
		const rounds = [];
		for (let round = 0; round < roundsOr(10); round++) rounds.push(await ask(remote));
		found.push({name, failed: rounds.map(({failed}) => failed), times: rounds.map(({ms}) => ms)});
	}
	const failed = found.flatMap(each => each.failed);
	record([{table: 'ssh-calls', row: rows.failed, values: failed, peaks: []}]);
	return markdown([
		['100 calls at once', 'failed', 'median ms', 'max'],
		...found.map(each => [
			each.name,
			each.failed.reduce((sum, count) => sum + count, 0),
			median(each.times).toFixed(0),
			Math.max(...each.times).toFixed(0),
		]),
	]);
}

heading('An engine behind ssh', peers);
await withRemotes(async remotes => {
	await section('Plan without changes, 50 services', () => measurePlan(remotes));
	await section('Rebuild after a changed line, a context of 200 MB', () => measureBuild(remotes));
	await section('Many calls', () => measureParallel(remotes));
});
