import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {resourceContainerName, volumeName} from '../../source/model/names.ts';
import {type Outcome, withSandbox} from './cli.ts';
import {addFalseTools, addForgedState, addHostileService, crudeForgeries, type Victim} from './hostile-repository.ts';

/** Counts its requests; `/count` answers with the number. */
const countingServer = `
let requests = 0;
require('node:http').createServer((request, response) => {
	if (request.url === '/count') return response.end(String(requests));
	requests++;
	response.end('ok');
}).listen(7000);
`;

describe('in a hostile repository,', () => {
	const sandbox = withSandbox();
	const docker = (...args: string[]) => execFileSync('docker', args, {encoding: 'utf8'}).trim();
	let victim: Victim;
	let mark: string;

	beforeAll(() => {
		// The names that Compartment would use; only the missing labels show that they are foreign.
		const name = resourceContainerName(sandbox.project, 'production', 'db');
		const volume = volumeName(sandbox.project, 'production', 'db', 'data');
		docker('volume', 'create', volume);
		const run = ['run', '--detach', '--name', name, '--volume', `${volume}:/data`, 'node:24-slim', 'node', '-e'];
		const containerId = docker(...run, countingServer);
		const address = docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', containerId);
		const folder = join(dirname(sandbox.folder), 'documents');
		mkdirSync(folder);
		const file = join(folder, 'letter.txt');
		writeFileSync(file, 'dear user');
		victim = {containerId, containerName: name, volume, server: `${address}:7000`, folder, file};
		mark = join(dirname(sandbox.folder), 'mark');
	});

	afterAll(() => {
		docker('rm', '--force', '--volumes', victim.containerName);
		docker('volume', 'rm', '--force', victim.volume);
	});

	const requests = () =>
		docker(
			'exec',
			victim.containerId,
			'node',
			'-e',
			"fetch('http://127.0.0.1:7000/count').then(async r => console.log(await r.text()))",
		);

	/** The victim is unchanged, and no output can control a terminal. */
	const expectUntouched = (outcome: Outcome) => {
		expect(docker('inspect', '--format', '{{.Name}} {{.State.Running}} {{.RestartCount}}', victim.containerId)).toBe(
			`/${victim.containerName} true 0`,
		);
		expect(docker('volume', 'ls', '--quiet', '--filter', `name=^${victim.volume}$`)).toBe(victim.volume);
		expect(readdirSync(victim.folder)).toEqual(['letter.txt']);
		expect(existsSync(mark), 'a program of the repository was started').toBe(false);
		expect(outcome.stdout + outcome.stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
		expect(outcome.stdout + outcome.stderr).not.toMatch(/\n +at |bug in Compartment/);
	};

	const prepare = (parts: Readonly<Record<string, unknown>> = {}, hasDatabase = true) => {
		rmSync(join(sandbox.folder, '.compartment'), {recursive: true, force: true});
		rmSync(join(sandbox.folder, 'services'), {recursive: true, force: true});
		addHostileService(sandbox, victim);
		addFalseTools(sandbox, mark);
		sandbox.describe({
			services: {
				web: {
					path: './services/web',
					accessMode: 'public',
					readiness: {type: 'http', path: '/healthz', timeoutMs: 3000},
					...parts,
				},
			},
			...(hasDatabase && {
				resources: {db: {image: 'node:24-slim', command: ['sleep', '1000'], volumes: {data: '/data'}}},
			}),
		});
	};

	test.each([
		['plan'],
		['apply', '--auto-approve'],
		['deploy'],
		['status'],
		['why', 'service.old'],
		['stop', '--auto-approve'],
		['restart', '--auto-approve'],
		['resource', 'list'],
		['resource', 'stop', '--resource', 'db'],
		['resource', 'delete', '--resource', 'db', '--delete-data'],
		['resource', 'backup', 'list', '--resource', 'db'],
		['resource', 'backup', 'create', '--resource', 'db'],
		['exec', 'old', '--', 'true'],
		['variable', 'set', 'KEY', 'value', '--sensitive'],
		['state', 'list'],
		['state', 'trust'],
		['destroy', '--auto-approve', '--delete-data'],
		['environment', 'delete', 'production', '--auto-approve'],
	])('its state is rejected by %s', async (...words) => {
		const command = words.filter(word => word !== undefined);
		prepare();
		addForgedState(sandbox, victim);
		const outcome = await sandbox.run(command);
		expect(outcome.exitCode, outcome.stdout).toBe(1);
		expect(outcome.stderr + outcome.stdout).toContain('state trust');
		expectUntouched(outcome);
	});

	test.each(crudeForgeries)('%s is rejected and cannot be trusted', async forgery => {
		prepare();
		addForgedState(sandbox, victim, forgery);
		for (const command of [
			['apply', '--auto-approve'],
			['state', 'trust', '--auto-approve'],
			['resource', 'backup', 'list', '--resource', 'db'],
			['destroy', '--auto-approve', '--delete-data'],
		]) {
			const outcome = await sandbox.run(command);
			expect(outcome.exitCode, outcome.stdout).toBe(1);
			expectUntouched(outcome);
		}
	});

	test('even a state that the user trusts by mistake cannot touch foreign containers, volumes or folders', async () => {
		prepare();
		addForgedState(sandbox, victim);
		expectUntouched(await sandbox.run(['state', 'trust', '--auto-approve']));
		for (const command of [
			['apply', '--auto-approve'],
			['resource', 'backup', 'list', '--resource', 'db'],
			['resource', 'backup', 'create', '--resource', 'db'],
			['resource', 'delete', '--resource', 'db', '--delete-data'],
			['destroy', '--auto-approve', '--delete-data'],
		])
			expectUntouched(await sandbox.run(command));
	});

	test('names in build.env cannot configure the build tools', async () => {
		prepare({build: {env: ['PATH']}, env: {PATH: './bin'}});
		const outcome = await sandbox.run(['apply', '--auto-approve']);
		expect(outcome.exitCode).toBe(1);
		expect(outcome.stderr).toMatch(/compartment\.yml:\d+:\d+ services\.web\.build\.env/);
		expectUntouched(outcome);
	});

	test('no tool is run from the repository, whatever PATH contains', async () => {
		prepare({build: {strategy: 'railpack'}});
		unlinkSync(join(sandbox.folder, 'services/web/Dockerfile'));
		unlinkSync(join(sandbox.folder, 'services/web/leak'));
		const PATH = `./bin:bin::${sandbox.env['PATH']}`;
		expectUntouched(await sandbox.run(['plan'], {env: {PATH}}));
	});

	test('a link out of the repository is rejected, and a file name cannot control the terminal', async () => {
		prepare();
		const outcome = await sandbox.run(['plan']);
		expectUntouched(outcome);
		expect(outcome.exitCode).toBe(1);
		expect(outcome.stdout + outcome.stderr).toContain('symlink entry "leak"');
	});

	test('a state folder that is a link is rejected', async () => {
		prepare();
		symlinkSync(victim.folder, join(sandbox.folder, '.compartment'));
		const outcome = await sandbox.run(['apply', '--auto-approve']);
		expect(outcome.exitCode).toBe(1);
		expectUntouched(outcome);
		unlinkSync(join(sandbox.folder, '.compartment'));
	});

	test('a redirected probe is not followed, and an image’s labels are not trusted', async () => {
		prepare({}, false);
		unlinkSync(join(sandbox.folder, 'services/web/leak'));
		const before = requests();
		const outcome = await sandbox.run(['apply', '--auto-approve']);
		expectUntouched(outcome);
		expect(outcome.exitCode).toBe(1);
		expect(outcome.stdout + outcome.stderr).toContain('302 Found');
		expect(requests()).toBe(before);
		const shown = await sandbox.run(['why', 'service.web']);
		expectUntouched(shown);
		// A container that another user starts from that image is not ours.
		const image = docker('images', '--quiet', '--filter', 'label=compartment.hosts=victim.localhost').split('\n')[0]!;
		const other = docker('run', '--detach', '--entrypoint', 'sleep', image, '1000');
		try {
			expectUntouched(await sandbox.run(['plan']));
			const destroyed = await sandbox.run(['destroy', '--auto-approve', '--delete-data']);
			expectUntouched(destroyed);
			expect(destroyed.exitCode, destroyed.stderr).toBe(0);
			expect(docker('inspect', '--format', '{{.State.Running}}', other)).toBe('true');
		} finally {
			docker('rm', '--force', other);
		}
	});
});
