import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {volumeName} from '../../source/model/names.ts';
import {createKeeper, idleService, keeper, kept} from './backup-store.ts';
import {expectError, jsonLines, type Sandbox, withSandbox, words} from './cli.ts';

const describeKeeper = (sandbox: Sandbox, changes: Readonly<Record<string, unknown>> = {}) =>
	sandbox.describe({services: {idle: idleService}, resources: {store: keeper(changes)}});

const sandbox = withSandbox(async box => {
	describeKeeper(box);
	await box.succeed(['deploy']);
});
const store = createKeeper(sandbox);

describe('a backup', () => {
	/** The command fails with a text, the record says why, and no file is left. */
	async function expectFailure(text: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
		const outcome = await sandbox.run(store.create, {env});
		expectError(outcome, text);
		const {id, status, failureSummary, artifactLocation, checksum, completedAt} = store.newest();
		expect(outcome.stderr).toContain(`Backup ${id} of resource store failed`);
		expect({status, artifactLocation, checksum}).toEqual({status: 'failed', artifactLocation: null, checksum: null});
		expect(failureSummary).toContain(text);
		expect(completedAt).not.toBeNull();
		expect(kept(sandbox)).not.toContain(id);
		expect(await store.leftovers()).toEqual([]);
		expect(await sandbox.succeed(store.list)).toContain(`${id}\tfailed\tmanual`);
		expectError(await sandbox.run(store.restore(id)), `Backup ${id} cannot be restored to resource store.`);
		expectError(
			await sandbox.run(['resource', 'backup', 'restore', '--backup', id, '--as', 'copy']),
			`Backup ${id} cannot be restored into a new resource.`,
		);
	}

	test('that writes nothing fails', async () => {
		await store.setMode('nothing');
		await expectFailure('the backup command wrote nothing to /backup');
	});

	test('whose command fails reports why, without secrets', async () => {
		await store.setMode('fails');
		await expectFailure('backup command failed: it exited with 3');
		const {failureSummary} = store.newest();
		expect(failureSummary).toMatch(/^backup command failed: it exited with 3\n/);
		expect(failureSummary).toContain('the token is ‹hidden›');
	});

	test('that fills the disk of this machine fails, and leaves nothing there', async () => {
		const folder = join(sandbox.folder, '../small');
		mkdirSync(folder);
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
		try {
			await store.setMode('huge');
			const root = join(folder, 'backups');
			await expectFailure('no space is left on the device', {COMPARTMENT_RESOURCE_BACKUP_DIR: root});
			expect(readdirSync(root)).toEqual([]);
			await store.setMode('');
			await sandbox.succeed(store.create, {env: {COMPARTMENT_RESOURCE_BACKUP_DIR: root}});
			expect(store.newest().artifactLocation).toBe(join(root, store.newest().id, 'artifact'));
		} finally {
			execFileSync('umount', [folder]);
		}
	});

	test('shows what it has written, and is cancelled with ctrl-c', async () => {
		await store.setMode('slow');
		const running = sandbox.start([...store.create, '--json']);
		await expect.poll(running.stderr, {timeout: 20_000}).toMatch(/"work-progress".*"bytes":[1-9]/);
		running.child.kill('SIGINT');
		const {exitCode, stdout, stderr} = await running.ended;
		expect({exitCode, stdout}).toEqual({exitCode: 130, stdout: ''});
		const lines = stderr.split('\n').filter(line => line.startsWith('{'));
		const progress = jsonLines(lines.join('\n')).filter(({type}) => type === 'work-progress');
		expect(progress.length).toBeGreaterThan(0);
		expect(progress.at(-1)).toMatchObject({work: 'backup', resource: 'store', backup: store.newest().id});
		expect(progress.at(-1)!['bytes']).toBeGreaterThan(0);
		expect(store.newest()).toMatchObject({status: 'failed', failureSummary: 'it was cancelled'});
		expect(kept(sandbox)).toEqual([]);
		expect(await store.leftovers()).toEqual([]);
	});

	test('whose process is killed is noticed by the next command', async () => {
		await store.setMode('slow');
		const running = sandbox.start(store.create);
		await expect.poll(async () => (await store.leftovers()).length, {timeout: 20_000}).toBe(2);
		await expect.poll(() => kept(sandbox).length).toBe(1);
		// Other commands see that it is running.
		const listed = await sandbox.succeed(store.list);
		expect(listed).toContain(`${store.newest().id}\trunning\tmanual`);
		const refused = await sandbox.run(store.create);
		expect(refused).toMatchObject({exitCode: 3});
		expect(refused.stderr).toContain('compartment resource backup create');
		running.child.kill('SIGKILL');
		await running.ended;
		expect(await store.leftovers()).toHaveLength(2);

		expect(await sandbox.succeed(store.list)).toContain(`${store.newest().id}\tfailed\tmanual`);
		expect(store.newest().failureSummary).toBe('it was interrupted');
		expect(await store.leftovers()).toEqual([]);
		expect(kept(sandbox)).toEqual([]);
		await store.setMode('');
		await sandbox.succeed(store.create);
	});

	test('needs an absolute folder', async () => {
		expectError(
			await sandbox.run(store.create, {env: {COMPARTMENT_RESOURCE_BACKUP_DIR: 'backups'}}),
			'COMPARTMENT_RESOURCE_BACKUP_DIR: must be an absolute path (it is "backups")',
		);
	});

	test('needs a backup command', async () => {
		const {operations: _operations, ...bare} = keeper();
		sandbox.describe({services: {idle: idleService}, resources: {store: bare}});
		expectError(await sandbox.run(store.create), 'Resource store does not define a backup command.');
		describeKeeper(sandbox);
		expectError(
			await sandbox.run(['resource', 'backup', 'create', '--resource', 'stor']),
			'The requested resource was not found.',
		);
	});
});

