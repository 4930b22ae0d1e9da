import {expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {expectError, withSandbox, words} from './cli.ts';
import {publicService, storeConnection, storeResource} from './cli-server.ts';
import {lifeFiles} from './life-server.ts';

// The store answers with one line per start; its volume counts the runs of release commands.
const release = (script: string) => ({command: `node -e "${script}"`});
const migrate = release(
	"console.log('migrating on port ' + process.env.PORT + ' for ' + process.env.COMPARTMENT_SERVICE_NAME)",
);

const sandbox = withSandbox(async opened => {
	opened.write(lifeFiles('web', 'v1'));
	describeWeb(opened, migrate);
	await opened.succeed(['deploy']);
});

function describeWeb(to: Pick<typeof sandbox, 'describe'>, command: {command: string}, env = {}) {
	const web = publicService('web', {...storeConnection, release: command, port: 3000, env});
	to.describe({services: {web}, resources: {store: storeResource('hello')}});
}

const logs = (args: readonly string[] = []) => sandbox.succeed(['deployment', 'logs', ...args]);
const countOf = (text: string, part: string) => text.split(part).length - 1;

test('a release command runs once, with PORT, before the new deployment starts, and its output is kept', async () => {
	const plan = words(await sandbox.succeed(['plan', '--replace', 'service.web']));
	expect(plan).toContain('> release.web will run: before the new deployment starts');
	sandbox.setVersion('web', 'v2');
	const stdout = await sandbox.succeed(['deploy', '--json']);
	const events = stdout
		.trim()
		.split('\n')
		.map(line => JSON.parse(line) as Record<string, unknown>);
	const at = (type: string, address: string) =>
		events.findIndex(event => event['type'] === type && event['address'] === address);
	expect(at('step-done', 'image.web')).toBeLessThan(at('step-started', 'release.web'));
	expect(at('step-done', 'release.web')).toBeGreaterThan(0);
	expect(at('step-done', 'release.web')).toBeLessThan(at('step-started', 'service.web'));
	const text = await logs();
	expect(countOf(text, 'migrating on port 3000 for web')).toBe(1);
	expect(text.indexOf('migrating on')).toBeLessThan(text.indexOf('starting web v2'));
	expect((await sandbox.ask()).body).toBe('web v2');
	expect(await containersOf('release.web')).toEqual([]);
});

const containersOf = async (address: string) =>
	(await sandbox.observe()).containers.filter(each => each.labels[labels.address] === address).map(({name}) => name);

test('a release command is not repeated by a rollback, a restart or a promote', async () => {
	await sandbox.succeed(['rollback', '--auto-approve']);
	expect(await logs()).not.toContain('migrating');
	expect((await sandbox.ask()).body).toBe('web v1');
	await sandbox.succeed(['restart', '--auto-approve']);
	expect(await logs()).not.toContain('migrating');
	sandbox.setVersion('web', 'v3');
	await sandbox.succeed(['deploy', '--hold']);
	expect(countOf(await logs(), 'migrating')).toBe(1);
	await sandbox.succeed(['promote', '--auto-approve']);
	expect((await sandbox.ask()).body).toBe('web v3');
	expect(await sandbox.succeed(['promote', '--from', 'production', '--to', 'staging', '--auto-approve'])).not.toContain(
		'migrating',
	);
	expect((await sandbox.ask('/', {environment: 'staging'})).body).toBe('web v3');
});

test('a failed release command leaves the previous deployment serving and is reported', async () => {
	const before = await sandbox.running('service.web');
	const lines =
		"for (let line = 1; line <= 25; line++) console.log('step ' + line); console.log('no column total'); process.exitCode = 3";
	describeWeb(sandbox, release(lines));
	sandbox.setVersion('web', 'v4');
	const {stdout, exitCode} = await sandbox.run(['deploy']);
	expect(exitCode).toBe(1);
	expect(stdout).toMatch(/release\.web +failed after .*: release command failed: it exited with 3/);
	expect(stdout).toContain('exit code: 3');
	expect(stdout).toContain('last 20 lines:');
	const report = stdout.slice(stdout.indexOf('last 20 lines:')).split('\n').slice(1, 21);
	expect(report[0]).toMatch(/│ step 7$/);
	expect(report.at(-1)).toMatch(/│ no column total$/);
	expect(stdout).toMatch(/service\.web +skipped: release\.web failed/);
	expect((await sandbox.running('service.web')).id).toBe(before.id);
	expect((await sandbox.ask()).body).toBe('web v3');
	expect(await containersOf('release.web')).toEqual([]);
	expect(await sandbox.succeed(['status'])).toMatch(/web: the latest attempt failed in its release command/);
	expect(await logs()).toContain('no column total');
	expect(await sandbox.succeed(['why', 'service.web'])).toContain('release command failed: it exited with 3');
});

test('an interrupted release command blocks the next apply, and both flags resolve it', async () => {
	describeWeb(sandbox, release("console.log('half done'); setTimeout(() => console.log('all done'), 1500)"));
	const kill = async (args: readonly string[]) => {
		const {child, ended, shows} = sandbox.start(['deploy', ...args]);
		await shows(/│ half done/);
		child.kill('SIGKILL');
		await ended;
	};
	await kill([]);
	const {stdout, stderr, exitCode} = await sandbox.run(['deploy']);
	expect(exitCode).toBe(1);
	expect(words(stdout)).toContain('! release.web the release command of web was interrupted at');
	expect(words(stderr)).toContain(
		'compartment apply --release again (run it again), or compartment apply --release done',
	);
	expect((await sandbox.ask()).body).toBe('web v3');
	expect(await containersOf('release.web')).toEqual([]);

	await kill(['--release', 'again']);
	await sandbox.succeed(['deploy', '--release', 'again']);
	expect(countOf(await logs(), 'all done')).toBe(1);
	expect((await sandbox.ask()).body).toBe('web v4');

	sandbox.setVersion('web', 'v5');
	await kill([]);
	await sandbox.succeed(['deploy', '--release', 'done']);
	expect(await logs()).not.toContain('half done');
	expect((await sandbox.ask()).body).toBe('web v5');
	await sandbox.expectNoChanges();
}, 120_000);

test('another value of the flag for a release command is rejected', async () => {
	expectError(await sandbox.run(['deploy', '--release', 'maybe']), /again, done/);
});
