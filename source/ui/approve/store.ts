import {stripEscapes} from '../../output/escape-sequences.ts';
import {
	type Approval,
	actionsToApprove,
	confirmationOf,
	dependenciesOf,
	listOf,
	skippedBy,
	toggleAction,
} from '../../plan/approval.ts';
import type {Action, Plan} from '../../plan/plan.ts';
import {helpAfter, helpOf} from '../keys/key-hints.ts';
import {typedBy} from '../keys/key-names.ts';
import {defaultKeymap, type KeyAction, type Keymap, type KeyScreen} from '../keys/keymap.ts';
import {createStore, type Readable} from '../parts/store.ts';
import {actOnText, newTextView, type TextView, typeInText} from '../parts/text-view.ts';

export type ApproveState = {
	readonly screen: Extract<KeyScreen, 'approve' | 'diff' | 'confirm'>;
	/** First visible row of the help, which covers the screen; undefined when it is closed. */
	readonly helpTop: number | undefined;
	/** Index of a shown action; one past the last is the question. */
	readonly cursor: number;
	/** Shows only actions that contain it. */
	readonly filter: string;
	readonly isFiltering: boolean;
	/** Addresses excluded by hand. */
	readonly excluded: readonly string[];
	/** All addresses that will not run. */
	readonly skipped: readonly string[];
	/** What is seen of the full diff. */
	readonly diff: TextView;
	/** The text typed to confirm. */
	readonly typed: string;
	/** The result of the last key. */
	readonly message: string | undefined;
	readonly answer: Approval | undefined;
};

/** Renders parts of the plan as sanitised text. */
export type PlanRenderer = {
	readonly full: () => string;
	/** One action with its changes, in lines of this width. */
	readonly action: (action: Action, columns: number) => readonly string[];
	/** What is to be said about the plan besides its actions, where it is not printed above the question. */
	readonly about?: () => readonly string[];
};

export type ApproveStore = Readable<ApproveState> & {
	readonly plan: Plan;
	/** All actions to approve. */
	readonly actions: readonly Action[];
	/** Those that pass the filter. */
	readonly shown: () => readonly Action[];
	/** Lines of the full diff, rendered on first use. */
	readonly diffLines: () => readonly string[];
	/** Lines about one action, or about all without one; rendered once for each width. */
	readonly detailLines: (action: Action | undefined, columns: number) => readonly string[];
	/** Handles one key; `rows` is the height of the full diff and of the help. */
	readonly press: (key: string, rows: number) => void;
	/** Pasted text; only where text is typed. */
	readonly paste: (text: string) => void;
};

const longestInput = 200;

