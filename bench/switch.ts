import {spawn} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {type Clients, type Load, startLoad} from './load.ts';
import {median, runWell} from './measure.ts';
import {findPeers} from './peers.ts';
import {conditions} from './report.ts';
import {compartment, freePort, type Sandbox, withSandbox} from './sandbox.ts';
import {buildSite, type Change, composeSite, describeSite} from './switch-site.ts';

const redeploys = Number(process.env['BENCH_SWITCHES'] ?? 20);
const crowd: Clients = {keepAlive: 6, fresh: 3, slow: 3};
// Leaves the CPU to the measured programs.
const single: Clients = {keepAlive: 1, fresh: 0, slow: 0, pauseMs: 2};

/** Applies one change and resolves with the time at which the switch was confirmed. */
type Redeploy = (change: Change) => Promise<number>;

type Row = {readonly name: string; readonly cells: readonly (string | number)[]};

const versions = Array.from({length: redeploys}, (_, index) => String(index + 2));

/** The time at which the CLI reports that the new deployment serves. */
async function applyAndConfirm({directory: cwd, env}: Sandbox): Promise<number> {
	const [file, ...args] = compartment('apply', '--auto-approve', '--json');
	const child = spawn(file, args, {cwd, env, stdio: ['ignore', 'pipe', 'inherit']});
	let text = '';
	let confirmedAt: number | undefined;
	child.stdout.setEncoding('utf8').on('data', chunk => {
		text += chunk;
		if (text.includes('active, watched for')) confirmedAt ??= Date.now();
	});
	const code = await new Promise(resolve => child.once('close', resolve));
	if (code !== 0 || confirmedAt === undefined) throw new Error(`apply ended with ${code}:\n${text}`);
	return confirmedAt;
}

/** The longest time without an answer to a quick request, in milliseconds. */
function longestSilence({answers}: Load): number {
	const times = answers.flatMap(({isSlow, answeredAt}) => (isSlow ? [] : [answeredAt]));
	return times.reduce((longest, time, index) => Math.max(longest, time - (times[index - 1] ?? time)), 0);
}

function describeLoad(name: string, load: Load, confirmed: ReadonlyMap<string, number>): Row {
	const {answers, losses} = load;
	const late = [...confirmed].flatMap(([version, at]) =>
		answers.filter(answer => answer.sentAt > at && Number(answer.version) < Number(version)),
	);
	const slow = answers.filter(({isSlow}) => isSlow);
	const firstOf = (version: string) => answers.find(answer => answer.version === version && !answer.isSlow);
	const across = [...confirmed.keys()].filter(version => {
		const switchedAt = firstOf(version)?.answeredAt ?? 0;
		return slow.some(
			({sentAt, answeredAt, version: own}) =>
				Number(own) < Number(version) && sentAt < switchedAt && switchedAt < answeredAt,
		);
	});
	const waits = [...confirmed.keys()].flatMap(version => {
		const first = firstOf(version);
		return first ? first.answeredAt - first.readyAt : [];
	});
	const count = answers.length + losses.length;
	const wait =
		waits.length === 0 ? '-' : `${Math.round(median(waits))} (${Math.min(...waits)} to ${Math.max(...waits)})`;
	for (const [text, times] of Map.groupBy(losses, loss => loss))
		process.stderr.write(`${name}: ${times.length} × ${text}\n`);
	return {
		name,
		cells: [
			confirmed.size,
			count,
			losses.length,
			late.length,
			`${across.length} of ${confirmed.size}`,
			longestSilence(load),
			wait,
		],
	};
}

type Scene = {
	readonly port: number;
	readonly host: string;
	readonly redeploy: Redeploy;
	readonly clients?: Clients;
	readonly isMoving?: boolean;
};

async function measureSwitches(
	name: string,
	{port, host, redeploy, clients = crowd, isMoving = false}: Scene,
): Promise<Row> {
	const load = startLoad({port, host}, clients);
	const confirmed = new Map<string, number>();
	for (const version of versions) {
		await pause(300);
		confirmed.set(version, await redeploy({version, isMoving}));
	}
	await pause(500);
	await load.stop();
	return describeLoad(name, load, confirmed);
}

async function ourRows(sandbox: Sandbox): Promise<Row[]> {
	const redeploy: Redeploy = change => {
		describeSite(sandbox, change);
		return applyAndConfirm(sandbox);
	};
	const scene = {port: Number(sandbox.env['COMPARTMENT_ROUTER_PORT']), host: `${sandbox.name}.localhost`, redeploy};
	const measureFromStart = async (name: string, changes: Partial<Scene>) => {
		describeSite(sandbox, {version: '1'});
		await runWell(compartment('apply', '--auto-approve'), {cwd: sandbox.directory, env: sandbox.env});
		return measureSwitches(name, {...scene, ...changes});
	};
	return [
		await measureFromStart('compartment apply', {}),
		await measureFromStart('compartment apply, a service and a rule come and go', {isMoving: true}),
		await measureFromStart('compartment apply, a single client', {clients: single}),
	];
}

const peers = await findPeers();
process.stdout.write(`## Switch, ${redeploys} redeploys under load\n\n${conditions(peers)}\n\n`);
await withSandbox(0, async sandbox => {
	await buildSite(sandbox);
	const rows = await ourRows(sandbox);
	if (peers.compose) {
		const port = await freePort();
		const compose = composeSite(sandbox, peers.compose, port);
		const up = async (version: string) => {
			const {command, ...where} = compose(version);
			await runWell(command, where);
			return Date.now();
		};
		await up('1');
		rows.push(
			await measureSwitches('docker compose up -d', {port, host: 'localhost', redeploy: ({version}) => up(version)}),
		);
	}
	const heads = [
		'command',
		'switches',
		'requests',
		'lost',
		'answered by the old one after it',
		'slow requests across a switch',
		'longest silence ms',
		'ready to traffic ms',
	];
	const lines = [heads, ['---', ...heads.slice(1).map(() => '--:')], ...rows.map(({name, cells}) => [name, ...cells])];
	process.stdout.write(`${lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')}\n\n`);
});
