/**
 * Draws docs/pictures/: frames of the built command line, which runs in a terminal on a copy of an example.
 *
 *   npm run pictures                    all
 *   npm run pictures -- dashboard       only these: apply, plan, dashboard
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {type RequestOptions, request} from 'node:http';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {openStage, type Stage} from './pictures/stage.ts';
import {screenToSvg} from './pictures/svg.ts';

const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url));

type Screen = Parameters<typeof screenToSvg>[0];

const requestOnce = (options: RequestOptions): Promise<void> =>
	new Promise((resolve, reject) => {
		request(options, response => {
			response.resume();
			response.once('end', resolve);
		})
			.once('error', reject)
			.end();
	});

function draw(name: string, screen: Screen): void {
	for (const theme of ['dark', 'light'] as const) {
		const svg = screenToSvg(screen, {title: 'compartment', isDark: theme === 'dark'});
		writeFileSync(join(folder, `${name}-${theme}.svg`), svg);
	}
	console.log(`docs/pictures/${name}-{dark,light}.svg`);
}

/** The first deployment, when the database is ready and the last service is not. */
async function drawApply(stage: Stage): Promise<void> {
	using terminal = stage.open(['apply'], {columns: 100, rows: 30});
	await terminal.waitFor('y/N', 30_000);
	terminal.press('y');
	await terminal.waitFor(/\d\/9 done/, 30_000);
	// Moves to the log of the fourth step, resource.db.
	terminal.press('gjjj');
	await terminal.waitFor(/running +service\.\w+.*ready to accept connections/s, 120_000);
	draw('apply', terminal.screen);
	// The example has a schedule, so the apply offers an agent at its end.
	await terminal.waitFor('Register this project', 60_000);
	terminal.press('n');
	await terminal.ended;
}

/** A change of a source file, of a variable and of the routes. */
function edit({folder: project}: Stage): void {
	const change = (path: string, from: RegExp | string, to: string) => {
		const file = join(project, path);
		const text = readFileSync(file, 'utf8');
		if (text.replace(from, to) === text) throw new Error(`${path} has no ${from} any more`);
		writeFileSync(file, text.replace(from, to));
	};
	change('services/web/page.js', /$/, '// One more line.\n');
	change('compartment.yml', '    port: 3000\n', '    port: 3000\n    env:\n      LOG_LEVEL: debug\n');
	change('compartment.routes.yml', 'routes:\n', 'routes:\n  - on: web\n    path: /metrics\n    to: api\n');
}

async function drawPlan(stage: Stage): Promise<void> {
	using terminal = stage.open(['plan'], {columns: 90, rows: 40});
	await terminal.ended;
	draw('plan', await stage.still(terminal));
}

async function drawApproval(stage: Stage): Promise<void> {
	using terminal = stage.open(['apply'], {columns: 90, rows: 40});
	await terminal.waitFor('y/N', 30_000);
	terminal.press('kk');
	await terminal.waitFor('needed by');
	draw('approve', await stage.still(terminal));
	terminal.press('n');
	await terminal.ended;
}

/** Sends requests for the figures: the router counts those of the last second. */
async function visit({port}: Stage): Promise<void> {
	const ask = (host: string, path: string) => requestOnce({host: '127.0.0.1', port, path, headers: {host}});
	for (let round = 0; round < 8; round++) {
		await Promise.all([ask('notes.localhost', '/'), ask('notes.localhost', '/api/notes')]);
		await sleep(120);
	}
}

/** The dashboard: an environment with its figures, all its logs, and one service's deployments. */
async function drawDashboard(stage: Stage): Promise<void> {
	using terminal = stage.open([], {columns: 104, rows: 26});
	await terminal.waitFor('all healthy', 30_000);
	terminal.press('j');
	await sleep(1500);
	const visits = (async () => {
		for (let round = 0; round < 5; round++) await visit(stage);
	})();
	await terminal.waitFor(/[1-9][\d.]* +0 +\d+ % +\d+ MB/, 20_000);
	draw('dashboard', terminal.screen);
	await visits;
	terminal.press('l');
	await terminal.waitFor('Logs of production');
	await visit(stage);
	terminal.press('/GET /notes\r');
	await terminal.waitFor(/"GET \/notes" \d+ of \d+/);
	draw('logs', terminal.screen);
	terminal.press('q');
	await terminal.ended;
}

/** An environment after a failed apply, with its cause. */
async function drawFailure(stage: Stage): Promise<void> {
	const file = join(stage.folder, 'services/api/server.js');
	const previous = readFileSync(file, 'utf8');
	writeFileSync(file, previous.replace('await checkDatabase();', "throw new Error('relation notes does not exist');"));
	using broken = stage.open(['deploy', '--service', 'api', '--auto-approve', '--plain'], {columns: 100, rows: 30});
	await broken.ended;
	writeFileSync(file, previous);
	using terminal = stage.open([], {columns: 104, rows: 26});
	await terminal.waitFor('latest failed', 30_000);
	await terminal.waitFor('The latest attempt failed', 10_000);
	await terminal.waitFor(/\d % +\d+ MB/, 20_000);
	draw('failure', terminal.screen);
	terminal.press('\r4');
	await terminal.waitFor('DEPLOYMENT', 10_000);
	draw('deployments', terminal.screen);
	terminal.press('q');
	await terminal.ended;
}

/** Runs a command that is in no picture. */
async function succeed(stage: Stage, command: readonly string[]): Promise<void> {
	using terminal = stage.open(command, {columns: 100, rows: 30});
	const {exitCode} = await terminal.ended;
	if (exitCode !== 0) throw new Error(`${command.join(' ')} failed:\n${terminal.scrollback()}`);
}

const asked = process.argv.slice(2);
const isWanted = (name: string) => asked.length === 0 || asked.includes(name);

mkdirSync(folder, {recursive: true});
await using stage = await openStage('internal-tools', 'notes');
await (isWanted('apply') ? drawApply(stage) : succeed(stage, ['deploy', '--auto-approve', '--plain']));
// Until a scheduled backup exists, every plan warns that nothing runs the schedule.
await succeed(stage, ['resource', 'backup', 'run-due']);
if (isWanted('plan')) {
	edit(stage);
	await drawPlan(stage);
	await drawApproval(stage);
}
if (isWanted('dashboard')) {
	await drawDashboard(stage);
	await drawFailure(stage);
}
