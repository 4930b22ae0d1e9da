import {isTyping} from '../approve/store.ts';
import type {KeyAction, Keymap, KeyScreen} from '../keys/keymap.ts';
import type {Task} from '../task/task.ts';
import {currentEnvironment} from './lookups.ts';
import type {DashboardState, Departure, Run} from './state.ts';

/** The screens whose keys are active on the page of a task, the innermost first. */
export function taskScreens(task: Task): readonly KeyScreen[] {
	const {question, apply, view} = task.getSnapshot();
	if (question?.type === 'approval') {
		const {screen, helpTop} = question.store.getSnapshot();
		return [helpTop !== undefined ? 'help' : isTyping(question.store.getSnapshot()) ? 'input' : screen];
	}
	if (question) return [question.type === 'name' ? 'confirm' : 'question'];
	if (view.typed !== undefined) return ['input'];
	return ['task', apply ? apply.getSnapshot().focus : 'text'];
}

const isRunning = (task: Task): boolean => task.getSnapshot().isRunning;

/** Whether a task would be cut off if the dashboard closed now. */
export const isBusy = (task: Task): boolean => isRunning(task) && !task.onlyReads;

/** Why the terminal cannot be taken while a task runs. */
export const waitForEnd = 'Something runs: wait for its end, or use another terminal';

/** Why a task cannot begin; undefined when it can. A plan only reads, so it may be made at any time. */
export function refusalOf({tasks}: Pick<DashboardState, 'tasks'>, {verb, environment}: Run): string | undefined {
	const other = tasks.find(task => isBusy(task) && task.environment === environment);
	if (!other || verb === 'plan') return undefined;
	const {isCancelled, doing} = other.getSnapshot();
	return isCancelled ? `${environment}: ${other.title} is still being cancelled` : `${environment} is busy: ${doing}`;
}

type Tools = {
	readonly state: () => DashboardState;
	readonly change: (part: Partial<DashboardState>) => void;
	readonly leave: (departure: Departure) => void;
	readonly keymap: Keymap;
};

/** What the dashboard does with its tasks. */
export function createTaskHandlers({state, change, leave, keymap}: Tools) {
	const drop = (task: Task, message?: string) => {
		const {tasks, task: shown} = state();
		task.dismiss();
		change({
			tasks: tasks.filter(each => each !== task),
			...(shown === task ? {task: undefined} : {}),
			...(message === undefined ? {} : {message}),
		});
	};
	const leaveIfQuiet = () => {
		const {leaving, tasks, departure, overlay} = state();
		if (tasks.some(isBusy)) return;
		// What was asked about has ended.
		if (overlay?.type === 'quit') change({overlay: undefined, message: 'Nothing runs any more'});
		if (leaving && !departure) leave({type: 'quit', ...(leaving === 'cancelled' ? {isCancelled: true} : {})});
	};
	const onChange = (task: Task) => {
		const {tasks} = state();
		const {isRunning: runs, isLasting, outcome} = task.getSnapshot();
		if (!tasks.includes(task)) return leaveIfQuiet();
		if (!runs && !isLasting && outcome === 'cancelled') drop(task, 'Nothing was changed.');
		else change({tasks: [...tasks]});
		leaveIfQuiet();
	};

	/** Shows a task that begins. The result of an earlier one in its environment goes, as does every plan. */
	const begin = (task: Task) => {
		for (const other of state().tasks)
			if (!isRunning(other) && (other.environment === task.environment || !other.getSnapshot().isLasting)) drop(other);
		change({tasks: [...state().tasks, task], task, overlay: undefined});
		task.subscribe(() => onChange(task));
	};

	/** Looks at the task of this environment, or at the newest; from a task, at the next one. */
	const look = () => {
		const {tasks, task} = state();
		if (task) {
			const next = tasks[(tasks.indexOf(task) + 1) % tasks.length];
			return next === task ? change({message: 'There is no other task'}) : change({task: next});
		}
		const name = currentEnvironment(state())?.name;
		const found = tasks.findLast(({environment}) => environment === name) ?? tasks.at(-1);
		change(found ? {task: found} : {message: 'Nothing runs, and no result is kept'});
	};
	const back = (task: Task) => {
		const {isRunning: runs, isLasting} = task.getSnapshot();
		if (!isLasting && runs) {
			task.cancel();
			if (state().tasks.includes(task)) change({task: undefined, message: `Cancelling: ${task.title}`});
		} else if (isLasting) change({task: undefined});
		else drop(task);
	};
	const quit = () => {
		const {tasks} = state();
		if (tasks.some(task => isBusy(task) && task.getSnapshot().isLasting)) return change({overlay: {type: 'quit'}});
		for (const task of tasks) task.dismiss();
		for (const task of tasks.filter(isBusy)) task.cancel();
		change({leaving: 'when ended', message: 'Quitting'});
		leaveIfQuiet();
	};
	/** ctrl-c outside the page of a task: cancels what runs and quits; the second time stops it. */
	const interrupt = () => {
		const running = state().tasks.filter(isBusy);
		if (running.length === 0) return leave({type: 'quit'});
		change({leaving: 'cancelled', overlay: undefined, task: state().task ?? running.at(-1)});
		for (const task of running) task.cancel();
		leaveIfQuiet();
	};
	const answerQuit = (action: KeyAction | undefined) => {
		if (action === 'approve') interrupt();
		else if (action === 'wait')
			change({overlay: undefined, leaving: 'when ended', message: 'Quitting as soon as it has ended'});
		else if (action === 'back') change({overlay: undefined});
	};

	/** Handles a key on the page of a task. */
	const press = (task: Task, key: string, rows: number) => {
		if (task.answer(key, rows)) return;
		const action = keymap.actionOf(key, ...taskScreens(task));
		if (action === 'back') back(task);
		else if (action === 'task') look();
		else if (action === 'quit') quit();
		else if (action === 'help') change({overlay: {type: 'help', top: 0}});
		else if (action === 'dismiss') {
			if (isRunning(task)) change({message: 'It has not ended yet'});
			else drop(task);
		} else if (action === 'interrupt') {
			if (!isRunning(task)) return interrupt();
			task.cancel();
			if (!task.getSnapshot().isLasting) back(task);
		} else if (action) task.act(action, rows);
	};
	return {begin, look, quit, interrupt, answerQuit, press};
}
