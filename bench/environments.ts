import {writeFileSync} from 'node:fs';
import {get} from 'node:http';
import {join} from 'node:path';
import {compartment} from './cli.ts';
import {weigh} from './peak.ts';
import {linesOf, runWell} from './processes.ts';
import {markdown, peakText} from './report.ts';
import {type Sandbox, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';
import {median} from './statistics.ts';
import {buildSite, describeSite} from './switch-site.ts';

const count = Number(process.env['BENCH_ENVIRONMENTS'] ?? 50);
const names = Array.from({length: count}, (_, index) => `preview-${index + 1}`);
// Two networks of 64 addresses for each environment.
const pool = '10.217.0.0/19';

const statusOf = (port: number, host: string): Promise<number> =>
	new Promise((resolve, reject) => {
		get({host: '127.0.0.1', port, headers: {host}}, response => {
			response.resume();
			resolve(response.statusCode ?? 0);
		}).once('error', reject);
	});

async function countServing({name, env}: Sandbox): Promise<number> {
	const port = Number(env['COMPARTMENT_ROUTER_PORT']);
	const answers = await Promise.all(names.map(environment => statusOf(port, `${name}-${environment}.localhost`)));
	return answers.filter(status => status === 200).length;
}

const networksOf = ({name}: Sandbox): Promise<string[]> =>
	linesOf('docker', 'network', 'ls', '--quiet', '--filter', `label=compartment.project=${name}`);

const subnetsOf = async (sandbox: Sandbox): Promise<string[]> => {
	const format = ['--format', '{{range .IPAM.Config}}{{.Subnet}}{{end}}'];
	return linesOf('docker', 'network', 'inspect', ...format, ...(await networksOf(sandbox)));
};

async function timed(work: () => Promise<unknown>): Promise<number> {
	const startedAt = performance.now();
	await work();
	return Math.round(performance.now() - startedAt);
}

/** Milliseconds until all environments answer again. */
const untilServing = (sandbox: Sandbox) =>
	timed(async () => {
		const deadline = Date.now() + 60_000;
		while ((await countServing(sandbox).catch(() => 0)) < count)
			if (Date.now() > deadline) throw new Error('not every environment serves again');
	});

async function measureEnvironments(sandbox: Sandbox): Promise<string> {
	await buildSite(sandbox);
	describeSite(sandbox, {version: '1'});
	writeFileSync(
		join(sandbox.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'),
		JSON.stringify({minHealthyMs: 0, networkPool: pool}),
	);
	const {COMPARTMENT_NETWORK_POOL: _, ...env} = sandbox.env;
	const where = {cwd: sandbox.directory, env};
	const deploys: number[] = [];
	for (const name of names)
		deploys.push(await timed(() => runWell(compartment('apply', '--env', name, '--auto-approve'), where)));
	const serving = await countServing(sandbox);
	const subnets = await subnetsOf(sandbox);
	const router = env['COMPARTMENT_ROUTER_NAME']!;
	const restart = await timed(() => runWell(['docker', 'restart', '--time', '1', router]));
	const again = await untilServing(sandbox);
	const planOne = compartment('plan', '--env', names.at(-1)!, '--detailed-exitcode');
	const plan = await timed(() => runWell(planOne, where));
	const {peak} = await weigh(planOne, where);
	const destroys: number[] = [];
	for (const name of names)
		destroys.push(await timed(() => runWell(compartment('destroy', '--env', name, '--auto-approve'), where)));
	const left = (await networksOf(sandbox)).length;
	if (serving < count || left > 0) process.exitCode = 1;
	return markdown([
		['what', 'figure'],
		['environments that serve', `${serving} of ${count}`],
		['networks, different subnets', `${subnets.length}, ${new Set(subnets).size}`],
		['first apply of one: median, first, last ms', `${median(deploys)}, ${deploys[0]}, ${deploys.at(-1)}`],
		['plan of one among all ms', plan],
		['plan of one among all, peak MB', peakText(peak === undefined ? [] : [peak])],
		["restart of the router's container ms", restart],
		['then until all of them serve ms', again],
		['destroy of one: median ms', median(destroys)],
		['networks left', left],
	]);
}

heading(`${count} environments of one project`);
await section(undefined, () => withSandbox(0, measureEnvironments));
