import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {TestTerminal} from '../terminal/terminal.ts';
import {containersAt, expectError, jsonLines, withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';
import {until} from './helpers.ts';

const environment = 'development';
const sandbox = withSandbox(opened => {
	opened.addService('web');
	opened.describe({
		services: {
			web: {
				path: './services/web',
				accessMode: 'public',
				port: 3000,
				readiness: {type: 'http', path: '/healthz', timeoutMs: 3000},
			},
		},
	});
});

const answer = async () => (await sandbox.ask('/', {environment})).body;
const serves = (text: string) => until(async () => (await answer()) === text, 60_000);
const runs = (text: string) => [...text.matchAll(/(?:done|failed|running|waiting) +\d\d:\d\d:\d\d/g)].length;

/** Sends requests until it is stopped. Returns the answers that were no success. */
function keepAsking() {
	let isStopped = false;
	const lost: unknown[] = [];
	const asked = (async () => {
		while (!isStopped) {
			const got = await sandbox.ask('/', {environment}).catch((error: unknown) => error);
			if ((got as {status?: number}).status !== 200) lost.push(got);
			await pause(15);
		}
	})();
	return async () => {
		isStopped = true;
		await asked;
		return lost;
	};
}

async function approve(terminal: TestTerminal) {
	await terminal.waitFor(/y\/N/, 30_000);
	terminal.press('y');
	await terminal.waitFor(/ {2}watching/, 60_000);
}

test('what is saved runs without a question and without a lost request, and a failure keeps what ran', async () => {
	using terminal = openCli(sandbox, ['dev'], {columns: 120, rows: 40});
	await approve(terminal);
	expect(await answer()).toBe('web v1');

	const stop = keepAsking();
	sandbox.setVersion('web', 'v2');
	await serves('web v2');
	await terminal.waitFor(/done +\d\d:\d\d:\d\d +\+\/- web +source changed \(1 file: version\.txt\)/, 20_000);

	// A burst, and saves while it is applied: one apply, and one more for the rest.
	const before = runs(await terminal.waitFor(/ {2}watching/, 20_000));
	for (let count = 0; count < 12; count++) {
		sandbox.setVersion('web', `v3.${count}`);
		await pause(70);
	}
	await serves('web v3.11');
	const after = runs(await terminal.waitFor(/ {2}watching/, 20_000)) - before;
	expect(after).toBeGreaterThanOrEqual(1);
	expect(after).toBeLessThanOrEqual(2);

	sandbox.write({'services/web/broken.mjs': 'let = ;\n', 'services/web/.dockerignore': 'broken.mjs\n'});
	await terminal.waitFor(/source changed \([12] files?: \.dockerignore/, 20_000);
	await terminal.waitFor(/ {2}watching/, 30_000);
	sandbox.write({'services/web/Dockerfile': 'FROM node:24-slim\nRUN echo cannot compile && exit 3\n'});
	expect(await terminal.waitFor(/failed, waiting for the next change/, 30_000)).toContain('cannot compile');
	sandbox.addService('web', 'v4 unready');
	await terminal.waitFor(/failed, waiting for the next change[\s\S]*last probe: .*503/, 30_000);
	expect(await answer()).toBe('web v3.11');
	sandbox.setVersion('web', 'v5');
	await serves('web v5');
	await terminal.waitFor(/ {2}watching/, 20_000);
	expect(await stop()).toEqual([]);

	terminal.press('\u0003');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.isAlternateScreen()).toBe(false);
	expect(terminal.scrollback()).toContain('development keeps running. Stop it: compartment stop --env development.');
	expect(
		containersAt(await sandbox.observe(environment), 'service.web').filter(({state}) => state === 'running'),
	).toHaveLength(1);
}, 240_000);

test('in a pipe there is a line for each event, and no plan is applied that nobody approved', async () => {
	expectError(await sandbox.run(['dev', '--env', 'production']), 'The environment production is not for this');
	sandbox.setVersion('web', 'v6');
	expectError(await sandbox.run(['dev']), 'Cannot ask for approval');
	const running = sandbox.start(['dev', '--auto-approve', '--json']);
	await running.shows('"type":"watching"');
	sandbox.setVersion('web', 'v7');
	await serves('web v7');
	await until(() => running.stdout().split('"type":"watching"').length > 2, 30_000);
	running.child.kill('SIGINT');
	const {exitCode, stdout} = await running.ended;
	expect(exitCode).toBe(0);
	const types = jsonLines(stdout).map(({type}) => type);
	expect(types).toEqual(expect.arrayContaining(['plan', 'changed', 'step-done', 'summary', 'ended', 'line', 'left']));
}, 180_000);
