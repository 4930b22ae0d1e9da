import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, inject, test} from 'vitest';
import {createKeeper, idleService, keeper} from './backup-store.ts';
import {expectError, withSandbox} from './cli.ts';

const sandbox = withSandbox(box => {
	box.describe({services: {idle: idleService}, resources: {store: keeper()}});
});
const store = createKeeper(sandbox);
const environment = () => join(sandbox.folder, '.compartment/production');

/** Files and folders that other users can access, as `755 path`. */
function open(folder: string): string[] {
	const entries = readdirSync(folder, {recursive: true, withFileTypes: true});
	const paths = [folder, ...entries.map(({parentPath, name}) => join(parentPath, name))];
	return paths.flatMap(path => {
		const stats = lstatSync(path);
		const mode = stats.mode & 0o777;
		const wanted = stats.isDirectory() ? 0o700 : 0o600;
		return mode === wanted ? [] : [`${mode.toString(8)} ${path}`];
	});
}

/** Runs a command under umask 000. */
const runOpen = (...args: string[]) =>
	execFileSync('sh', ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, inject('cli'), ...args], {
		cwd: sandbox.folder,
		env: sandbox.env,
		encoding: 'utf8',
		input: 'a sensitive value',
		stdio: ['pipe', 'pipe', 'pipe'],
	});

test('under umask 000 every file is 0600 and every folder 0700', async () => {
	runOpen('variable', 'set', 'TOKEN', '--sensitive', '--stdin');
	runOpen('plan', '--out', 'saved.plan');
	runOpen('apply', 'saved.plan');
	runOpen('resource', 'backup', 'create', '--resource', 'store');
	runOpen('resource', 'backup', 'create', '--resource', 'store');
	runOpen('resource', 'backup', 'restore', '--resource', 'store', '--backup', store.newest().id, '--yes');
	runOpen('variable', 'set', 'TOKEN', '--sensitive', '--stdin', '--service', 'idle');
	runOpen('apply', '--auto-approve');
	const names = readdirSync(environment());
	for (const name of ['state.json', 'history', 'audit.ndjson', 'backups']) expect(names).toContain(name);
	expect(open(join(sandbox.folder, '.compartment'))).toEqual([]);
	expect((lstatSync(join(sandbox.folder, 'saved.plan')).mode & 0o777).toString(8)).toBe('600');
	const config = sandbox.env['COMPARTMENT_CONFIG_HOME']!;
	expect((lstatSync(config).mode & 0o777).toString(8)).toBe('700');
	expect((lstatSync(join(config, 'identity')).mode & 0o777).toString(8)).toBe('600');
}, 120_000);

describe('a state folder', () => {
	test('that others can read is made private with a notice', async () => {
		chmodSync(environment(), 0o755);
		chmodSync(join(environment(), 'state.json'), 0o640);
		const {exitCode, stderr} = await sandbox.run(['plan']);
		expect(exitCode).toBe(0);
		expect(stderr).toContain(`${environment()} was accessible to other users (mode 755); changed it to 700.`);
		expect(stderr).toContain('state.json was accessible to other users (mode 640); changed it to 600.');
		expect(open(join(sandbox.folder, '.compartment'))).toEqual([]);
		expect((await sandbox.run(['plan'])).stderr).toBe('');
	});

	test.each(['.compartment', '.compartment/production'])('is rejected if %s is a link', async name => {
		const path = join(sandbox.folder, name);
		const away = `${sandbox.folder}-away`;
		renameSync(path, away);
		symlinkSync(away, path);
		try {
			for (const command of [['plan'], ['apply', '--auto-approve'], ['variable', 'set', 'A', 'b'], ['status']])
				expectError(await sandbox.run(command), `${path} is a symbolic link, and Compartment does not follow links`);
		} finally {
			sandbox.remove(name);
			renameSync(away, path);
		}
	});

	test.runIf(process.getuid?.() === 0)('that belongs to another user is rejected', async () => {
		const path = environment();
		chownSync(path, 12345, 12345);
		try {
			for (const command of [['plan'], ['deploy'], ['variable', 'list']]) {
				const outcome = await sandbox.run(command);
				expectError(outcome, `${path} belongs to user 12345, and you are user 0`);
				expect(outcome.stderr).toContain(`sudo chown -R 0 '${path}'`);
			}
		} finally {
			chownSync(path, 0, 0);
		}
	});
});

test('without the identity, commands that need none work and others say where it was looked for', async () => {
	const identity = join(sandbox.env['COMPARTMENT_CONFIG_HOME']!, 'identity');
	const away = join(dirname(identity), '..', 'identity-away');
	mkdirSync(dirname(away), {recursive: true});
	renameSync(identity, away);
	try {
		expect(await sandbox.succeed(['status'])).toContain('idle');
		expect(await sandbox.succeed(['variable', 'list'])).toContain('<hidden>');
		await sandbox.expectNoChanges();
		const {id} = await sandbox.running('service.idle');
		const run = ['variable', 'run', '--env', 'production', '--allow-production', '--', 'true'];
		for (const command of [run, ['apply', '--auto-approve', '--replace', 'service.idle'], ['logs']]) {
			const outcome = await sandbox.run(command);
			expect(outcome.exitCode, command.join(' ')).toBe(1);
			const text = outcome.stdout + outcome.stderr;
			expect(text, command.join(' ')).toContain(`${identity} is missing`);
			expect(text, command.join(' ')).toContain('compartment variable recipients add');
		}
		expect((await sandbox.running('service.idle')).id).toBe(id);
	} finally {
		renameSync(away, identity);
	}
	await sandbox.succeed(['variable', 'run', '--env', 'production', '--allow-production', '--', 'true']);
});
