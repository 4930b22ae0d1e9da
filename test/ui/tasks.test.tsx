import {describe, expect, test} from 'vitest';
import {CancelledError} from '../../source/errors.ts';
import {asciiGlyphs} from '../../source/output/glyphs.ts';
import type {Plan} from '../../source/plan/plan.ts';
import {DashboardScreen} from '../../source/ui/dashboard/screen.tsx';
import {refusalOf} from '../../source/ui/dashboard/tasks.ts';
import {defaultKeymap} from '../../source/ui/keys/keymap.ts';
import {GlyphsContext} from '../../source/ui/parts/use-glyphs.ts';
import {createTask} from '../../source/ui/task/create-task.ts';
import type {TaskSubject} from '../../source/ui/task/task.ts';
import {begin, ended, started, twoCauses} from './apply-events.ts';
import {createDashboard, now, production, staging} from './browse-data.ts';
import {type Size, sizes} from './golden.ts';
import {expectWholeFrame, hostileText} from './hostile.ts';
import {createManualClock} from './manual-clock.ts';
import {dataDeletion, firstDeploy} from './plans.ts';
import {draw} from './screen.ts';

const golden = (name: string, {columns, rows}: Size) =>
	`../../snapshots/ui/task-${name.replaceAll(' ', '-')}-${columns}x${rows}.txt`;

const apply: TaskSubject = {title: 'apply', doing: 'applying', environment: 'production', onlyReads: false};

const render = {
	full: () => Array.from({length: 60}, (_, index) => `line ${index}`).join('\n'),
	action: ({address}: {readonly address: string}) => [`  ${address}`],
};

/** A dashboard in which a task has begun, as its command would have begun it. */
function open(size: Size = sizes[0]!, subject: TaskSubject = apply, isUnicode = true) {
	const clock = createManualClock(now);
	const {store, asked} = createDashboard([production, staging]);
	store.update({location: {screen: 'environment', environment: 'production'}});
	const {task, controls} = createTask(subject, {clock, keymap: defaultKeymap});
	store.begin(task);
	const dashboard = <DashboardScreen store={store} clock={clock} isColoured />;
	const screen = draw(isUnicode ? dashboard : <GlyphsContext value={asciiGlyphs}>{dashboard}</GlyphsContext>, size);
	const pressEscape = async () => {
		screen.type('\u001B');
		await new Promise(resolve => setTimeout(resolve, 40));
		return screen.text();
	};
	return {...screen, pressEscape, store, asked, clock, task, controls, state: store.getSnapshot};
}

type Opened = ReturnType<typeof open>;

const cancels = (calls: string[]) => (how: string) => void calls.push(how);

/** Approves the plan, and shows the beginning of its apply. */
function runApply({controls}: Opened, calls: string[] = [], staysOpen = true) {
	const view = controls.openApply({onCancel: cancels(calls), staysOpen});
	for (const event of [started(), begin('image.api')]) view.emit({...event, at: now} as never);
	return view;
}

function failApply(screen: Opened) {
	const view = screen.controls.openApply({onCancel: () => undefined, staysOpen: true});
	for (const event of [...twoCauses(), ended({failed: 2})]) view.emit({...event, at: now} as never);
	return view;
}

const ask = ({controls}: Opened, plan: Plan = firstDeploy()) => {
	const answer = controls.askApproval(plan, render as never);
	answer.catch(() => undefined);
	return answer;
};

const pages: Readonly<Record<string, (screen: Opened) => unknown>> = {
	planning: ({clock}) => clock.advance(3000),
	plan: ({controls}) => {
		controls.print(render.full());
		controls.end('done', false);
	},
	approval: screen => {
		screen.controls.print('Changed outside Compartment since the last apply:\n  web was restarted');
		return ask(screen);
	},
	deletion: async screen => {
		void ask(screen, dataDeletion());
		await screen.press('y');
	},
	name: ({controls}) => {
		const consequence =
			'The data of resource db will be replaced by that of 2026-11-20, after a backup of the current data.';
		void controls.askName({name: 'db', consequence});
	},
	'offer of the agent': ({controls}) => {
		const reason = 'While nobody is typing, the agent runs its schedules and restarts what fails.';
		void controls.askYes(reason, 'Register this project with the agent?');
	},
	'running apply': screen => runApply(screen),
	'failed apply': failApply,
	'left apply': async screen => {
		runApply(screen);
		await screen.pressEscape();
	},
	backup: ({controls}) => {
		controls.beginWork(() => undefined);
		controls.say('backing up db (rbak_1): 3s, 12.0 MB written');
		controls.print('dumping table notes');
	},
	'quit question': async screen => {
		runApply(screen);
		await screen.press('q');
	},
};

