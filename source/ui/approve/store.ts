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

/** What the user types besides the name that confirms a deletion. */
type Input = {readonly type: 'filter' | 'search'; readonly text: string};

export type ApproveState = {
	readonly screen: Extract<KeyScreen, 'approve' | 'diff' | 'confirm'>;
	/** First visible row of the help, which covers the screen; undefined when it is closed. */
	readonly helpTop: number | undefined;
	/** Index of a shown action; one past the last is the question. */
	readonly cursor: number;
	/** Shows only actions that contain it. */
	readonly filter: string;
	readonly input: Input | undefined;
	/** Addresses excluded by hand. */
	readonly excluded: readonly string[];
	/** All addresses that will not run. */
	readonly skipped: readonly string[];
	/** First visible line of the full diff. */
	readonly diffTop: number;
	/** The text that was searched in the full diff; empty without a search. */
	readonly query: string;
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
		input: undefined,
		excluded: [],
		skipped: [],
		diffTop: 0,
		query: '',
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
		change({screen: 'diff', diffTop: Math.max(0, line)});
	};
	const open = () => (shown()[state().cursor] ? openDiff() : answer({decision: 'cancel'}));
	const leave = () => (state().filter === '' ? answer({decision: 'cancel'}) : filterBy(''));
	const moveTo = (cursor: number) => change({cursor: Math.min(Math.max(cursor, 0), shown().length)});
	const filterBy = (filter: string) => {
		const count = actions.filter(action => matches(action, filter)).length;
		change({filter, cursor: filter === '' ? actions.length : Math.min(0, count)});
	};

	const scrollTo = (top: number, rows: number) =>
		change({diffTop: Math.max(0, Math.min(top, diffLines().length - rows))});
	const findLine = (step: 1 | -1, from: number, query: string) => {
		const wanted = query.toLowerCase();
		const isMatch = (line: string) => stripEscapes(line).toLowerCase().includes(wanted);
		return step === 1
			? diffLines().findIndex((line, index) => index >= from && isMatch(line))
			: diffLines().findLastIndex((line, index) => index <= from && isMatch(line));
	};
	const search = (query: string) => {
		if (query === '') return change({input: undefined, query});
		const below = findLine(1, state().diffTop, query);
		const found = below === -1 ? findLine(1, 0, query) : below;
		if (found === -1) change({input: undefined, query, message: `"${query}" was not found`});
		else change({input: undefined, query, diffTop: found});
	};
	const goTo = (step: 1 | -1) => {
		const {query, diffTop} = state();
		if (query === '') return change({message: 'Nothing to search for: press / first'});
		const found = findLine(step, diffTop + step, query);
		if (found === -1) change({message: `No more "${query}" ${step === 1 ? 'below' : 'above'}`});
		else change({diffTop: found});
	};

	const onApprove: Partial<Record<KeyAction, () => void>> = {
		approve: apply,
		leave,
		pick,
		'pick-all': pickAll,
		'pick-none': pickNone,
		'pick-only': pickOnly,
		filter: () => change({input: {type: 'filter', text: state().filter}}),
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
	const onDiff = (rows: number): Partial<Record<KeyAction, () => void>> => {
		const by = (lines: number) => () => scrollTo(state().diffTop + lines, rows);
		const half = Math.max(1, Math.floor(rows / 2));
		return {
			back: () => change({screen: 'approve'}),
			search: () => change({input: {type: 'search', text: ''}}),
			'next-match': () => goTo(1),
			'previous-match': () => goTo(-1),
			up: by(-1),
			down: by(1),
			'half-up': by(-half),
			'half-down': by(half),
			first: () => scrollTo(0, rows),
			last: () => scrollTo(Number.MAX_SAFE_INTEGER, rows),
		};
	};
	const onScreen = {approve: () => onApprove, confirm: () => onConfirm, diff: onDiff};
	const type = (text: string) => change({typed: (state().typed + text).slice(0, longestInput)});

	/** The text changes the list at once; a search begins with enter. */
	const typeInput = (input: Input, text: string) => {
		const next = {...input, text: text.slice(0, longestInput)};
		if (input.type === 'filter') filterBy(next.text);
		change({input: next});
	};
	const onInput = (input: Input, key: string, action: KeyAction | undefined) => {
		if (action === 'choose') return input.type === 'search' ? search(input.text) : change({input: undefined});
		if (action === 'back') {
			if (input.type === 'filter') filterBy('');
			change({input: undefined});
		} else if (action === 'erase') typeInput(input, Array.from(input.text).slice(0, -1).join(''));
		else if (action === 'erase-all') typeInput(input, '');
		else if (typedBy(key) !== '') typeInput(input, input.text + typedBy(key));
	};

	return {
		...store,
		plan,
		actions,
		shown,
		diffLines,
		detailLines,
		press(key, rows) {
			const {screen, helpTop, input, answer: answered} = state();
			if (answered) return;
			const action = keymap.actionOf(key, input ? 'input' : screen);
			if (action === 'interrupt') return answer({decision: 'cancel'});
			if (input) return onInput(input, key, action);
			if (helpTop !== undefined) {
				const count = helpOf(screen, true, keymap).length;
				return change({helpTop: helpAfter(helpTop, keymap.actionOf(key, 'help'), count, rows)});
			}
			if (screen === 'confirm' && !action) return type(typedBy(key));
			if (action === 'help') return change({helpTop: 0});
			if (action) onScreen[screen](rows)[action]?.();
		},
		paste(text) {
			const {screen, input} = state();
			const [line = ''] = text.trim().split('\n', 1);
			if (input) typeInput(input, input.text + line);
			else if (screen === 'confirm') type(text.trim());
		},
	};
}

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
			const lines = details.get(key) ?? (action ? [action] : actions).flatMap(each => render.action(each, columns));
			details.set(key, lines);
			return lines;
		},
	};
}