/** The state of an approval and what every key does, so that each of several keys in one chunk sees the previous result. */
export function createApproveStore(plan: Plan, render: PlanRenderer, keymap: Keymap = defaultKeymap): ApproveStore {
	const actions = actionsToApprove(plan);
	const store = createStore<ApproveState>({
		screen: 'approve',
		helpTop: undefined,
		cursor: actions.length,
		filter: '',
		isFiltering: false,
		excluded: [],
		skipped: [],
		diff: newTextView,
		typed: '',
		message: undefined,
		answer: undefined,
	});
	const {diffLines, detailLines} = renderOnce(actions, render);
	const state = store.getSnapshot;
	const change = (part: Partial<ApproveState>) => store.set({...state(), message: undefined, ...part});
	const answer = (approval: Approval) => change({answer: approval});
	const approve = () => answer({decision: 'apply', skipped: [...state().skipped]});
	const shown = () => actions.filter(action => matches(action, state().filter));

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

	const exclude = (excluded: readonly string[], message: string | undefined) =>
		change({excluded, skipped: skippedBy(plan, excluded), message});
	const pick = () => {
		const action = shown()[state().cursor];
		if (!action) return change({message: 'Move to an action with ↑ to skip it'});
		const {excluded, message} = toggleAction(plan, state().excluded, action.address);
		exclude(excluded, message);
	};
	const pickAll = () => {
		const needed = new Set(shown().flatMap(({address}) => [address, ...dependenciesOf(plan, address)]));
		exclude(
			state().excluded.filter(address => !needed.has(address)),
			shown().length === actions.length
				? 'All actions are included'
				: `All that match "${state().filter}" are included`,
		);
	};
	const pickNone = () =>
		exclude(
			[...new Set([...state().excluded, ...shown().map(({address}) => address)])],
			shown().length === actions.length ? 'All actions are skipped' : `All that match "${state().filter}" are skipped`,
		);
	const pickOnly = () => {
		const action = shown()[state().cursor];
		if (!action) return change({message: 'Move to an action with ↑ to include only it'});
		const needed = dependenciesOf(plan, action.address);
		const kept = [action.address, ...needed];
		exclude(
			actions.map(({address}) => address).filter(address => !kept.includes(address)),
			`Only ${action.address}${needed.length === 0 ? '' : `, and ${listOf(needed)} that it needs`}`,
		);
	};

	const openDiff = () => {
		const address = shown()[state().cursor]?.address;
		const line =
			address === undefined ? -1 : diffLines().findIndex(each => stripEscapes(each).split(' ').includes(address));
		change({screen: 'diff', diff: {...newTextView, top: Math.max(0, line)}});
	};
	const open = () => (shown()[state().cursor] ? openDiff() : answer({decision: 'cancel'}));
	const leave = () => (state().filter === '' ? answer({decision: 'cancel'}) : filterBy(''));
	const moveTo = (cursor: number) => change({cursor: Math.min(Math.max(cursor, 0), shown().length)});
	const filterBy = (filter: string) => {
		const count = actions.filter(action => matches(action, filter)).length;
		change({filter, cursor: filter === '' ? actions.length : Math.min(0, count)});
	};

	const onApprove: Partial<Record<KeyAction, () => void>> = {
		approve: apply,
		leave,
		pick,
		'pick-all': pickAll,
		'pick-none': pickNone,
		'pick-only': pickOnly,
		filter: () => change({isFiltering: true}),
		open,
		diff: openDiff,
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
	const onDiff = (action: KeyAction, rows: number) => {
		const diff = actOnText(state().diff, action, diffLines(), rows);
		if (action === 'back') change({screen: 'approve'});
		else if (diff) change({diff});
	};
	const type = (text: string) => change({typed: (state().typed + text).slice(0, longestInput)});

	/** The text changes the list at once. */
	const typeFilter = (key: string, action: KeyAction | undefined) => {
		const {filter} = state();
		if (action === 'choose') return change({isFiltering: false});
		if (action === 'back') {
			filterBy('');
			change({isFiltering: false});
		} else if (action === 'erase') filterBy(Array.from(filter).slice(0, -1).join(''));
		else if (action === 'erase-all') filterBy('');
		else if (typedBy(key) !== '') filterBy((filter + typedBy(key)).slice(0, longestInput));
	};

	return {
		...store,
		plan,
		actions,
		shown,
		diffLines,
		detailLines,
		press(key, rows) {
			const {screen, helpTop, isFiltering, diff, answer: answered} = state();
			if (answered) return;
			const action = keymap.actionOf(key, isTyping(state()) ? 'input' : screen);
			if (action === 'interrupt') return answer({decision: 'cancel'});
			if (isFiltering) return typeFilter(key, action);
			if (diff.typed !== undefined) return change({diff: typeInText(diff, key, action, diffLines())});
			if (helpTop !== undefined) {
				const count = helpOf(screen, true, keymap).length;
				return change({helpTop: helpAfter(helpTop, keymap.actionOf(key, 'help'), count, rows)});
			}
			if (screen === 'confirm' && !action) return type(typedBy(key));
			if (action === 'help') return change({helpTop: 0});
			if (action && screen === 'diff') onDiff(action, rows);
			else if (action) (screen === 'confirm' ? onConfirm : onApprove)[action]?.();
		},
		paste(text) {
			const {screen, isFiltering, filter, diff} = state();
			const [line = ''] = text.trim().split('\n', 1);
			if (isFiltering) filterBy((filter + line).slice(0, longestInput));
			else if (diff.typed !== undefined) change({diff: {...diff, typed: (diff.typed + line).slice(0, longestInput)}});
			else if (screen === 'confirm') type(text.trim());
		},
	};
}

/** Whether text is typed, besides the name that confirms a deletion. */
export const isTyping = ({isFiltering, diff}: Pick<ApproveState, 'isFiltering' | 'diff'>): boolean =>
	isFiltering || diff.typed !== undefined;

/** Whether an action passes the filter, by its address, kind and main reason. */
const matches = ({address, kind, reasons}: Action, filter: string): boolean =>
	`${address} ${kind} ${reasons[0] ?? ''}`.toLowerCase().includes(filter.toLowerCase());

/** Renders each part of the plan once, because a screen is drawn at every key. */
function renderOnce(actions: readonly Action[], render: PlanRenderer) {
	let diff: readonly string[] | undefined;
	const details = new Map<string, readonly string[]>();
	return {
		diffLines: () => {
			diff ??= render.full().trimEnd().split('\n');
			return diff;
		},
		detailLines(action: Action | undefined, columns: number): readonly string[] {
			const key = `${columns} ${action?.address ?? ''}`;
			const lines =
				details.get(key) ??
				(action
					? render.action(action, columns)
					: [...(render.about?.() ?? []), ...actions.flatMap(each => render.action(each, columns))]);
			details.set(key, lines);
			return lines;
		},
	};
}
