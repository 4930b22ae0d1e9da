import {expect, test} from 'vitest';
import {createKeeper, idleService, keeper} from './backup-store.ts';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const sandbox = withSandbox(async box => {
	box.describe({services: {idle: idleService}, resources: {store: keeper()}});
	await box.succeed(['deploy']);
});
const store = createKeeper(sandbox);

const esc = '\u001B';

test('a backup is created, verified and restored within the dashboard', async () => {
	await store.setValue('good');
	using terminal = openCli(sandbox, [], {columns: 120, rows: 36});
	await terminal.waitFor(/● store +healthy/, 20_000);
	// Services come first.
	terminal.press('G\r6');
	await terminal.waitFor('No backup yet.', 20_000);
	terminal.press('B');
	await terminal.waitFor(/back up store done[\s\S]*Backup rbak_\w+ succeeded for resource store/, 60_000);
	terminal.press(esc);
	await terminal.waitFor(/● rbak_\w+ +succeeded/, 20_000);
	const {id} = store.newest();
	terminal.press('V');
	await terminal.waitFor(`Backup ${id} of resource store was restored and is good`, 60_000);
	terminal.press(esc);
	await terminal.waitFor(/rbak_\w+ +succeeded.*verified: succeeded/, 20_000);
	await store.setValue('present');
	terminal.press('R');
	await terminal.waitFor('Type store to confirm:', 20_000);
	terminal.press('store\r');
	await terminal.waitFor(`Resource store restored from backup ${id}.`, 60_000);
	expect(await store.value()).toBe('good');
	terminal.press(esc);
	await terminal.waitFor('[6 backups]', 20_000);
	terminal.press('1');
	await terminal.waitFor('[1 logs]', 10_000);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
	expect(terminal.scrollback()).toContain(`$ compartment resource backup create --resource store`);
	expect(terminal.scrollback()).toContain(`Resource store restored from backup ${id}.`);
}, 240_000);
