import {nameOfKeys} from '../keys/key-hints.ts';
import type {Keymap} from '../keys/keymap.ts';
import type {Task} from '../task/task.ts';
import type {Note} from './header.tsx';
import {currentEnvironment} from './lookups.ts';
import type {DashboardState} from './state.ts';

/** One task in a few words: `applying 5/9`, `apply failed`. */
function summaryOf(task: Task): Note {
	const {isRunning, isCancelled, question, outcome = 'done', doing, apply} = task.getSnapshot();
	if (question) return {text: `${task.title} waits for your answer`, tone: 'warning'};
	if (!isRunning)
		return {
			text: `${task.title} ${outcome}`,
			tone: outcome === 'done' ? 'good' : outcome === 'failed' ? 'bad' : 'warning',
		};
	if (!apply) return {text: isCancelled ? `cancelling ${task.title}` : doing, tone: 'busy'};
	const {counts} = apply.getSnapshot().progress;
	return {text: `${task.doing} ${counts.done}/${counts.total}`, tone: counts.failed > 0 ? 'bad' : 'busy'};
}

/** What runs and whose results are kept, for the header of every screen; with the key that shows it. */
export function taskNotes(state: DashboardState, keymap: Keymap, isUnicode: boolean): Note[] {
	const {tasks} = state;
	if (tasks.length === 0) return [];
	const here = currentEnvironment(state)?.name;
	const notes = tasks.map(task => {
		const {text, ...note} = summaryOf(task);
		return {...note, text: task.environment === here ? text : `${task.environment}: ${text}`};
	});
	const [key] = keymap.bindingsOf('environment').find(({action}) => action === 'task')?.keys ?? [];
	const last = notes.at(-1)!;
	const how = key === undefined ? '' : `, ${nameOfKeys([key], isUnicode)} shows it`;
	return [...notes.slice(0, -1), {...last, text: last.text + how}];
}
