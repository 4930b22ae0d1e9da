import {expect, test} from 'vitest';
import {createKeeper, idleService, keeper} from './backup-store.ts';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const sandbox = withSandbox(async box => {
	box.describe({services: {idle: idleService}, resources: {store: keeper()}});
	await box.succeed(['deploy']);
});
const store = createKeeper(sandbox);

/** A command in a terminal, in the sandbox's folder. */
const open = (...args: string[]) => openCli(sandbox, args, {columns: 160});

test('a backup shows on one line how much it has written', async () => {
	await store.setMode('slow');
	using terminal = open(...store.create);
	await terminal.waitFor(/backing up store \(rbak_\w+\): \d+(s|ms), [1-9]\S* k?B written/, 30_000);
	expect(terminal.scrollback().match(/backing up/g)).toHaveLength(1);
	terminal.press('\u0003');
	expect(await terminal.ended).toMatchObject({exitCode: 130});
	expect(terminal.scrollback()).not.toContain('backing up');
	expect(terminal.scrollback()).toContain('it was cancelled');
	await store.setMode('');
});

test('a restore continues only if the name is typed', async () => {
	await store.setValue('good');
	await sandbox.succeed(store.create);
	const {id} = store.newest();
	await store.setValue('present');
	const args = store.restore(id).filter(word => word !== '--yes');
	for (const answer of ['y\r', 'store2\r', '\u0003', '\u0004']) {
		using terminal = open(...args);
		await terminal.waitFor('Type store to confirm:', 20_000);
		terminal.press(answer);
		expect(await terminal.ended).toMatchObject({exitCode: 130});
		expect(terminal.scrollback()).toContain('Nothing was restored.');
	}
	expect(await store.value()).toBe('present');
	using terminal = open(...args);
	await terminal.waitFor('Type store to confirm:', 20_000);
	terminal.press('store\r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toContain(`Resource store restored from backup ${id}.`);
	expect(await store.value()).toBe('good');
});

test('data is deleted only if the name is typed', async () => {
	const args = ['resource', 'delete', '--resource', 'store', '--delete-data'];
	{
		using terminal = open(...args);
		await terminal.waitFor('Delete data volumes for resource store.', 20_000);
		terminal.press('no\r');
		expect(await terminal.ended).toMatchObject({exitCode: 130});
		expect(terminal.scrollback()).toContain('Resource data delete cancelled.');
	}
	expect(await store.value()).toBe('good');
	using terminal = open(...args);
	await terminal.waitFor('Type store to confirm:', 20_000);
	terminal.press('store\r');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toContain('Resource deleted.');
	expect((await sandbox.observe()).volumes).toEqual([]);
});
