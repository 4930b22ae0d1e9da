import {expect, test} from 'vitest';
import type {Plan} from '../../source/plan/plan.ts';
import {ApproveScreen} from '../../source/ui/screens/approve.tsx';
import {createApproveStore} from '../../source/ui/stores/approve-store.ts';
import {blockedChange, dataDeletion, firstDeploy, planOf} from './plans.ts';
import {draw} from './screen.ts';

const down = '\u001B[B';
const up = '\u001B[A';
const escapeKey = '\u001B';
const ctrlC = '\u0003';

const fullDiff = () => Array.from({length: 60}, (_, line) => `+ line ${line + 1}`).join('\n');

function ask(plan: Plan, size: {readonly columns?: number; readonly rows?: number} = {}) {
	const store = createApproveStore(plan, fullDiff);
	const before = '$ compartment apply\nPlan: 9 to create.\n\n';
	const screen = draw(<ApproveScreen store={store} />, {...size, before}, {alternateScreen: false});
	return {
		...screen,
		store,
		/** Presses and waits for the answer; resolves with it and with what stays in the scrollback. */
		async answer(keys: string) {
			screen.type(keys);
			await screen.app.waitUntilExit();
			return {answer: store.getSnapshot().answer, scrollback: await screen.scrollback()};
		},
	};
}

const golden = (name: string) => `../../snapshots/ui/approve-${name}.txt`;

test('the first deploy, in both sizes', async () => {
	await expect(await ask(firstDeploy()).text()).toMatchFileSnapshot(golden('first-80x24'));
	await expect(await ask(firstDeploy(), {columns: 120, rows: 40}).text()).toMatchFileSnapshot(golden('first-120x40'));
});

test('an action left out takes its dependents along, and says which', async () => {
	const screen = ask(firstDeploy());
	await expect(await screen.press(`${up.repeat(4)} `)).toMatchFileSnapshot(golden('left-out-80x24'));
});

test('enter on an action shows its reasons and what depends on it', async () => {
	const screen = ask(firstDeploy());
	await expect(await screen.press('ggjjj\r')).toMatchFileSnapshot(golden('reasons-80x24'));
	expect(await screen.press('\r')).not.toContain('needed by');
});

test('y applies what is picked and leaves one line behind', async () => {
	const {answer, scrollback} = await ask(firstDeploy()).answer(`g${down.repeat(4)} y`);
	expect(answer).toEqual({decision: 'apply', skipped: ['image.api', 'service.api', 'routes']});
	expect(scrollback).toBe(
		'$ compartment apply\nPlan: 9 to create.\n\n✓ Approved: 6 of 9 actions, without image.api, service.api and routes',
	);
});

test.each([
	['n', 'n'],
	['enter on the question', '\r'],
	['ctrl-c', ctrlC],
	['escape', escapeKey],
	['ctrl-c over the help', `?${ctrlC}`],
])('%s is a no', async (_, keys) => {
	const {answer, scrollback} = await ask(firstDeploy()).answer(keys);
	expect(answer).toEqual({decision: 'cancel'});
	expect(scrollback).toBe('$ compartment apply\nPlan: 9 to create.');
});

test('nothing picked cannot be applied', async () => {
	const screen = ask(firstDeploy());
	expect(await screen.press('g jj jj j y')).toContain('Nothing is picked');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
});

test('a pasted y approves nothing', async () => {
	const screen = ask(firstDeploy());
	await screen.press('\u001B[200~y\r\u001B[201~');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
});

test('the full diff folds out in place and scrolls', async () => {
	const screen = ask(firstDeploy());
	await expect(await screen.press('djj')).toMatchFileSnapshot(golden('diff-80x24'));
	expect(await screen.press('G')).toContain('+ line 60');
	expect(await screen.press('g')).toContain('1 to 19 of 60');
	expect(await screen.press('d')).toContain('Apply 9 actions');
});

test('deleting data asks for the name to be typed', async () => {
	const screen = ask(dataDeletion());
	await expect(await screen.press('yproduction/cache')).toMatchFileSnapshot(golden('confirm-80x24'));
	expect(await screen.press('\r')).toContain('That is not production/db');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
	const {answer} = await screen.answer(`${'\u007F'.repeat(5)}db\r`);
	expect(answer).toEqual({decision: 'apply', skipped: []});
});

test('data that is left out needs no typed name', async () => {
	const {answer} = await ask(dataDeletion()).answer('k y');
	expect(answer).toEqual({decision: 'apply', skipped: ['volume.db.data']});
});

test('a blocked action cannot be applied, and its way out is shown', async () => {
	const screen = ask(blockedChange());
	await expect(await screen.press('y')).toMatchFileSnapshot(golden('blocked-80x24'));
	expect(screen.store.getSnapshot().answer).toBeUndefined();
});

test('a list taller than the terminal keeps the cursor in sight', async () => {
	const [action] = firstDeploy().actions;
	const many = Array.from({length: 40}, (_, index) => ({...action!, address: `service.s${index + 1}`}));
	const screen = ask(planOf(many), {rows: 20});
	expect(await screen.text()).toMatch(/13 of 40 shown.*s28 .*s40 .*Apply 40 actions/s);
	expect(await screen.press('k'.repeat(30))).toMatch(/❯ .*service\.s11 /);
	expect(await screen.press('g')).toMatch(/❯ .*service\.s1 /);
});

test('the prompt fits again after a resize', async () => {
	const screen = ask(firstDeploy(), {columns: 120, rows: 40});
	await screen.text();
	await screen.resize(60, 16);
	await expect(await screen.press('k')).toMatchFileSnapshot(golden('resized-60x16'));
});

test('help lists every key of the screen', async () => {
	await expect(await ask(firstDeploy()).press('?')).toMatchFileSnapshot(golden('help-80x24'));
});
