import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {rows} from './bars.ts';
import {changeLine, writeLargeService, writeService} from './build-sources.ts';
import {compartment} from './cli.ts';
import {bare, type Contender, measure, mustSay} from './measure.ts';
import {weigh} from './peak.ts';
import {findPeers} from './peers.ts';
import {table} from './report.ts';
import {recordTimings} from './results.ts';
import {type Sandbox, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';

const peers = await findPeers();

/** Jobs, because an apply only builds them, like `docker compose build`. */
function describeJobs({directory, name}: Sandbox, folders: readonly string[]): void {
	const jobs = folders.map(folder => `  ${folder}: {kind: job, path: ${folder}}\n`);
	writeFileSync(join(directory, 'compartment.yml'), `name: ${name}\n\nservices:\n${jobs.join('')}`);
}

/** docker compose with one service in a folder; none if it is not installed. */
function composeOf({directory, name}: Sandbox, folder: string): Contender[] {
	if (!peers.compose) return [];
	const file = join(directory, `compose-${folder}.yaml`);
	const service = `{build: {context: ${folder}, labels: ['compartment.image.project=${name}']}}`;
	writeFileSync(file, `name: ${name}\nservices:\n  ${folder}: ${service}\n`);
	const command = ['docker', 'compose', '--file', file, 'build', '--quiet'] as const;
	return [{name: rows.composeBuild, command: [...command], cwd: directory, env: peers.compose.env}];
}

async function measureRebuild(sandbox: Sandbox): Promise<string> {
	const {directory: cwd, env} = sandbox;
	describeJobs(sandbox, ['detected', 'written']);
	const change = (folder: string) => async () => changeLine(join(cwd, folder));
	const ours = (folder: string, name: string): Contender => ({
		name,
		command: compartment('apply', '--auto-approve', '--service', folder),
		cwd,
		env,
		check: mustSay('Apply done'),
		prepare: change(folder),
	});
	for (const folder of ['detected', 'written', 'composed'])
		writeService(join(cwd, folder), {hasDockerfile: folder !== 'detected'});
	const theirs = composeOf(sandbox, 'composed').map(
		(contender): Contender => ({...contender, prepare: change('composed')}),
	);
	const found = [bare, ours('written', rows.apply), ours('detected', `${rows.apply}, no Dockerfile`), ...theirs];
	const timings = await measure(found, {rounds: 10});
	recordTimings('build', timings);
	return table(timings, [rows.composeBuild]);
}

async function measureLarge(sandbox: Sandbox): Promise<string> {
	const {directory: cwd, env} = sandbox;
	describeJobs(sandbox, ['large']);
	writeLargeService(join(cwd, 'large'));
	const {peak} = await weigh(compartment('apply', '--auto-approve'), {cwd, env});
	const forget = async () => rmSync(join(cwd, '.compartment/production/cache'), {recursive: true, force: true});
	const plan = {command: compartment('plan', '--detailed-exitcode'), cwd, env, check: mustSay('No changes.')};
	const found: Contender[] = [
		bare,
		{...plan, name: rows.plan},
		...composeOf(sandbox, 'large'),
		{...plan, name: `${rows.plan}, every file hashed`, prepare: forget},
	];
	const text = table(await measure(found, {rounds: 10}), [rows.composeBuild]);
	return peak === undefined ? text : `${text}\n\nPeak memory to hash and send it all: ${peak.toFixed(0)} MB.`;
}

heading('Builds', peers);
await section('Rebuild after a changed line of a Node service', () => withSandbox(0, measureRebuild));
await section('Nothing changed, a context of 20,000 files and 500 MB', () => withSandbox(0, measureLarge));