describe.each(Object.keys(pages))('the page "%s"', name => {
	test.each(sizes)('looks as recorded at $columns by $rows', async size => {
		const screen = open(size);
		const page = pages[name]!(screen);
		// A question stays unanswered.
		if (page instanceof Promise) await Promise.race([page, new Promise(resolve => setTimeout(resolve, 60))]);
		screen.clock.advance(200);
		const frame = await screen.text();
		expectWholeFrame(frame, size.rows);
		await expect(frame).toMatchFileSnapshot(golden(name, size));
	});

	test('is ASCII without Unicode', async () => {
		const screen = open(sizes[0], apply, false);
		const page = pages[name]!(screen);
		if (page instanceof Promise) await Promise.race([page, new Promise(resolve => setTimeout(resolve, 60))]);
		screen.clock.advance(200);
		expect(await screen.text()).toMatch(/^[\n -~]*$/);
	});
});

describe('a task', () => {
	test('keeps the names of the header, and goes back to where it was begun', async () => {
		const screen = open();
		expect(await screen.text()).toContain('notes › production › apply');
		runApply(screen);
		expect(await screen.pressEscape()).toContain('applying 0/9, . shows it');
		expect(screen.state().location).toEqual({screen: 'environment', environment: 'production'});
		expect(await screen.press('.')).toContain('Steps');
	});

	test('can be looked at from every screen, also after its end, until it is dismissed', async () => {
		const screen = open();
		const view = runApply(screen);
		await screen.pressEscape();
		await screen.press('l');
		view.emit({...ended({outcome: 'done', done: 9}), at: now} as never);
		screen.controls.end('done', false);
		expect(await screen.text()).toContain('apply done, . shows it');
		expect(await screen.press('.')).toMatch(/Apply done in .*: 9 done\./);
		await screen.pressEscape();
		await screen.press('.');
		expect(await screen.press('d')).not.toContain('shows it');
		expect(await screen.press('.')).toContain('Nothing runs, and no result is kept');
	});

	test('that only plans is cancelled by esc, and so is what asks next', async () => {
		const screen = open();
		expect(await screen.pressEscape()).toContain('Cancelling: apply');
		await expect(ask(screen)).rejects.toBeInstanceOf(CancelledError);
		screen.controls.end('cancelled', false);
		expect(screen.state().tasks).toEqual([]);
		expect(await screen.text()).toContain('Nothing was changed.');
	});

	test('is approved in part, with the keys of the question', async () => {
		const screen = open();
		const answer = ask(screen);
		await screen.press('kkkk y');
		expect(await answer).toEqual({decision: 'apply', skipped: ['image.web', 'service.web', 'routes']});
	});

	test('is refused with esc, n, q and ctrl-c, and the dashboard stays', async () => {
		for (const key of ['n', 'q', '\u0003']) {
			const screen = open();
			const answer = ask(screen);
			await screen.press(key);
			expect(await answer).toEqual({decision: 'cancel'});
			expect(screen.state().departure).toBeUndefined();
		}
	});

	test('asks for a name, which a pasted one answers too', async () => {
		const screen = open();
		const answer = screen.controls.askName({name: 'db', consequence: 'All is lost.'});
		expect(await screen.press('x\r')).toContain('That does not match db');
		await screen.press('\u007f');
		screen.task.paste('db\n');
		await screen.press('\r');
		expect(await answer).toBe(true);
	});

	test('that failed is tried again with r, and shows its new plan', async () => {
		const screen = open();
		const view = failApply(screen);
		expect(screen.task.getSnapshot()).toMatchObject({isRunning: false, outcome: 'failed'});
		await screen.press('r');
		expect(await view.left).toBe('retry');
		expect(screen.task.getSnapshot()).toMatchObject({isRunning: true, doing: 'planning'});
	});

	test('that failed lets another one begin, and leaves its place to it', async () => {
		const screen = open();
		const view = failApply(screen);
		expect(refusalOf(screen.state(), {verb: 'apply', environment: 'production'})).toBeUndefined();
		const next = createTask(apply, {clock: screen.clock, keymap: defaultKeymap});
		screen.store.begin(next.task);
		expect(await view.left).toBe('leave');
		expect(screen.state().tasks).toEqual([next.task]);
	});

	test('is the only one that changes its environment; plans and other environments are free', async () => {
		const screen = open();
		runApply(screen);
		await screen.pressEscape();
		screen.store.update({selectedObject: 'service.web'});
		expect(await screen.press('r')).toContain('production is busy: applying');
		expect(await screen.press('e')).toContain('Something runs: wait for its end, or use another terminal');
		expect(screen.asked).toEqual([]);
		expect(await screen.press('p')).not.toContain('busy');
		expect(screen.asked).toEqual(['start {"verb":"plan","environment":"production"}']);
		expect(refusalOf(screen.state(), {verb: 'apply', environment: 'staging'})).toBeUndefined();
	});

	test('that is cancelled between its approval and its first step starts nothing', async () => {
		const screen = open();
		const answer = ask(screen);
		await screen.press('y');
		await answer;
		await screen.press('\u0003');
		const calls: string[] = [];
		runApply(screen, calls);
		expect(calls).toEqual(['graceful']);
	});

	test('shows an error in place of its steps', async () => {
		const screen = open();
		runApply(screen);
		screen.controls.print('Error: the engine is unreachable');
		screen.controls.end('failed', true);
		screen.clock.advance(200);
		expect(await screen.text()).toContain('Error: the engine is unreachable');
	});

	test('is cancelled by ctrl-c on its page: first what runs is finished, then it stops, and the dashboard stays', async () => {
		const screen = open();
		const calls: string[] = [];
		runApply(screen, calls);
		expect(await screen.press('\u0003')).toContain('finishing running steps, press ctrl-c again to stop now');
		expect(await screen.press('\u0003')).toContain('stopping now');
		expect(calls).toEqual(['graceful', 'now']);
		expect(screen.state().departure).toBeUndefined();
	});
});

