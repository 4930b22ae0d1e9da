import {type Approval, actionsToApprove, confirmationOf, skippedBy, toggleAction} from '../../plan/approval.ts';
import type {Action, Plan} from '../../plan/plan.ts';
import {helpAfter, helpOf} from '../keys/key-hints.ts';
import {typedBy} from '../keys/key-names.ts';
import {defaultKeymap, type KeyAction, type Keymap, type KeyScreen} from '../keys/keymap.ts';
import {createStore, type Readable} from '../parts/store.ts';

export type ApproveState = {
	readonly screen: Extract<KeyScreen, 'approve' | 'diff' | 'confirm'>;
	/** First visible row of the help, which covers the screen; undefined when it is closed. */
	readonly helpTop: number | undefined;
	/** Index of an action; one past the last is the question. */
	readonly cursor: number;
	/** Addresses excluded by hand. */
	readonly excluded: readonly string[];
	/** All addresses that will not run. */
	readonly skipped: readonly string[];
	/** Address of the action whose details are shown. */
	readonly opened: string | undefined;
	/** First visible line of the full diff. */
	readonly diffTop: number;
	/** The text typed to confirm. */
	readonly typed: string;
	/** The result of the last key. */
	readonly message: string | undefined;
	readonly answer: Approval | undefined;
};

export type ApproveStore = Readable<ApproveState> & {
	readonly plan: Plan;
	/** The actions of the list. */
	readonly actions: readonly Action[];
	/** Lines of the full diff, rendered on first use. */
	readonly diffLines: () => readonly string[];
	/** Handles one key; `rows` is the height of the full diff and of the help. */
	readonly press: (key: string, rows: number) => void;
	/** Pasted text; only the confirmation takes it. */
	readonly paste: (text: string) => void;
};

/** The state of an approval and what every key does, so that each of several keys in one chunk sees the previous result. */
export function createApproveStore(plan: Plan, renderFull: () => string, keymap: Keymap = defaultKeymap): ApproveStore {
	const actions = actionsToApprove(plan);
	const store = createStore<ApproveState>({
		screen: 'approve',
		helpTop: undefined,
		cursor: actions.length,
		excluded: [],
		skipped: [],
		opened: undefined,
		diffTop: 0,
		typed: '',
		message: undefined,
		answer: undefined,
	});
	let diff: readonly string[] | undefined;
	const diffLines = () => {
		diff ??= renderFull().trimEnd().split('\n');
		return diff;
	};

	const state = store.getSnapshot;
	const change = (part: Partial<ApproveState>) => store.set({...state(), message: undefined, ...part});
	const answer = (approval: Approval) => change({answer: approval});
	const approve = () => answer({decision: 'apply', skipped: [...state().skipped]});

	const apply = () => {
		if (actions.some(action => action.kind === 'blocked')) {
			return change({message: 'Resolve what is blocked, then plan again'});
		}
		if (state().skipped.length === actions.length)
			return change({message: 'Nothing to apply: every action is skipped'});
		if (confirmationOf(plan, state().skipped)) return change({screen: 'confirm', typed: ''});
		approve();
	};

	const confirm = () => {
		const expected = confirmationOf(plan, state().skipped)?.expected;
		if (state().typed === expected) return approve();
		change({message: state().typed === '' ? `Type ${expected} to continue` : `That does not match ${expected}`});
	};

	const pick = () => {
		const action = actions[state().cursor];
		if (!action) return change({message: 'Move to an action with ↑ to skip it'});
		const {excluded, message} = toggleAction(plan, state().excluded, action.address);
		change({excluded, skipped: skippedBy(plan, excluded), message});
	};

	const open = () => {
		const action = actions[state().cursor];
		if (!action) return answer({decision: 'cancel'});
		change({opened: state().opened === action.address ? undefined : action.address});
	};

	const moveTo = (cursor: number) => change({cursor: Math.min(Math.max(cursor, 0), actions.length)});
	const scrollTo = (top: number, rows: number) =>
		change({diffTop: Math.max(0, Math.min(top, diffLines().length - rows))});

	const onApprove: Partial<Record<KeyAction, () => void>> = {
		approve: apply,
		leave: () => answer({decision: 'cancel'}),
		pick,
		open,
		diff: () => change({screen: 'diff', diffTop: 0}),
		up: () => moveTo(state().cursor - 1),
		down: () => moveTo(state().cursor + 1),
		first: () => moveTo(0),
		last: () => moveTo(actions.length),
	};
	const onConfirm: Partial<Record<KeyAction, () => void>> = {
		confirm,
		back: () => change({screen: 'approve', typed: ''}),
		erase: () => change({typed: Array.from(state().typed).slice(0, -1).join('')}),
	};
	const onDiff = (rows: number): Partial<Record<KeyAction, () => void>> => {
		const by = (lines: number) => () => scrollTo(state().diffTop + lines, rows);
		const half = Math.max(1, Math.floor(rows / 2));
		return {
			back: () => change({screen: 'approve'}),
			up: by(-1),
			down: by(1),
			'half-up': by(-half),
			'half-down': by(half),
			first: () => scrollTo(0, rows),
			last: () => scrollTo(Number.MAX_SAFE_INTEGER, rows),
		};
	};
	const onScreen = {approve: () => onApprove, confirm: () => onConfirm, diff: onDiff};
	const type = (text: string) => change({typed: (state().typed + text).slice(0, 200)});

	return {
		...store,
		plan,
		actions,
		diffLines,
		press(key, rows) {
			const {screen, helpTop, answer: answered} = state();
			if (answered) return;
			const action = keymap.actionOf(key, screen);
			if (action === 'interrupt') return answer({decision: 'cancel'});
			if (helpTop !== undefined) {
				const count = helpOf(screen, true, keymap).length;
				return change({helpTop: helpAfter(helpTop, keymap.actionOf(key, 'help'), count, rows)});
			}
			if (screen === 'confirm' && !action) return type(typedBy(key));
			if (action === 'help') return change({helpTop: 0});
			if (action) onScreen[screen](rows)[action]?.();
		},
		paste(text) {
			if (state().screen === 'confirm') type(text.trim());
		},
	};
}
