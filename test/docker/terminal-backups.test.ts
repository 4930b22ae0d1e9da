import {expect, test} from 'vitest';
import {createKeeper, idleService, keeper} from './backup-store.ts';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

const sandbox = withSandbox(async box => {
	box.describe({services: {idle: idleService}, resources: {store: keeper()}});
	await box.succeed(['deploy']);
});
const store = createKeeper(sandbox);

const way = 'Press any key to return to the dashboard.';

test('a backup is created, verified and restored within the dashboard', async () => {
	await store.setValue('good');
	using terminal = openCli(sandbox, [], {columns: 120, rows: 36});
	await terminal.waitFor(/● store +healthy/, 20_000);
	// Services come first.
	terminal.press('G\r6');
	await terminal.waitFor('No backup yet.', 20_000);
	terminal.press('B');
	expect(await terminal.waitFor(way, 60_000)).toMatch(/\$ compartment resource backup create --resource store/);
	terminal.press(' ');
	await terminal.waitFor(/● rbak_\w+ +succeeded/, 20_000);
	const {id} = store.newest();
	// The screen may still have the question of the command before.
	const returned = (text: string) => terminal.waitFor(new RegExp(`${text}.*${way}`, 's'), 60_000);
	terminal.press('V');
	await returned(`Backup ${id} of resource store was restored and is good`);
	terminal.press(' ');
	await terminal.waitFor(/rbak_\w+ +succeeded.*verified: succeeded/, 20_000);
	await store.setValue('present');
	terminal.press('R');
	await terminal.waitFor('Type store to confirm:', 20_000);
	terminal.press('store\r');
	await returned(`Resource store restored from backup ${id}.`);
	expect(await store.value()).toBe('good');
	terminal.press(' ');
	// The screens read the keyboard again after the question.
	await terminal.waitFor('[6 backups]', 20_000);
	terminal.press('1');
	await terminal.waitFor('[1 logs]', 10_000);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
}, 240_000);
