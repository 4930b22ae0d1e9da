import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {leavesNothingUntested} from './proofs.ts';
import {descriptor, openShop, type Shop} from './shop.ts';

let shop: Shop;

beforeEach(async () => {
	shop = await openShop();
});

afterEach(() => shop.close());

/** Runs an agent until it has started, and something else meanwhile. */
async function whileRunning<Result>(flags: readonly string[], work: () => Promise<Result>): Promise<Result> {
	const before = process.listenerCount('SIGTERM');
	const ended = shop.run('agent', 'run', ...flags);
	while (process.listenerCount('SIGTERM') === before) await pause(5);
	for (;;) {
		const {listAgents} = await import('../../source/agent/status.ts');
		if ((await listAgents()).some(({isRunning}) => isRunning)) break;
		await pause(5);
	}
	try {
		return await work();
	} finally {
		process.emit('SIGTERM', 'SIGTERM');
		agentRan = await ended;
	}
}

let agentRan: Awaited<ReturnType<Shop['run']>>;

describe('agent add', () => {
	it('registers the project of this folder, once', async () => {
		expect(await shop.text('agent', 'add')).toBe('FOLDER is registered now.\n');
		expect(await shop.text('agent', 'add', '.')).toBe('FOLDER was registered already.\n');
		expect(await shop.json('agent', 'add')).toEqual({folder: shop.folder, isAdded: false});
	});

	it('is refused for a folder without a project', async () => {
		mkdirSync(join(shop.folder, 'empty'));
		expect(await shop.failure('agent', 'add', 'empty')).toMatchInlineSnapshot(`
			"Error: There is no compartment.yml in FOLDER/empty.
			  compartment agent add FOLDER
			"
		`);
	});
});

describe('agent list', () => {
	it('lists the registered projects with their environments', async () => {
		expect(await shop.text('agent', 'list')).toMatchInlineSnapshot(`
			"No project is registered yet. Add one: compartment agent add FOLDER
			"
		`);
		await shop.text('agent', 'add');
		expect(await shop.text('agent', 'list')).toMatch(/^FOLDER +ENVIRONMENTS {2}ADDED\nFOLDER {2}none yet {6}TIME_+\n$/);
		await shop.deploy();
		expect(await shop.json('agent', 'list')).toEqual({
			projects: [{folder: shop.folder, addedAt: expect.any(String), isMissing: false, environments: ['production']}],
		});
	});

	it('says what is wrong with a damaged file', async () => {
		await shop.text('agent', 'add');
		writeFileSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'agent/projects.json'), 'damaged');
		expect(await shop.failure('agent', 'list')).toMatch(
			/projects\.json is damaged\n {2}Remove it, then add each project again: compartment agent add FOLDER\n$/,
		);
	});
});

describe('agent remove', () => {
	it('removes a project', async () => {
		await shop.text('agent', 'add');
		expect(await shop.text('agent', 'remove')).toBe('FOLDER is not registered any more. What runs keeps running.\n');
		await shop.text('agent', 'add');
		expect(await shop.json('agent', 'remove')).toEqual({folder: shop.folder});
	});

	it('is refused for a project that is not registered', async () => {
		expect(await shop.failure('agent', 'remove')).toMatchInlineSnapshot(`
			"Error: FOLDER is not registered.
			  compartment agent list
			"
		`);
	});
});

describe('an apply without a terminal', () => {
	const deploy = (...flags: readonly string[]) => shop.run('deploy', '--rebuild', ...flags);
	const expiring = (...flags: readonly string[]) => deploy('--env', 'pr-42', '--expires', '3d', ...flags);

	it('gives a hint where a lifetime needs an agent, until the user has decided', async () => {
		expect((await expiring()).stderr).toMatchInlineSnapshot(`
			"pr-42 expires. An agent destroys it then: compartment agent add, or a schedule of yours: compartment environment prune --auto-approve
			"
		`);
		expect((await expiring('--json')).stderr).toBe('');
		expect((await deploy()).stderr).toBe('');
		await shop.text('agent', 'add');
		expect((await expiring()).stderr).toBe('');
		await shop.text('agent', 'remove');
		expect((await expiring()).stderr).toBe('');
	});

	it('does not repeat what the plan warned of', async () => {
		shop.write(
			'compartment.yml',
			descriptor.replace('backup: {command: dump}', 'backup: {command: dump, schedule: {interval: daily}}'),
		);
		const {stdout, stderr} = await expiring();
		expect(stdout).toContain('Nothing runs the schedule of db (backup, daily). Register the project');
		expect(stderr).toBe('');
	});
});

