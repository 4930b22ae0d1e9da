import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {asciiGlyphs} from '../../source/output/glyphs.ts';
import type {Plan} from '../../source/plan/plan.ts';
import {ApproveScreen} from '../../source/ui/approve/screen.tsx';
import {createApproveStore, type PlanRenderer} from '../../source/ui/approve/store.ts';
import {colourInk} from '../../source/ui/parts/colour-ink.ts';
import {GlyphsContext} from '../../source/ui/parts/use-glyphs.ts';
import {expectFrame, sizes} from './golden.ts';
import {endlessLine, expectHarmless, hostile, hostileText} from './hostile.ts';
import {blockedChange, dataDeletion, firstDeploy, planOf} from './plans.ts';
import {draw} from './screen.ts';

const down = '\u001B[B';
const up = '\u001B[A';
const escapeKey = '\u001B';
const ctrlC = '\u0003';

const render: PlanRenderer = {
	full: () => Array.from({length: 60}, (_, line) => `+ line ${line + 1}`).join('\n'),
	action: ({address, reasons}) => [
		`  + ${address}  will be created: ${reasons.join('; ')}`,
		'      + image  "4f1c0aa"',
	],
};

function ask(plan: Plan, size: {readonly columns?: number; readonly rows?: number} = {}) {
	const store = createApproveStore(plan, render);
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

beforeAll(() => colourInk(true));
afterAll(() => colourInk(false));

const golden = (name: string) => `../../snapshots/ui/approve-${name}.txt`;

describe.each(sizes)('in a window of $columns by $rows', size => {
	const sized = (name: string) => golden(`${name}-${size.columns}x${size.rows}`);

	test('a first deploy looks as recorded', async () => {
		await expectFrame(ask(firstDeploy(), size), sized('first'));
	});

	test('skipping an action skips its dependents too, and names them', async () => {
		const screen = ask(firstDeploy(), size);
		await screen.press(`${up.repeat(4)} `);
		await expectFrame(screen, sized('left-out'));
	});

	test('the selected action is shown with its changes and dependents', async () => {
		const screen = ask(firstDeploy(), size);
		await screen.press('ggjjj');
		await expectFrame(screen, sized('reasons'));
		expect(await screen.press('G')).not.toContain('needed by');
	});

	test('the full diff opens in place', async () => {
		const screen = ask(firstDeploy(), size);
		await screen.press('djj');
		await expectFrame(screen, sized('diff'));
	});

	test('deleting data asks for a name', async () => {
		const screen = ask(dataDeletion(), size);
		await screen.press('yproduction/cache');
		await expectFrame(screen, sized('confirm'));
	});

	test('a blocked action cannot be applied, and the command that unblocks it is shown', async () => {
		const screen = ask(blockedChange(), size);
		await screen.press('y');
		await expectFrame(screen, sized('blocked'));
		expect(screen.store.getSnapshot().answer).toBeUndefined();
	});

	test('the help lists every key of the screen', async () => {
		const screen = ask(firstDeploy(), size);
		await screen.press('?');
		await expectFrame(screen, sized('help'));
	});
});

test('y applies the selected actions and leaves one line', async () => {
	const {answer, scrollback} = await ask(firstDeploy()).answer(`g${down.repeat(4)} y`);
	expect(answer).toEqual({decision: 'apply', skipped: ['image.api', 'service.api', 'routes']});
	expect(scrollback).toBe(
		'$ compartment apply\nPlan: 9 to create.\n\n✓ Approved: 6 of 9 actions, skipping image.api, service.api and routes',
	);
});

test.each([
	['n', 'n'],
	['enter on the question', '\r'],
	['ctrl-c', ctrlC],
	['escape', escapeKey],
	['ctrl-c over the help', `?${ctrlC}`],
])('%s means no', async (_, keys) => {
	const {answer, scrollback} = await ask(firstDeploy()).answer(keys);
	expect(answer).toEqual({decision: 'cancel'});
	expect(scrollback).toBe('$ compartment apply\nPlan: 9 to create.');
});

test('all, none and only this change many actions at once', async () => {
	const screen = ask(firstDeploy());
	expect(await screen.press('A')).toMatch(/All actions are skipped.*Apply 0 of 9 actions: nothing/s);
	expect(await screen.press('y')).toContain('Nothing to apply');
	expect(await screen.press('a')).toMatch(/All actions are included.*Apply 9 actions/s);
	const only = await screen.press('gjjjo');
	expect(only).toContain('Only resource.db, and network and volume.db.data that it needs');
	expect(only).toContain('Apply 3 of 9 actions');
	const {answer} = await screen.answer('y');
	expect(answer).toEqual({
		decision: 'apply',
		skipped: ['router', 'image.api', 'image.web', 'service.api', 'service.web', 'routes'],
	});
});

test('a filter narrows the list, all and none are for what matches, and esc shows all again', async () => {
	const screen = ask(firstDeploy());
	const typed = await screen.press('/api');
	expect(typed).toContain('/api');
	expect(typed).toContain('2 of 9 match');
	expect(typed).not.toContain('image.web');
	expect(await screen.press('\r')).toContain('filter: "api"');
	const skipped = await screen.press('A');
	expect(skipped).toContain('All that match "api" are skipped');
	// What depends on them is skipped too.
	expect(skipped).toContain('Apply 6 of 9 actions');
	screen.type('\u001B');
	await new Promise(resolve => setTimeout(resolve, 40));
	const all = await screen.text();
	expect(all).toContain('image.web');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
	expect(await screen.press('/nothing')).toContain('No matching action.');
});

test('the full diff opens at the selected action, and can be searched', async () => {
	const store = createApproveStore(firstDeploy(), {
		...render,
		full: () =>
			Array.from({length: 60}, (_, line) => (line === 40 ? '  + service.api  will be created' : `line ${line}`)).join(
				'\n',
			),
	});
	const screen = draw(<ApproveScreen store={store} />, {}, {alternateScreen: false});
	expect(await screen.press('kkkd')).toContain('service.api  will be created');
	expect(await screen.press('g/line 5\r')).toMatch(/"line 5".*│ line 5 /s);
	expect(await screen.press('n')).toMatch(/│ line 50 /);
	expect(await screen.press('NN')).toContain('No more "line 5" above');
	expect(await screen.press('/nowhere\r')).toContain('"nowhere" was not found');
	expect(await screen.press('d')).toContain('Apply 9 actions');
});

test.each(sizes)('the approval is ASCII without Unicode at $columns by $rows', async size => {
	const store = createApproveStore(firstDeploy(), render);
	const screen = draw(
		<GlyphsContext value={asciiGlyphs}>
			<ApproveScreen store={store} />
		</GlyphsContext>,
		size,
		{alternateScreen: false},
	);
	const text = await screen.press('kkk');
	expect(text).toMatch(/^[\x20-\x7e\n]*$/);
	await expect(text).toMatchFileSnapshot(golden(`reasons-ascii-${size.columns}x${size.rows}`));
});

test('an apply without any action is refused', async () => {
	const screen = ask(firstDeploy());
	expect(await screen.press('g jj jj j y')).toContain('Nothing to apply');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
});

test('a pasted y approves nothing', async () => {
	const screen = ask(firstDeploy());
	await screen.press('\u001B[200~y\r\u001B[201~');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
});

test('the full diff scrolls', async () => {
	const screen = ask(firstDeploy());
	expect(await screen.press('djj')).toContain('3 to 21 of 60');
	expect(await screen.press('G')).toContain('+ line 60');
	expect(await screen.press('g')).toContain('1 to 19 of 60');
	expect(await screen.press('d')).toContain('Apply 9 actions');
});

test('data is deleted only after the right name was typed', async () => {
	const screen = ask(dataDeletion());
	expect(await screen.press('yproduction/cache\r')).toContain('That does not match production/db');
	expect(screen.store.getSnapshot().answer).toBeUndefined();
	const {answer} = await screen.answer(`${'\u007F'.repeat(5)}db\r`);
	expect(answer).toEqual({decision: 'apply', skipped: []});
});

test('skipped data needs no typed name', async () => {
	const {answer} = await ask(dataDeletion()).answer('k y');
	expect(answer).toEqual({decision: 'apply', skipped: ['volume.db.data']});
});

test('a list taller than the terminal keeps the cursor visible', async () => {
	const [action] = firstDeploy().actions;
	const many = Array.from({length: 40}, (_, index) => ({...action!, address: `service.s${index + 1}`}));
	const screen = ask(planOf(many), {rows: 20});
	expect(await screen.text()).toMatch(/7 of 40 shown.*s34 .*s40 .*Apply 40 actions/s);
	expect(await screen.press('k'.repeat(30))).toMatch(/❯ .*service\.s11 /);
	expect(await screen.press('g')).toMatch(/❯ .*service\.s1 /);
});

test('the prompt fits again after a resize', async () => {
	const screen = ask(firstDeploy(), {columns: 120, rows: 40});
	await screen.text();
	await screen.resize(60, 16);
	await screen.press('k');
	await expectFrame(screen, golden('resized-60x16'));
});

test('a help that is taller than the window scrolls', async () => {
	const screen = ask(firstDeploy(), {rows: 12});
	expect(await screen.press('?')).toContain('1 to 7 of');
	expect(await screen.press('j'.repeat(40))).toContain('ctrl-z');
	expect(await screen.press('q')).toContain('Apply 9 actions');
});

test('a name with spaces can be typed', async () => {
	const plan = {...dataDeletion(), environment: 'my copy'};
	const {answer} = await ask(plan).answer('ymy copy/db\r');
	expect(answer).toEqual({decision: 'apply', skipped: []});
});

test('hostile names, reasons and hints leave the frame intact', async () => {
	const [action] = dataDeletion().actions;
	const texts = [...hostile, hostileText, endlessLine];
	const deletions = texts.map(text => ({
		...action!,
		kind: 'delete' as const,
		address: `volume.${text}`,
		reasons: [text, hostileText],
		deletesData: true,
	}));
	const blocked = {...action!, kind: 'blocked' as const, address: hostileText, reasons: [hostileText]};
	for (const plan of [planOf(deletions), planOf([{...blocked, unblock: hostileText}])]) {
		const screen = ask({...plan, project: hostileText, environment: hostileText});
		for (const keys of ['', 'g\r', ' ', ' \r', 'G', `y\u001B[200~${hostileText}\u001B[201~`, '\r']) {
			const lines = (await screen.press(keys)).split('\n');
			for (const line of lines) if (/^[╭│╰]/u.test(line) && !/\u200D/u.test(line)) expect(line).toMatch(/[╮│╯]$/u);
		}
		expectHarmless(screen.written());
	}
});