describe('a restore', () => {
	let id = '';
	beforeAll(async () => {
		await store.setValue('good');
		await sandbox.succeed(store.create);
		id = store.newest().id;
		await store.setValue('present');
	});

	/** The resource is marked as incomplete. Returns the backup of what it had before. */
	function expectIncomplete(): string {
		const {status, restore} = store.record();
		expect(status).toBe('restore-incomplete');
		expect(restore).toMatchObject({backup: id, preRestoreBackup: expect.stringMatching(/^rbak_/)});
		return restore!.preRestoreBackup!;
	}

	/** It is reported, and nothing that starts services runs until a restore succeeds. */
	async function expectReported(previous: string): Promise<void> {
		expect(await sandbox.succeed(['resource', 'list'])).toContain('store\trestore-incomplete\t');
		const deploy = await sandbox.run(['deploy']);
		expectError(deploy, 'An action is blocked, nothing was changed.');
		expect(words(deploy.stderr)).toContain(
			`${`compartment ${store.restore(id).join(' ')}`}, or compartment ${store.restore(previous).join(' ')}`,
		);
		expect(words(deploy.stdout)).toContain(`The restore of backup ${id} into resource store did not finish.`);
		expectError(await sandbox.run(['restart', '--auto-approve']), 'blocked');
	}

	test('whose command fails marks the resource as incomplete, and the suggested restore repairs it', async () => {
		await store.setMode('restore fails');
		const outcome = await sandbox.run(store.restore(id));
		expectError(outcome, `Resource store is half restored from backup ${id}: restore command failed: it exited with 4`);
		expect(outcome.stderr).toContain('row 7 is broken');
		expect(await store.value()).toBe('half');
		const previous = expectIncomplete();
		await expectReported(previous);
		expect(outcome.stderr).toContain(`--backup ${previous} --yes`);

		await store.setMode('');
		const count = store.backups().length;
		expect(await sandbox.succeed(store.restore(previous))).toBe(`Resource store restored from backup ${previous}.\n`);
		expect(await store.value()).toBe('present');
		// Incomplete data is not backed up before the restore.
		expect(store.backups()).toHaveLength(count);
		expect(store.record().status).toBe('running');
		expect(store.record().restore).toBeUndefined();
		await sandbox.succeed(['deploy']);
		await sandbox.expectNoChanges();
	});

	test('of a resource that does not become ready again says so', async () => {
		await store.setMode('restore deafens');
		expectError(
			await sandbox.run(store.restore(id)),
			'Resource store did not become ready after restore before 8000ms.',
		);
		expectIncomplete();
		// It can be stopped and started; the mark stays.
		await sandbox.succeed(['resource', 'stop', '--resource', 'store']);
		await sandbox.succeed(['resource', 'start', '--resource', 'store']);
		await expectReported(expectIncomplete());
		await sandbox.succeed(store.restore(id));
		expect(await store.value()).toBe('good');
	}, 90_000);

	test('cannot write to the backup folder', async () => {
		await store.setMode('restore writes');
		const outcome = await sandbox.run(store.restore(id));
		expect(outcome.exitCode).toBe(1);
		expect(outcome.stderr).toContain('EROFS');
		await store.setMode('');
		await sandbox.succeed(store.restore(id));
	});

	test('whose pre-restore backup fails changes nothing', async () => {
		await store.setValue('precious');
		await store.setMode('nothing');
		expectError(await sandbox.run(store.restore(id)), 'the backup command wrote nothing to /backup');
		expect(store.newest()).toMatchObject({purpose: 'pre_restore', status: 'failed'});
		expect(await store.value()).toBe('precious');
		expect(store.record().status).toBe('running');
		await store.setMode('');
	});

	test('of a damaged backup changes nothing', async () => {
		await sandbox.succeed(store.create);
		const {id: damaged, artifactLocation} = store.newest();
		const file = join(artifactLocation!, 'value');
		const content = readFileSync(file);
		writeFileSync(file, 'PRECIOUS');
		expectError(await sandbox.run(store.restore(damaged)), `Backup ${damaged} is damaged: its content changed.`);
		const verified = await sandbox.run(['resource', 'backup', 'verify', '--backup', damaged]);
		expect(verified).toMatchObject({exitCode: 1});
		expect(verified.stdout).toContain('cannot be restored');
		expect(await store.value()).toBe('precious');
		expect(store.newest().id).toBe(damaged);
		writeFileSync(file, content);
		await sandbox.succeed(store.restore(damaged));
	});

	test('is cancelled with ctrl-c', async () => {
		await store.setMode('restore hangs');
		const running = sandbox.start(store.restore(id));
		await expect.poll(() => store.value(), {timeout: 20_000}).toBe('half');
		running.child.kill('SIGINT');
		const {exitCode, stderr} = await running.ended;
		expect(exitCode).toBe(130);
		expect(stderr).toContain('it was cancelled');
		expect(await store.leftovers()).toEqual([]);
		await store.setMode('');
		expectIncomplete();
		await sandbox.succeed(store.restore(id));
	});

	test('that is killed while its command runs leaves a clear state', async () => {
		await store.setValue('newer');
		await store.setMode('restore hangs');
		const running = sandbox.start(store.restore(id));
		await expect.poll(() => store.value(), {timeout: 20_000}).toBe('half');
		running.child.kill('SIGKILL');
		await running.ended;
		await store.setMode('');
		const previous = expectIncomplete();
		await expectReported(previous);
		await sandbox.succeed(store.restore(previous));
		expect(await store.value()).toBe('newer');
		expect(await store.leftovers()).toEqual([]);
		await sandbox.expectNoChanges();
	});

	test('needs the same definition, but a restore into a new resource does not', async () => {
		describeKeeper(sandbox, {env: {GREETING: 'changed'}});
		await sandbox.succeed(['deploy']);
		const refused = await sandbox.run(store.restore(id));
		expectError(refused, `Backup ${id} is not compatible with resource store.`);
		expect(refused.stderr).toContain('GREETING changed');
		await sandbox.succeed(['resource', 'backup', 'restore', '--backup', id, '--as', 'copy']);
		expect(await createKeeper(sandbox, 'copy').value()).toBe('good');
		expectError(
			await sandbox.run(['resource', 'backup', 'restore', '--backup', id, '--resource', 'copy', '--yes']),
			`Backup ${id} cannot be restored to resource copy.`,
		);
		await sandbox.succeed(['resource', 'delete', '--resource', 'copy', '--delete-data', '--yes']);
		describeKeeper(sandbox);
		await sandbox.succeed(['deploy']);
	});

	test('into a new resource that fails keeps it for inspection', async () => {
		// The backup includes the failing command.
		const operations = {backup: {command: 'echo x > /backup/value'}, restore: {command: 'echo broken >&2; exit 5'}};
		sandbox.describe({services: {idle: idleService}, resources: {store: keeper({operations})}});
		await sandbox.succeed(store.create);
		const broken = store.newest().id;
		describeKeeper(sandbox);
		const as = ['resource', 'backup', 'restore', '--backup', broken, '--as', 'copy'];
		expectError(
			await sandbox.run(as),
			/Resource copy was created, but restore failed: restore command failed: it exited with 5\s+broken\. Delete the resource before retrying\./,
		);
		expect(await createKeeper(sandbox, 'copy').value()).toBe('empty');
		expect(await sandbox.succeed(['resource', 'list'])).toContain('copy\trestore-incomplete\t');
		expectError(await sandbox.run(as), 'Resource copy already exists.');
		expectError(await sandbox.run(['deploy']), 'compartment resource delete --resource copy');
		const verified = await sandbox.run(['resource', 'backup', 'verify', '--backup', broken]);
		expect(verified).toMatchObject({exitCode: 1});
		expect(verified.stdout).toContain('it exited with 5');
		expect(await store.leftovers()).toEqual([]);
		await sandbox.succeed(['resource', 'delete', '--resource', 'copy', '--delete-data', '--yes']);
		await sandbox.expectNoChanges();
	});

	test('brings back the data of a lost volume', async () => {
		const volume = volumeName(sandbox.project, 'production', 'store', 'data');
		await sandbox.engine.remove(store.record().containerId);
		await sandbox.engine.removeVolume(volume);
		expectError(
			await sandbox.run(['resource', 'start', '--resource', 'store']),
			'Volume data of resource store was removed outside Compartment, and its data is gone.',
		);
		expectError(await sandbox.run(store.create), 'Resource store is not running.');
		const {stdout} = await sandbox.run(['plan']);
		expect(words(stdout)).toContain('volume was removed outside Compartment, its data is gone');
		await sandbox.succeed(['deploy']);
		expect(await store.value()).toBe('empty');
		await sandbox.succeed(store.restore(id));
		expect(await store.value()).toBe('good');
		await sandbox.expectNoChanges();
	});
});

