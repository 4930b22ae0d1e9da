import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {changeLine, writeLargeService, writeService} from './build-sources.ts';
import {type Contender, measure, run} from './measure.ts';
import {findPeers} from './peers.ts';
import {conditions, table} from './report.ts';
import {compartment, type Sandbox, withSandbox} from './sandbox.ts';

const bare = 'node -e 0';
const composeBuild = 'docker compose build';
const peers = await findPeers();
const node: Contender = {name: bare, command: [process.execPath, '-e', '0']};

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
	return [{name: composeBuild, command: [...command], cwd: directory, env: peers.compose.env}];
}

/** Like `withSandbox`, but also removes the images built in it. */
const withBuilds = (use: (sandbox: Sandbox) => Promise<void>): Promise<void> =>
	withSandbox(0, async sandbox => {
		try {
			await use(sandbox);
		} finally {
			const filter = ['--filter', `label=compartment.image.project=${sandbox.name}`];
			const {stdout} = await run(['docker', 'images', '--quiet', '--no-trunc', ...filter]);
			const images = [...new Set(stdout.split('\n').filter(Boolean))];
			if (images.length > 0) await run(['docker', 'image', 'rm', '--force', ...images]);
		}
	});

const mustSay =
	(text: string) =>
	(stdout: string): void => {
		if (!stdout.includes(text)) throw new Error(`expected "${text}", but it said:\n${stdout}`);
	};

const peakName = 'peak memory ';
const tellPeak = `process.on('exit', () => process.stderr.write('${peakName}' + process.resourceUsage().maxRSS))`;

/** Peak memory of a command, in MB. */
async function peakOf(sandbox: Sandbox, ...args: string[]): Promise<string> {
	const [file, ...rest] = compartment(...args);
	const where = {cwd: sandbox.directory, env: sandbox.env};
	const {stderr} = await run([file, '--import', `data:text/javascript,${tellPeak}`, ...rest], where);
	return `${(Number(stderr.split(peakName)[1]) / 1024).toFixed(0)} MB`;
}

process.stdout.write(`## Builds\n\n${conditions(peers)}\n\n### Rebuild after a changed line of a Node service\n\n`);
await withBuilds(async sandbox => {
	const {directory: cwd, env} = sandbox;
	describeJobs(sandbox, ['detected', 'written']);
	const ours = (folder: string, name: string): Contender => ({
		name,
		command: compartment('apply', '--auto-approve', '--service', folder),
		cwd,
		env,
		check: mustSay('Apply done'),
		prepare: async () => changeLine(join(cwd, folder)),
	});
	for (const folder of ['detected', 'written', 'composed'])
		writeService(join(cwd, folder), {hasDockerfile: folder !== 'detected'});
	const theirs = composeOf(sandbox, 'composed').map(
		(contender): Contender => ({...contender, prepare: async () => changeLine(join(cwd, 'composed'))}),
	);
	const found = [
		node,
		ours('written', 'compartment apply'),
		ours('detected', 'compartment apply, no Dockerfile'),
		...theirs,
	];
	process.stdout.write(`${table(await measure(found, {rounds: 10}), [composeBuild])}\n\n`);
});

process.stdout.write('### Nothing changed, a context of 20,000 files and 500 MB\n\n');
await withBuilds(async sandbox => {
	const {directory: cwd, env} = sandbox;
	describeJobs(sandbox, ['large']);
	writeLargeService(join(cwd, 'large'));
	const applyPeak = await peakOf(sandbox, 'apply', '--auto-approve');
	const forget = async () => rmSync(join(cwd, '.compartment/production/cache'), {recursive: true});
	const plan = {command: compartment('plan', '--detailed-exitcode'), cwd, env, check: mustSay('No changes.')};
	const found: Contender[] = [
		node,
		{...plan, name: 'compartment plan'},
		...composeOf(sandbox, 'large'),
		{...plan, name: 'compartment plan, every file hashed', prepare: forget},
	];
	process.stdout.write(`${table(await measure(found, {rounds: 10}), [composeBuild])}\n\n`);
	await forget();
	const planPeak = await peakOf(sandbox, 'plan');
	process.stdout.write(`Peak memory: ${planPeak} to hash it all, ${applyPeak} to hash and send it all.\n\n`);
});
