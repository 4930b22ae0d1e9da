import {describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {withSandbox} from './cli.ts';
import {until} from './helpers.ts';

/** Keeps lines in its volume, and is ready only some time after its start. */
const program = `
const {appendFileSync, readFileSync} = require('node:fs');
const {VERSION, DELAY} = process.env;
const since = Date.now();
appendFileSync('/data/starts', VERSION + '\\n');
if (VERSION === 'broken') process.exit(3);
require('node:http').createServer((request, response) => {
	if (request.url === '/healthz') response.statusCode = Date.now() - since < Number(DELAY) ? 503 : 200;
	if (request.url.startsWith('/keep/')) appendFileSync('/data/kept', request.url.slice(6) + ' by ' + VERSION + '\\n');
	response.end(request.url === '/kept' ? readFileSync('/data/kept') : VERSION);
}).listen(3000);
process.once('SIGTERM', () => process.exit());
`;

const web = (version: string, volume: unknown, delay = 0) => ({
	...{image: 'node:24-slim', port: 3000, accessMode: 'public'},
	run: {command: 'exec node -e "$PROGRAM"'},
	env: {PROGRAM: program, VERSION: version, DELAY: String(delay)},
	readiness: {type: 'http', path: '/healthz', timeoutMs: 20_000},
	volumes: {data: volume},
});

describe.each([
	['shared', '/data'],
	['exclusive', {path: '/data', exclusive: true}],
] as const)('a %s volume', (kind, volume) => {
	const sandbox = withSandbox();
	const describeWeb = (version: string, delay?: number) =>
		sandbox.describe({services: {web: web(version, volume, delay)}});
	const body = async (path: string) => (await sandbox.ask(path)).body;
	const containers = async () =>
		(await sandbox.observe()).containers.filter(
			({labels: own, state}) => own[labels.address] === 'service.web' && state === 'running',
		);

	/** The largest number of running containers of the service, and the statuses of requests, until a command ends. */
	async function watch(ended: Promise<unknown>) {
		let isOver = false;
		void ended.finally(() => {
			isOver = true;
		});
		const seen = {most: 0, statuses: new Set<number>()};
		while (!isOver) {
			seen.most = Math.max(seen.most, (await containers()).length);
			seen.statuses.add((await sandbox.ask('/')).status);
		}
		return seen;
	}

	test('is there in the first deployment', async () => {
		describeWeb('one');
		await sandbox.succeed(['deploy']);
		await body('/keep/first');
		expect(await body('/kept')).toBe('first by one\n');
	});

	test(`is ${kind} while the next deployment takes over, which has its data`, async () => {
		describeWeb('two', 2500);
		const plan = await sandbox.run(['plan']);
		expect(plan.stdout).toContain(kind === 'shared' ? '+/- service.web' : '-/+ service.web');
		const deploy = sandbox.start(['deploy']);
		if (kind === 'shared') {
			await until(async () => (await containers()).length === 2, 30_000);
			// The old one still serves, and both have the volume.
			expect(await body('/keep/meanwhile')).toBe('one');
			const [, candidate] = (await containers()).sort(
				(a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1),
			);
			const {stdout} = await sandbox.engine.exec(candidate!.id, ['cat', '/data/kept']);
			expect(stdout).toBe('first by one\nmeanwhile by one\n');
		}
		const {most, statuses} = await watch(deploy.ended);
		expect(await deploy.ended).toMatchObject({exitCode: 0});
		expect(most).toBe(kind === 'shared' ? 2 : 1);
		if (kind === 'shared') expect([...statuses]).toEqual([200]);
		else expect([...statuses].some(status => status >= 500)).toBe(true);
		expect(await body('/')).toBe('two');
		expect(await body('/kept')).toContain('first by one\n');
		await sandbox.expectNoChanges();
	});

	test('stays with the deployment that serves when the next one fails', async () => {
		const before = await body('/kept');
		describeWeb('broken');
		expect(await sandbox.run(['deploy'])).toMatchObject({exitCode: 1});
		await until(async () => (await sandbox.ask('/')).status === 200, 20_000);
		expect(await body('/')).toBe('two');
		expect(await body('/kept')).toBe(before);
		const [serving, ...others] = await containers();
		expect(others).toEqual([]);
		expect((await sandbox.engine.exec(serving!.id, ['cat', '/data/starts'])).stdout).toContain('broken');
	});

	test('outlives a destroy, and comes back', async () => {
		const before = await body('/kept');
		await sandbox.succeed(['destroy', '--auto-approve']);
		describeWeb('three');
		await sandbox.succeed(['deploy']);
		expect(await body('/kept')).toBe(before);
		expect(await sandbox.succeed(['volume', 'list'])).toMatch(/^web\.data\t\/data\tweb\t/m);
	});
});
