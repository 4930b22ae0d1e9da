import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {pendingWrites, readJournal} from '../../source/state/journal.ts';
import {createKeeper, idleService, keeper} from '../docker/backup-store.ts';
import {expectError, withSandbox} from '../docker/cli.ts';
import {until} from '../docker/helpers.ts';

const withKeeper = (prepare?: (folder: string) => void) =>
	withSandbox(async box => {
		prepare?.(box.folder);
		box.describe({services: {idle: idleService}, resources: {store: keeper()}});
		await box.succeed(['deploy']);
	});

const full = /no space is left on the device/;

describe('when the disk is full from some write of the state on,', () => {
	const sandbox = withKeeper();
	const store = createKeeper(sandbox);
	const folder = () => join(sandbox.folder, '.compartment/production/backups');
	let id = '';
	beforeAll(async () => {
		await store.setValue('good');
		await sandbox.succeed(store.create);
		id = store.newest().id;
	});

	/** The next command cleans up: no backup is incomplete, and every file has a record. */
	async function expectSettled(): Promise<void> {
		await sandbox.succeed(store.list);
		const backups = store.backups();
		expect(backups.filter(({status}) => status === 'running')).toEqual([]);
		const good = backups.filter(({status}) => status === 'succeeded').map(backup => backup.id);
		expect(readdirSync(folder()).sort()).toEqual(good.sort());
		expect(await store.leftovers()).toEqual([]);
	}

	test('a backup fails with the reason and does not count', async () => {
		let hits = 0;
		for (let hit = 1; ; hit++) {
			const count = store.backups().filter(({status}) => status === 'succeeded').length;
			const outcome = await sandbox.run(store.create, {
				env: {COMPARTMENT_FAILPOINT: `journal.before-state:${hit}:full`},
			});
			await expectSettled();
			const now = store.backups().filter(({status}) => status === 'succeeded').length;
			if (outcome.exitCode === 0) {
				expect(now).toBe(count + 1);
				break;
			}
			expectError(outcome, full);
			expect(now).toBe(count);
			hits++;
		}
		expect(hits).toBeGreaterThanOrEqual(2);
	});

	test('a restore leaves the previous data or marks the resource as incomplete', async () => {
		let hits = 0;
		for (let hit = 1; ; hit++) {
			await store.setValue('newer');
			const outcome = await sandbox.run(store.restore(id), {
				env: {COMPARTMENT_FAILPOINT: `journal.before-state:${hit}:full`},
			});
			const value = await store.value();
			const {status} = store.record();
			await expectSettled();
			if (outcome.exitCode === 0) {
				expect({value, status}).toEqual({value: 'good', status: 'running'});
				break;
			}
			expectError(outcome, full);
			expect(status).toBe(value === 'newer' ? 'running' : 'restore-incomplete');
			await sandbox.succeed(store.restore(id));
			expect(await store.value()).toBe('good');
			hits++;
		}
		expect(hits).toBeGreaterThanOrEqual(4);
		await sandbox.expectNoChanges();
	});
});

describe('on a full disk,', () => {
	const small = (folder: string) => join(folder, '.compartment');
	const sandbox = withKeeper(folder => {
		mkdirSync(small(folder), {mode: 0o700});
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', small(folder)]);
	});
	// Before the sandbox removes its folder.
	afterAll(async () => {
		rmSync(filler(), {force: true});
		await sandbox.run(['destroy', '--delete-data', '--auto-approve']);
		execFileSync('umount', [small(sandbox.folder)]);
	});
	const store = createKeeper(sandbox);
	const filler = () => join(small(sandbox.folder), 'filler');
	const fill = () => {
		try {
			writeFileSync(filler(), Buffer.alloc(8 * 1024 * 1024, 1));
		} catch (error) {
			expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
		}
	};

	test('a backup and a restore are refused and the state is kept, and both work when there is room again', async () => {
		await store.setValue('good');
		await sandbox.succeed(store.create);
		const {id} = store.newest();
		await store.setValue('newer');
		const {serial} = sandbox.state();
		fill();
		for (const command of [store.create, store.restore(id)]) expectError(await sandbox.run(command), full);
		expect(await sandbox.succeed(store.list)).toContain(`${id}\tsucceeded\tmanual`);
		expect(await store.value()).toBe('newer');
		expect(sandbox.state().serial).toBe(serial);
		expect(store.record().status).toBe('running');
		rmSync(filler());
		await sandbox.succeed(store.restore(id));
		expect(await store.value()).toBe('good');
		await sandbox.expectNoChanges();
	});

	test('an apply records what it has done, using the reserved space, and starts nothing more', async () => {
		const environment = join(small(sandbox.folder), 'production');
		const reserve = join(environment, 'reserve');
		const web = (level: string) => ({
			image: 'node:24-slim',
			run: {
				command: `node -e "require('http').createServer((_, answer) => answer.end(process.env.LEVEL)).listen(3000)"`,
			},
			port: 3000,
			readiness: {type: 'http', path: '/'},
			accessMode: 'public',
			release: {command: 'sleep 4'},
			env: {LEVEL: level},
		});
		const describe = (level: string) =>
			sandbox.describe({services: {web: web(level), idle: idleService}, resources: {store: keeper()}});
		const entries = async () => readJournal(environment, sandbox.state(), sandbox.env);
		describe('one');
		await sandbox.succeed(['deploy']);
		expect(statSync(reserve)).toMatchObject({size: 1024 * 1024, mode: 0o100600});

		describe('two');
		const apply = sandbox.start(['deploy']);
		await until(
			async () => (await entries()).some(each => each.type === 'begin' && each.intent.type === 'release'),
			60_000,
		);
		fill();
		const outcome = await apply.ended;
		const said = outcome.stdout + outcome.stderr;
		expect(outcome.exitCode, said).toBe(1);
		expect(said).toMatch(full);
		expect(existsSync(reserve)).toBe(false);
		expect(pendingWrites(await entries())).toEqual([]);
		expect(existsSync(join(environment, 'journal.ndjson'))).toBe(false);
		expect((await sandbox.ask()).body).toBe('one');

		rmSync(filler());
		await sandbox.succeed(['deploy']);
		expect((await sandbox.ask()).body).toBe('two');
		expect(statSync(reserve).size).toBe(1024 * 1024);
		await sandbox.expectNoChanges();
	});
});
