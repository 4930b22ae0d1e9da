import type {ApplyEvent, Emit} from '../../apply/events.ts';
import {emptyProgress, type Progress, reduceProgress} from '../../output/events/progress.ts';
import {helpAfter, helpOf} from '../keys/key-hints.ts';
import {defaultKeymap, type KeyAction, type Keymap} from '../keys/keymap.ts';
import {createLogBuffer, type LogBuffer} from '../logs/log-buffer.ts';
import {followingView, type LogView, scrollLog, toggleFollow} from '../logs/log-view.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {createListeners, type Readable} from '../parts/store.ts';
import {entriesOf, hasCauses, reachable} from './entries.ts';

/** `graceful` finishes running steps and starts no more; `now` stops them. */
export type Cancel = 'graceful' | 'now';

/** How the user leaves an apply that has failed: `retry` plans and applies again what is not done. */
export type End = 'leave' | 'retry';

export type ApplyState = {
	readonly progress: Progress;
	/** Address of the step whose log is shown. */
	readonly selected: string | undefined;
	/** Whether the selection is fixed, because the user moved it or a step failed. */
	readonly isHeld: boolean;
	readonly focus: 'steps' | 'logs';
	readonly view: LogView;
	readonly cancel: Cancel | undefined;
	readonly message: string | undefined;
	/** Whether the list shows every step after a failure, instead of one line for those that are over. */
	readonly isUnfolded: boolean;
	/** First visible row of the help; undefined when it is closed. */
	readonly helpTop: number | undefined;
};

export type ApplyStore = Readable<ApplyState> & {
	readonly emit: Emit;
	/** Does one action, as its key would; `rows` is the height of the log. */
	readonly act: (action: KeyAction, rows: number) => void;
	/** Handles one key; `rows` are the heights of the log and of the help. */
	readonly press: (key: string, rows: {readonly log: number; readonly help: number}) => void;
	/** Selects a step. */
	readonly select: (address: string) => void;
	/** Scrolls the log of the selected step by lines, up if negative; `rows` is its height. */
	readonly scrollLog: (by: number, rows: number) => void;
	/** The log of a step. */
	readonly logOf: (address: string) => LogBuffer;
	/** The log of the selected step as it is read: while it is paused, its lines of that moment. */
	readonly shownLog: () => LogBuffer;
};

type Options = {
	readonly clock: FrameClock;
	readonly onCancel: (cancel: Cancel) => void;
	/** Called with what the user wants after a failure. Without it, the screen closes when the apply has ended. */
	readonly onEnd?: ((end: End) => void) | undefined;
	readonly keymap?: Keymap;
};

/**
 * The state of an apply's screen, fed by its events. Listeners are notified of step changes at once, of log lines and
 * step messages at the next frame.
 */
