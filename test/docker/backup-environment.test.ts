import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createKeeper, idleService, keeper} from './backup-store.ts';
import {expectError, withSandbox, words} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const withKeeper = () =>
	withSandbox(async box => {
		box.describe({services: {idle: idleService}, resources: {store: keeper()}});
		await box.succeed(['deploy']);
	});
const remove = ['environment', 'delete', 'production'];

describe('deleting an environment', () => {
	const sandbox = withKeeper();
	const store = createKeeper(sandbox);
	const folder = () => join(sandbox.folder, '.compartment/production');
	const other = () => join(sandbox.folder, '../elsewhere');

	test('shows in its plan what happens to the backups, before it asks', async () => {
		await sandbox.succeed(store.create);
		await sandbox.succeed(store.create);
		await sandbox.succeed(store.create, {env: {COMPARTMENT_RESOURCE_BACKUP_DIR: other()}});
		using terminal = openCli(sandbox, remove, {columns: 200});
		await terminal.waitFor(/Destroy production: .*\? y\/N/, 20_000);
		const plan = words(terminal.scrollback());
		expect(plan).toContain(
			`Deleted with the environment: 2 backups of store (10 B) in ${words(join(folder(), 'backups'))}. Copy first what you may need.`,
		);
		expect(plan).toContain('Kept: 1 backup of store (5 B) outside of');
		terminal.press('n');
		expect(await terminal.ended).toMatchObject({exitCode: 130});
		expect(readdirSync(join(folder(), 'backups'))).toHaveLength(2);
	});

	test('asks even after a destroy, because it still removes backups and history', async () => {
		await sandbox.succeed(['destroy', '--delete-data', '--auto-approve']);
		expect(readdirSync(join(folder(), 'backups'))).toHaveLength(2);
		const outcome = await sandbox.run(remove);
		expectError(outcome, 'Environment delete requires confirmation.');
		expect(outcome.stderr).toContain('Deleted with the environment: 2 backups of store');
		const open = () => openCli(sandbox, remove, {columns: 200});
		{
			using terminal = open();
			await terminal.waitFor('Type production to confirm:', 20_000);
			terminal.press('y\r');
			expect(await terminal.ended).toMatchObject({exitCode: 130});
			expect(terminal.scrollback()).toContain('Nothing was deleted.');
		}
		expect(existsSync(folder())).toBe(true);
		using terminal = open();
		await terminal.waitFor('Type production to confirm:', 20_000);
		terminal.press('production\r');
		expect(await terminal.ended).toMatchObject({exitCode: 0});
		expect(existsSync(folder())).toBe(false);
		expect(readdirSync(other())).toHaveLength(1);
	});
});