describe('quitting while a task runs', () => {
	test('asks, and stays on esc', async () => {
		const screen = open();
		runApply(screen);
		expect(await screen.press('q')).toContain('Cancel it and quit?');
		await screen.pressEscape();
		expect(screen.state()).toMatchObject({overlay: undefined, departure: undefined});
	});

	test('does not go on asking about what has ended', async () => {
		const screen = open();
		runApply(screen);
		await screen.press('q');
		screen.controls.end('done', true);
		screen.clock.advance(200);
		expect(await screen.text()).not.toContain('Cancel it and quit?');
		expect(screen.state()).toMatchObject({overlay: undefined, departure: undefined});
	});

	test('with y cancels it, and leaves when it has ended', async () => {
		const screen = open();
		const calls: string[] = [];
		runApply(screen, calls);
		await screen.press('qy');
		expect(calls).toEqual(['graceful']);
		expect(screen.state().departure).toBeUndefined();
		screen.controls.end('cancelled', false);
		expect(screen.state().departure).toEqual({type: 'quit', isCancelled: true});
	});

	test('with w leaves when it has ended', async () => {
		const screen = open();
		runApply(screen);
		await screen.press('qw');
		expect(screen.state().departure).toBeUndefined();
		screen.controls.end('done', false);
		expect(screen.state().departure).toEqual({type: 'quit'});
	});

	test('with ctrl-c anywhere cancels it, and stops it the second time', async () => {
		const screen = open();
		const calls: string[] = [];
		runApply(screen, calls);
		await screen.pressEscape();
		expect(await screen.press('\u0003')).toContain('finishing running steps');
		await screen.press('\u0003');
		expect(calls).toEqual(['graceful', 'now']);
		screen.controls.end('cancelled', false);
		expect(screen.state().departure).toEqual({type: 'quit', isCancelled: true});
	});

	test('lets go of one that failed, and waits until its command has ended', async () => {
		const screen = open();
		const view = failApply(screen);
		await screen.press('q');
		expect(await view.left).toBe('leave');
		expect(screen.state().departure).toEqual({type: 'quit'});
	});
});

test('a resize while a task runs keeps every row whole', async () => {
	const screen = open();
	runApply(screen);
	for (const {columns, rows} of sizes) expectWholeFrame(await screen.resize(columns, rows), rows);
});

test('hostile names and lines leave the frame intact', async () => {
	const screen = open(sizes[0], {...apply, title: hostileText, environment: hostileText});
	void screen.controls.askName({name: hostileText, consequence: hostileText});
	expectWholeFrame(await screen.text(), 24);
	const other = open(sizes[0], {...apply, doing: hostileText});
	runApply(other);
	expectWholeFrame(await other.pressEscape(), 24);
	expectWholeFrame(await other.press('q'), 24);
});
