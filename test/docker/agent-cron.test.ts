import {afterAll, describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {jsonLines, type Sandbox, withSandbox} from './cli.ts';
import {until} from './helpers.ts';

type Run = {readonly id: string; readonly service: string; readonly status: string; readonly exitCode?: number};

const program = (script: string) => `node -e ${JSON.stringify(script)}`;

/** The messages of what an agent has done so far. */
const actionsOf = (text: string): string[] =>
	jsonLines(text.slice(0, text.lastIndexOf('\n') + 1) || '{}').flatMap(({type, message}) =>
		type === 'action' ? [String(message)] : [],
	);

function agents(sandbox: Sandbox) {
	let running: ReturnType<Sandbox['start']> | undefined;
	const end = async (signal: NodeJS.Signals) => {
		running?.child.kill(signal);
		await running?.ended;
		running = undefined;
	};
	afterAll(() => end('SIGKILL'));
	return {
		async begin() {
			running = sandbox.start(['agent', 'run', '--json']);
			await running.shows('"started"');
		},
		kill: () => end('SIGKILL'),
		stop: () => end('SIGTERM'),
		does: (text: string) => until(() => actionsOf(running!.stdout()).some(message => message.includes(text)), 60_000),
	};
}

describe('schedules', () => {
	const sandbox = withSandbox(async opened => {
		opened.describe({
			services: {
				report: {
					image: 'node:24-slim',
					kind: 'cron',
					schedule: {interval: 'hourly'},
					run: {command: program("console.log('reported'); setTimeout(() => process.exit(3), 8000)")},
				},
			},
			resources: {
				store: {
					image: 'node:24-slim',
					command: ['sleep', 'infinity'],
					operations: {
						backup: {command: 'echo data > "$COMPARTMENT_BACKUP_DIR/dump"', schedule: {interval: 'hourly'}},
						restore: {command: 'test -s "$COMPARTMENT_BACKUP_DIR/dump"'},
					},
				},
			},
		});
		await opened.succeed(['deploy']);
	});
	const agent = agents(sandbox);
	const runs = async () => (JSON.parse(await sandbox.succeed(['job', 'list', '--json'])) as {runs: Run[]}).runs;
	const containers = async () =>
		(await sandbox.engine.observe({[labels.project]: sandbox.project, [labels.address]: 'job.report'})).containers;

	test('are warned of while no agent runs', async () => {
		const plan = await sandbox.succeed(['plan']);
		expect(plan.replace(/\s+/g, ' ')).toContain(
			'Nothing runs the schedules of report (hourly), store (backup, hourly).',
		);
		expect(plan).toContain('compartment agent add');
	});

	test('are run by an agent; one that is killed leaves a run that the next one finishes, once', async () => {
		await sandbox.succeed(['agent', 'add']);
		await agent.begin();
		await agent.does('started run');
		const [first] = await containers();
		expect(first).toMatchObject({state: 'running', labels: {[labels.scheduled]: expect.stringMatching(/^20.*Z$/)}});
		expect(await sandbox.succeed(['job', 'logs', 'report'])).toBe('reported\n');
		expect(await sandbox.succeed(['plan'])).not.toContain('Nothing runs');
		await agent.kill();
		expect(await runs()).toMatchObject([{service: 'report', status: 'running', trigger: 'scheduled'}]);
		await agent.begin();
		await agent.does('failed with exit code 3');
		expect(await runs()).toMatchObject([{service: 'report', status: 'failed', exitCode: 3}]);
		expect(await sandbox.succeed(['job', 'logs', 'report'])).toBe('reported\n');
		await until(async () => (await containers()).length === 0);
	});

	test('make backups, again if the agent was killed meanwhile', async () => {
		type Listed = {readonly backups: readonly {readonly status: string; readonly purpose: string}[]};
		const listBackups = async () => {
			const list = await sandbox.succeed(['resource', 'backup', 'list', '--resource', 'store', '--json']);
			return (JSON.parse(list) as Listed).backups;
		};
		// By whichever of both agents: the first one may have had the time.
		await until(async () => (await listBackups())[0]?.status === 'succeeded', 60_000);
		const backups = await listBackups();
		expect(backups[0]).toMatchObject({purpose: 'scheduled'});
		expect(backups.length).toBeLessThanOrEqual(2);
		const status = await sandbox.succeed(['agent', 'status']);
		expect(status).toContain('run of report');
		expect(status).toContain('backup of store');
		await agent.stop();
		await sandbox.expectNoChanges();
	});
});

describe('a lifetime', () => {
	const sandbox = withSandbox(async opened => {
		opened.describe({services: {idle: {image: 'node:24-slim', kind: 'worker', run: {command: 'sleep infinity'}}}});
	});

	test('is planned, shown and extended, and production never has one', async () => {
		const first = ['--env', 'pr-42', '--expires', '3d'];
		expect((await sandbox.succeed(['plan', ...first])).replace(/\s+/g, ' ')).toMatch(
			/~ lifetime will be updated in place: --expires .*expires .*\(3d after the apply\)/,
		);
		await sandbox.succeed(['deploy', ...first]);
		const expiry = () => Date.parse(sandbox.state('pr-42').lifetime!.expiresAt);
		const before = expiry();
		expect(before - Date.now()).toBeGreaterThan(3 * 24 * 3_600_000 - 90_000);
		expect(await sandbox.succeed(['environment', 'list'])).toMatch(/EXPIRES\npr-42 .* 20\S+Z\n/);
		await sandbox.succeed(['deploy', '--env', 'pr-42', '--replace', 'service.idle']);
		expect(expiry()).toBeGreaterThan(before);
		const refused = await sandbox.run(['deploy', '--expires', '3d']);
		expect(refused).toMatchObject({exitCode: 1});
		expect(refused.stderr).toContain('Environment production never expires.');
		await sandbox.succeed(['destroy', '--env', 'pr-42', '--auto-approve']);
		expect(sandbox.state('pr-42').lifetime).toBeNull();
	});
});