describe('agent run', () => {
	it('prints what happens as lines, and stops when it gets SIGTERM', async () => {
		await shop.text('agent', 'add');
		await whileRunning([], async () => undefined);
		expect(agentRan).toMatchInlineSnapshot(`
			{
			  "exitCode": 0,
			  "stderr": "",
			  "stdout": "TIME____________________ The agent of memory: looks after 1 project.
			TIME____________________ The agent has stopped.
			",
			}
		`);
	});

	it('prints what happens as JSON lines', async () => {
		await whileRunning(['--json'], async () => undefined);
		expect(
			agentRan.stdout
				.trimEnd()
				.split('\n')
				.map(line => JSON.parse(line)),
		).toEqual([
			{type: 'started', at: expect.any(String), engine: 'memory:', projects: 0},
			{type: 'stopped', at: expect.any(String)},
		]);
		expect(agentRan.stderr).toMatchInlineSnapshot(`
			"No project is registered yet. Add one: compartment agent add FOLDER
			"
		`);
	});

	it('is refused while another agent of the engine runs', async () => {
		const {runAgent} = await import('../../source/agent/run-agent.ts');
		const {systemClock: clock} = await import('../../source/agent/clock.ts');
		const {readSettings} = await import('../../source/settings/settings.ts');
		const {routerOptions} = await import('../../source/router/from-settings.ts');
		const stop = new AbortController();
		let begin = () => {};
		const begun = new Promise<void>(resolve => {
			begin = resolve;
		});
		const settings = await readSettings();
		const ended = runAgent({
			engine: shop.world.engine,
			router: routerOptions(settings),
			settings,
			clock,
			duties: {ofAgent: () => [], ofEnvironment: () => []},
			report: begin,
			signal: stop.signal,
		});
		await begun;
		const {stderr, exitCode} = await shop.run('agent', 'run');
		stop.abort();
		await ended;
		expect(exitCode).toBe(3);
		expect(stderr).toContain('Error: an agent of this engine runs already: process ');
	});
});

describe('agent status', () => {
	it('says that no agent has run', async () => {
		expect(await shop.text('agent', 'status')).toMatchInlineSnapshot(`
			"No agent has run yet. Start one: compartment agent run
			"
		`);
		expect(await shop.json('agent', 'status')).toEqual({agents: [], notifications: []});
	});

	it('shows an agent that has run', async () => {
		await shop.deploy();
		await shop.text('agent', 'add');
		const running = await whileRunning([], () => shop.text('agent', 'status'));
		expect(running).toContain(`Running for memory (memory:) since 0s, process ${process.pid} of `);
		expect(running).toContain('\n\nEnvironments\n  shop/production  FOLDER\n');
		expect(await shop.text('agent', 'status')).toMatch(/^Not running for memory \(memory:\), stopped \d+s ago\n/);
		expect((await shop.json('agent', 'status')).agents).toMatchObject([
			{
				isRunning: false,
				engine: {id: 'memory', name: 'memory', address: 'memory:'},
				environments: [{project: 'shop', environment: 'production', folder: shop.folder}],
				problems: [],
				actions: [],
				next: [],
			},
		]);
		rmSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'agent'), {recursive: true});
	});
});

describe('agent install', () => {
	it('is refused from source, because a unit or a container needs a built command line', async () => {
		for (const flags of [[], ['--container']])
			expect(await shop.failure('agent', 'install', ...flags)).toBe(
				'Error: The agent can only be installed from a built command line.\n  Run npm run build, then use dist/cli.mjs.\n',
			);
	});

	it.each(['install', 'uninstall'])('%s takes one of its flags', async word => {
		expect(await shop.failure('agent', word, '--system', '--container')).toBe(
			'Error: --system and --container exclude each other.\n',
		);
	});
});

const onMachine = 'it would change this machine: test/agent/install.test.ts, test/docker/agent-install.test.ts';

leavesNothingUntested('agent', {
	'agent install': {text: onMachine, json: onMachine},
	'agent uninstall': {text: onMachine, json: onMachine},
	'agent status': {error: 'it reads only what agents have written, and leaves out what is damaged'},
});
