import {spawn} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {rows as names} from './bars.ts';
import {compartment} from './cli.ts';
import {ask, type Clients, startLoad} from './load.ts';
import {roundsOr} from './measure.ts';
import {weigh} from './peak.ts';
import {findPeers, type Peer} from './peers.ts';
import {type Command, runWell} from './processes.ts';
import {markdown, peakText} from './report.ts';
import {record} from './results.ts';
import {freePort, type Sandbox, withSandbox} from './sandbox.ts';
import {heading, section} from './section.ts';
import {describeLoad, heads, type Row, type Seen} from './switch-rows.ts';
import {buildSite, type Change, composeSite, describeSite, secondPath} from './switch-site.ts';

const redeploys = roundsOr(20);
const crowd: Clients = {keepAlive: 6, fresh: 3, slow: 3};
// Leaves the CPU to the measured programs.
const single: Clients = {keepAlive: 1, fresh: 0, slow: 0, pauseMs: 2};

/** A command line that makes a change, already described in the project's files. */
type Redeploy = {readonly command: Command; readonly cwd: string; readonly env: NodeJS.ProcessEnv};

type Scene = {
	readonly port: number;
	readonly host: string;
	readonly prepare: (change: Change) => Redeploy;
	/** Runs the command line and resolves with the time at which the switch was confirmed. */
	readonly confirm: (redeploy: Redeploy) => Promise<number>;
	readonly clients?: Clients;
	readonly isMoving?: boolean;
};

const versions = Array.from({length: redeploys}, (_, index) => String(index + 2));
const lastVersion = String(redeploys + 2);

/** The time at which the CLI reports that the new deployment serves. */
async function applyAndConfirm({command: [file, ...args], cwd, env}: Redeploy): Promise<number> {
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

async function runAndConfirm({command, ...where}: Redeploy): Promise<number> {
	await runWell(command, where);
	return Date.now();
}

async function measureSwitches(name: string, scene: Scene): Promise<Row> {
	const {port, host, prepare, confirm, clients = crowd, isMoving = false} = scene;
	await runWell(...commandOf(prepare({version: '1'})));
	const load = startLoad({port, host}, clients);
	const seen = new Map<string, Seen>();
	const secondReadyAt = async (path: string) => {
		const {response, body} = await ask({port, host, method: 'GET', path, agent: false});
		const readyAt = Number(body.split(' ')[1]);
		if (response.statusCode === 200 && readyAt > 0) return readyAt;
		throw new Error(`${path} answered ${response.statusCode} ${body}`);
	};
	try {
		for (const version of versions) {
			await pause(300);
			const change = {version, isMoving};
			const confirmedAt = await confirm(prepare(change));
			const path = secondPath(change);
			seen.set(version, {confirmedAt, secondReadyAt: path ? await secondReadyAt(`${path}/`) : 0});
		}
		await pause(500);
	} finally {
		await load.stop();
	}
	const {peak} = await weigh(...commandOf(prepare({version: lastVersion, isMoving})));
	return {...describeLoad(name, load, seen), peaks: peak === undefined ? [] : [peak]};
}

const commandOf = ({command, ...where}: Redeploy) => [command, where] as const;

async function ourRows(sandbox: Sandbox): Promise<Row[]> {
	const {directory: cwd, env, name} = sandbox;
	const scene: Scene = {
		port: Number(env['COMPARTMENT_ROUTER_PORT']),
		host: `${name}.localhost`,
		prepare(change) {
			describeSite(sandbox, change);
			return {command: compartment('apply', '--auto-approve', '--json'), cwd, env};
		},
		confirm: applyAndConfirm,
	};
	return [
		await measureSwitches(names.apply, scene),
		await measureSwitches(names.moving, {...scene, isMoving: true}),
		await measureSwitches(`${names.apply}, a single client`, {...scene, clients: single}),
	];
}

async function composeRow(sandbox: Sandbox, peer: Peer): Promise<Row> {
	const port = await freePort();
	const compose = composeSite(sandbox, peer, port);
	const prepare = ({version}: Change) => compose(version);
	return measureSwitches(names.waiting, {port, host: 'localhost', prepare, confirm: runAndConfirm});
}

const peers = await findPeers();
heading(`Switch, ${redeploys} redeploys under load`, peers);
await section(undefined, () =>
	withSandbox(0, async sandbox => {
		await buildSite(sandbox);
		const ours = await ourRows(sandbox);
		const waits = ours.map(({name, waits: values, peaks}) => ({table: 'switch' as const, row: name, values, peaks}));
		record([...waits, {table: 'switch', row: names.lost, values: ours.map(({lost}) => lost), peaks: []}]);
		const all = [...ours, ...(peers.compose ? [await composeRow(sandbox, peers.compose)] : [])];
		return markdown([heads, ...all.map(({name, cells, peaks}) => [name, ...cells, peakText(peaks)])]);
	}),
);