export function createApplyStore({clock, onCancel, onEnd, keymap = defaultKeymap}: Options): ApplyStore {
	const {subscribe, notify} = createListeners();
	const logs = new Map<string, LogBuffer>();
	let state: ApplyState = {
		progress: emptyProgress,
		selected: undefined,
		isHeld: false,
		focus: 'steps',
		view: followingView,
		cancel: undefined,
		message: undefined,
		isUnfolded: false,
		helpTop: undefined,
	};
	const isOver = () => state.progress.result !== null;
	const canRetry = () => onEnd !== undefined && state.progress.result?.outcome === 'failed';

	let frozen: LogBuffer | undefined;
	const set = (next: ApplyState) => {
		state = next;
		// What is being read stays, however many lines arrive.
		frozen = next.view.end === undefined ? undefined : (frozen ?? logOf(next.selected ?? '').freeze());
	};
	const change = (part: Partial<ApplyState>) => {
		set({...state, ...part});
		notify();
	};
	const shownLog = () => frozen ?? logOf(state.selected ?? '');
	const logOf = (address: string) => {
		const log = logs.get(address) ?? createLogBuffer({schedule: clock.request});
		logs.set(address, log);
		return log;
	};

	const emit = (event: ApplyEvent) => {
		if (event.type === 'log') {
			const {at, stream} = event;
			for (const text of linesOf(event.text)) logOf(event.address).push({at, stream, text});
			return;
		}
		if (event.type === 'step-failed' && logOf(event.address).next() === 0) {
			for (const text of event.failure?.lastLines ?? []) {
				logOf(event.address).push({at: event.at, stream: 'stdout', text});
			}
		}
		const progress = reduceProgress(state.progress, event);
		const selection = selectionAfter(state, progress, event);
		const view = selection.selected === state.selected ? state.view : {...state.view, end: undefined};
		set({...state, progress, ...selection, view});
		if (event.type === 'step-progress') clock.request(notify);
		else notify();
	};

	const select = (selected: string | undefined, part: Partial<ApplyState> = {}) => {
		const view = selected === state.selected ? state.view : {...state.view, end: undefined};
		change({...part, selected, isHeld: true, view});
	};
	const shown = () => reachable(entriesOf(state.progress, state.isUnfolded));
	const selectStep = (index: number) => {
		const addresses = shown();
		select(addresses[Math.max(0, Math.min(index, addresses.length - 1))]);
	};
	const moveBy = (by: number) => selectStep(shown().indexOf(state.selected ?? '') + by);
	const selectCause = (step: 1 | -1) => {
		const causes = state.progress.steps.filter(each => each.state === 'failed').map(({address}) => address);
		if (causes.length === 0) return change({message: 'Nothing has failed'});
		const index = causes.indexOf(state.selected ?? '');
		const next = index === -1 && step === -1 ? -1 : index + step;
		select(causes.at(next % causes.length), causes.length === 1 ? {message: 'There is one cause'} : {});
	};
	const toggleFold = () => {
		const {progress, isUnfolded, selected} = state;
		if (!hasCauses(progress)) return change({message: 'Nothing has failed: every step is shown'});
		const addresses = reachable(entriesOf(progress, !isUnfolded));
		select(addresses.includes(selected ?? '') ? selected : addresses[0], {isUnfolded: !isUnfolded});
	};
	const retry = () => {
		if (!isOver()) return change({message: 'Retry once it has ended'});
		if (!canRetry()) return change({message: 'Only an apply that failed is retried'});
		onEnd?.('retry');
	};
	const quit = () => {
		if (!isOver()) return change({message: 'ctrl-c cancels the apply'});
		onEnd?.('leave');
	};
	const scroll = (by: number, rows: number) => change({view: scrollLog(state.view, shownLog(), by, rows)});

	const interrupt = () => {
		if (isOver()) return quit();
		if (state.cancel === 'now') return;
		const cancel = state.cancel === 'graceful' ? 'now' : 'graceful';
		change({cancel, helpTop: undefined});
		onCancel(cancel);
	};

	const handlers = (rows: number): Partial<Record<KeyAction, () => void>> => {
		const half = Math.max(1, Math.floor(rows / 2));
		const isOnLog = state.focus === 'logs';
		return {
			interrupt,
			up: () => (isOnLog ? scroll(-1, rows) : moveBy(-1)),
			down: () => (isOnLog ? scroll(1, rows) : moveBy(1)),
			first: () => (isOnLog ? scroll(Number.NEGATIVE_INFINITY, rows) : selectStep(0)),
			last: () => (isOnLog ? scroll(Number.POSITIVE_INFINITY, rows) : selectStep(Number.POSITIVE_INFINITY)),
			'half-up': () => scroll(-half, rows),
			'half-down': () => scroll(half, rows),
			focus: () => change({focus: isOnLog ? 'steps' : 'logs'}),
			follow: () => change({view: toggleFollow(state.view, shownLog())}),
			wrap: () => change({view: {...state.view, isWrapped: !state.view.isWrapped}}),
			'next-cause': () => selectCause(1),
			'previous-cause': () => selectCause(-1),
			unfold: toggleFold,
			retry,
			quit,
			help: () => change({helpTop: 0}),
		};
	};

	const act = (action: KeyAction, rows: number) => {
		if (state.message !== undefined) change({message: undefined});
		handlers(rows)[action]?.();
	};

	return {
		subscribe,
		getSnapshot: () => state,
		emit,
		select: address => select(address),
		scrollLog: scroll,
		logOf,
		act,
		shownLog,
		press(key, rows) {
			const action = keymap.actionOf(key, state.focus);
			if (action === 'interrupt' || (action && state.helpTop === undefined)) return act(action, rows.log);
			if (state.message !== undefined) change({message: undefined});
			if (state.helpTop === undefined) return;
			const count = helpOf(state.focus, true, keymap).length;
			change({helpTop: helpAfter(state.helpTop, keymap.actionOf(key, 'help'), count, rows.help)});
		},
	};
}

/** The lines of one log event, which may end in a newline or not. */
function linesOf(text: string): string[] {
	const lines = text.split('\n');
	if (lines.length > 1 && lines.at(-1) === '') lines.pop();
	return lines;
}

/** Selects a running step until the user moves or a step fails; the first step that fails is always selected. */
function selectionAfter(
	{selected, isHeld, progress: previous}: ApplyState,
	{steps}: Progress,
	event: ApplyEvent,
): Pick<ApplyState, 'selected' | 'isHeld'> {
	if (event.type === 'step-failed' && !previous.steps.some(step => step.state === 'failed')) {
		return {selected: event.address, isHeld: true};
	}
	const isRunning = steps.some(step => step.address === selected && step.state === 'running');
	if (isHeld || isRunning) return {selected, isHeld};
	const running = steps.filter(step => step.state === 'running');
	return {selected: (running.at(-1) ?? steps.find(step => step.address === selected) ?? steps[0])?.address, isHeld};
}