describe('scheduled backups', () => {
	const schedule = {interval: 'hourly', retention: {keepLast: 1, includeManual: true}};
	const describeAll = () =>
		sandbox.describe({
			services: {idle: idleService},
			resources: {
				broken: keeper({operations: {backup: {command: 'exit 9', schedule: {interval: 'hourly'}}}}),
				resting: keeper({}, {interval: 'hourly'}),
				clock: keeper({}, schedule),
				store: keeper(),
			},
		});
	const clock = createKeeper(sandbox, 'clock');
	const runDue = ['resource', 'backup', 'run-due'];

	test('run even if some fail, and retention counts only successful ones', async () => {
		describeAll();
		await sandbox.succeed(['deploy']);
		await sandbox.succeed(['resource', 'stop', '--resource', 'resting']);
		await clock.setValue('good');
		await sandbox.succeed(clock.create);
		const manual = clock.newest();

		const {stdout, exitCode} = await sandbox.run(runDue);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(
			/^Resource broken failed: Backup rbak_\w+ of resource broken failed: backup command failed: it exited with 9$/m,
		);
		expect(stdout).toContain('Resource resting skipped: it is stopped');
		const scheduled = clock.newest();
		expect(scheduled).toMatchObject({purpose: 'scheduled', status: 'succeeded', manifest: {createdBy: null}});
		expect(stdout).toContain(`Backup ${scheduled.id} succeeded for resource clock.`);
		expect(stdout).toContain(`Backup ${manual.id} cleaned (retention keepLast=1).`);

		const listed = await sandbox.succeed(clock.list);
		expect(listed).toMatch(`scheduled backup\thourly\tlast run ${scheduled.createdAt}\tcleaned 1\n`);
		expect(listed).toMatch(
			new RegExp(`^${manual.id}\tdeleted\tmanual\t\\S+\tcleaned \\S+ \\(retention keepLast=1\\)$`, 'm'),
		);
		expect(existsSync(manual.artifactLocation!)).toBe(false);
		expect(existsSync(scheduled.artifactLocation!)).toBe(true);
		expectError(
			await sandbox.run(clock.restore(manual.id)),
			`Backup ${manual.id} cannot be restored to resource clock.`,
		);

		// A failed backup counts as a run; the backup of the stopped resource is still due.
		const again = JSON.parse(await sandbox.succeed([...runDue, '--json'])) as {due: readonly unknown[]};
		expect(again.due).toEqual([{resource: 'resting', status: 'skipped', reason: 'it is stopped'}]);
	}, 120_000);

	test('are verified if the setting says so', async () => {
		writeFileSync(
			join(sandbox.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'),
			JSON.stringify({stopGraceSeconds: 2, minHealthyMs: 400, verifyScheduledBackups: true}),
		);
		await sandbox.succeed(['resource', 'start', '--resource', 'resting']);
		expect(await sandbox.succeed(runDue)).toMatch(
			/^Backup rbak_\w+ succeeded for resource resting, verification succeeded\.\n$/,
		);
		expect(await clock.leftovers()).toEqual([]);
	});
});
