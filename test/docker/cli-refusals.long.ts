import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {expectError, filesBelow, type Sandbox, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {expectCallsEnd} from './engine-calls.ts';

const nothing = {containers: [], networks: [], volumes: []};

describe('a user’s mistake', () => {
	const sandbox = withSandbox();

	type Mistake = {
		readonly name: string;
		readonly prepare?: (sandbox: Sandbox) => void;
		readonly command?: readonly string[];
		readonly message: RegExp;
	};
	const web = {web: publicService('web')};
	const mistakes: Mistake[] = [
		{
			name: 'no compartment.yml',
			prepare: ({remove}) => remove('compartment.yml'),
			message:
				/^Error: compartment\.yml was not found in the current directory\..*\n +compartment init, or for a Compose file compartment import compose\.yaml\n$/,
		},
		{
			name: 'broken YAML',
			prepare: ({write}) => write({'compartment.yml': 'name: shop\nservices:\n  web: [./web\n'}),
			message: /^compartment\.yml:4:1: Failed to parse compartment\.yml: /,
		},
		{
			name: 'a port out of range',
			prepare: ({describe: parts}) => parts({services: {web: publicService('web', {port: 70_000})}}),
			message: /^compartment\.yml:\d+:\d+ services\.web\.port: .*65535/,
		},
		{
			name: 'two mistakes at once',
			prepare: ({describe: parts}) => parts({servises: {}, services: {web: publicService('web', {port: 0})}}),
			message: /servises[\s\S]*services\.web\.port|services\.web\.port[\s\S]*servises/,
		},
		{
			name: 'paths that are missing or leave the repository, each with its line',
			prepare: ({describe: parts}) =>
				parts({services: {web: publicService('gone'), api: {path: '..'}, ok: publicService('web')}}),
			message:
				/^compartment\.yml:\d+:\d+ services\.web\.path: .* does not exist\.\n[\s\S]*\ncompartment\.yml:\d+:\d+ services\.api\.path: .*\n[\s\S]*2 problems found\.\n$/,
		},
		{
			name: 'an unknown service',
			command: ['--service', 'wep'],
			message: /^Error: The requested service was not found in the compartment descriptor: wep\n.*web/,
		},
		{
			name: 'an environment name that is too long',
			command: ['--env', 'x'.repeat(64)],
			message: /An environment name has 1 to 63 characters\./,
		},
		{
			name: 'a parallelism of nothing',
			command: ['--parallelism', '0'],
			message: /It must be a whole number from 1 to 100\./,
		},
		{
			name: 'a label of two lines',
			command: ['--label', 'first\nsecond'],
			message: /^Error: Label must use printable single-line text of 1 to 100 characters\.\n$/,
		},
		{name: 'an unknown option', command: ['--enviroment', 'x'], message: /unknown option '--enviroment'/},
		{
			name: 'another project’s name',
			command: ['--project', 'other'],
			message: /^Error: compartment\.yml is of project t\w+, not other\n/,
		},
		{
			name: 'a missing service folder',
			prepare: ({describe: parts}) => parts({services: {web: publicService('nowhere')}}),
			message: /^(?:Error: )?.*services\/nowhere/,
		},
		{
			name: 'a missing Dockerfile that is declared',
			prepare: ({describe: parts}) => parts({services: {web: publicService('web', {dockerfile: 'other/Dockerfile'})}}),
			message: /other\/Dockerfile/,
		},
		{
			name: 'an invalid Dockerfile',
			prepare: ({write}) => write({'services/web/Dockerfile': 'COPY . .\n'}),
			message: /Dockerfile/,
		},
		{
			name: 'a router port out of range in the settings',
			prepare: () => undefined,
			message: /COMPARTMENT_ROUTER_PORT: must be a whole number from 1 to 65535 \(it is "99999"\)/,
		},
	];

	test.each(mistakes)(
		'gives one message and exit code 1, and creates nothing: $name',
		async ({prepare, command = [], message}) => {
			sandbox.addService('web');
			sandbox.describe({services: web});
			prepare?.(sandbox);
			const env: Record<string, string> = message.source.includes('ROUTER_PORT')
				? {COMPARTMENT_ROUTER_PORT: '99999'}
				: {};
			const outcome = await sandbox.run(['deploy', ...command], {env});
			expectError(outcome, message);
			expect(outcome.stdout).toBe('');
			expect(await sandbox.observe()).toEqual(nothing);
		},
	);

	test('in a base image’s name fails the build, and nothing is switched', async () => {
		sandbox.addService('web');
		sandbox.write({'services/web/Dockerfile': 'FROM compartment.invalid/nothing:1\n'});
		sandbox.describe({services: web});
		const {stdout, stderr, exitCode} = await sandbox.run(['deploy']);
		expect(exitCode).toBe(1);
		expect(stdout + stderr).toContain('compartment.invalid/nothing:1');
		expect(stdout + stderr).not.toMatch(/\n +at |bug in Compartment/);
		expect((await sandbox.observe()).containers).toEqual([]);
	});

	test('in the engine’s address is reported at once with the address', async () => {
		sandbox.addService('web');
		sandbox.describe({services: web});
		for (const command of [['plan'], ['deploy'], ['status'], ['doctor']]) {
			const outcome = await sandbox.run(command, {env: {DOCKER_HOST: 'unix:///nonexistent.sock'}});
			expect(outcome.stderr + outcome.stdout, command[0]).toContain('/nonexistent.sock');
			expect(outcome.stderr + outcome.stdout).not.toMatch(/\n +at |bug in Compartment/);
			expect(outcome.exitCode).toBe(1);
			expect(outcome.durationMs).toBeLessThan(2000);
			if (command[0] !== 'doctor') expect(outcome.stdout).toBe('');
		}
	});

	test.each(['18.20.4', '20.20.2', '22.9.0'])(
		'of running Node %s, which is too old, is reported before anything is done',
		async version => {
			const pretend = `Object.defineProperty(process.versions, 'node', {value: '${version}'})`;
			const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
			const outcome = await sandbox.run(['plan'], {env: {NODE_OPTIONS}});
			expectError(
				outcome,
				new RegExp(`^Error: Compartment requires Node >=22\\.\\d+, but this is Node ${version}\\.\n$`),
			);
		},
	);

	test('is one message on stderr even with --json', async () => {
		for (const command of ['plan', 'deploy', 'status']) {
			const outcome = await sandbox.run([command, '--json', '--service', 'wep']);
			expectError(outcome, /^Error: The requested service was not found.*: wep\n/);
			expect(outcome.stdout).toBe('');
		}
	});
});

describe('in an environment,', () => {
	const sandbox = withSandbox(async opened => {
		opened.addService('web');
		opened.describe({services: {web: publicService('web')}});
	});
	const journal = () => join(sandbox.folder, '.compartment/production/journal.ndjson');

	test('apply outside a terminal asks for a flag and changes nothing', async () => {
		const outcome = await sandbox.run(['apply']);
		expectError(outcome, /^Error: Cannot ask for approval.*\n +compartment apply --auto-approve\n$/);
		expect(await sandbox.observe()).toEqual(nothing);
	});

	test('deploy runs without asking', async () => {
		expect(await sandbox.succeed(['deploy', '--label', 'from a script'])).toContain('Apply done');
		expect((await sandbox.ask()).body).toBe('web v1');
	});

	test('a second concurrent apply exits with 3 and names the process that holds the lock', async () => {
		sandbox.setVersion('web', 'v2');
		const first = sandbox.start(['deploy']);
		await first.shows('Applying');
		const second = await sandbox.run(['deploy']);
		expectError(second, new RegExp(`locked by \`compartment deploy\` of \\S+ \\(process ${first.child.pid} on `), 3);
		expect(second.stdout).toBe('');
		expect(await first.ended).toMatchObject({exitCode: 0});
		await sandbox.expectNoChanges();
	});

	test('plan and status work during an apply', async () => {
		sandbox.setVersion('web', 'v3');
		const first = sandbox.start(['deploy']);
		await first.shows('Applying');
		expect((await sandbox.run(['plan'])).exitCode).toBe(0);
		expect((await sandbox.run(['status'])).exitCode).toBe(0);
		expect(await first.ended).toMatchObject({exitCode: 0});
	});

	test('ctrl-c stops a build and starts nothing new, and the next apply completes', async () => {
		sandbox.setVersion('web', 'v4');
		const applying = sandbox.start(['deploy']);
		await applying.shows(/image\.web +started/);
		applying.child.kill('SIGINT');
		const {exitCode, signal, stderr, stdout} = await applying.ended;
		expect({exitCode, signal}).toEqual({exitCode: 130, signal: null});
		expect(stderr).toContain('Finishing running steps.');
		expect(stdout).toMatch(
			/^Apply cancelled after .*: (?:1 done, 1|0 done, 2) skipped\.\s+The next apply continues from here\.$/m,
		);
		expect((await sandbox.ask()).body).toBe('web v3');
		expect(existsSync(journal())).toBe(false);
		const next = await sandbox.succeed(['deploy']);
		expect(next).not.toContain('Recovery');
		expect((await sandbox.ask()).body).toBe('web v4');
		await sandbox.expectNoChanges();
	});

	test('ctrl-c twice stops at once, and the next apply completes', async () => {
		sandbox.setVersion('web', 'v5 unready');
		const applying = sandbox.start(['deploy']);
		await applying.shows('503');
		const stoppedAt = performance.now();
		applying.child.kill('SIGINT');
		await new Promise(resolve => setTimeout(resolve, 100));
		applying.child.kill('SIGINT');
		expect(await applying.ended).toMatchObject({exitCode: 130});
		expect(performance.now() - stoppedAt).toBeLessThan(10_000);
		expect((await sandbox.ask()).body).toBe('web v4');
		sandbox.setVersion('web', 'v6');
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask()).body).toBe('web v6');
		await sandbox.expectNoChanges();
	});

	test.each([
		['while an image is built', /image\.web +started/],
		['while a candidate becomes ready', /service\.web +starting/],
		['after the switch', /draining|stopping the previous/],
	])('plan reports an apply that was killed %s, and the next apply recovers', async (when, moment) => {
		sandbox.setVersion('web', `v${when.length}`);
		const applying = sandbox.start(['deploy']);
		await applying.shows(moment);
		applying.child.kill('SIGKILL');
		expect(await applying.ended).toMatchObject({exitCode: null, signal: 'SIGKILL'});
		expect((await sandbox.ask()).status).toBe(200);
		const plan = await sandbox.run(['plan']);
		expect(plan.stderr).toContain('the last apply was interrupted');
		const next = await sandbox.succeed(['deploy']);
		expect(next).toContain('Recovery: the last apply was interrupted; recovering');
		expect((await sandbox.ask()).body).toBe(`web v${when.length}`);
		expect(existsSync(journal())).toBe(false);
		await sandbox.expectNoChanges();
	});

	test('SIGTERM stops an apply like ctrl-c', async () => {
		sandbox.setVersion('web', 'v90');
		const applying = sandbox.start(['deploy']);
		await applying.shows(/image\.web +started/);
		applying.child.kill('SIGTERM');
		expect(await applying.ended).toMatchObject({exitCode: 130, signal: null});
		await sandbox.succeed(['deploy']);
		await sandbox.expectNoChanges();
	});

	test('every engine call of plan ends, even if it is cut off or unanswered', () => expectCallsEnd(sandbox, 'plan'));

	test('no temporary file is left in the state folder', () => {
		const names = filesBelow(join(sandbox.folder, '.compartment'));
		expect(names.filter(name => /tmp|temp|~$/i.test(name.slice(sandbox.folder.length)))).toEqual([]);
	});
});
