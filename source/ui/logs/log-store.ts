import {matcherOf, noSearch, parseSearch, typedSearch} from '../../output/logs/search.ts';
import {typedBy} from '../keys/key-names.ts';
import type {KeyAction} from '../keys/keymap.ts';
import {createStore, type Readable} from '../parts/store.ts';
import {chipAfter, offAfter} from './chips.ts';
import {indexOf, inheritIndex, type StreamChoice} from './line-index.ts';
import type {LogPool} from './log-pool.ts';
import {plainLine} from './log-text.ts';
import {
	allLines,
	findMatch,
	isFiltered,
	linesInSight,
	moveInPool,
	newPoolView,
	type PoolView,
	toggleFold,
	togglePoolFollow,
} from './pool-view.ts';

/** A search or a filter while it is typed. The view has it already. */
export type TypedSearch = {
	readonly field: 'search' | 'filter';
	readonly text: string;
	/** Whether the whole text is a regular expression. */
	readonly isRegex: boolean;
	/** What the view had before. */
	readonly before: PoolView;
};

export type LogState = {
	/** Gets new lines. */
	readonly pool: LogPool;
	/** What is read: the same pool, or its lines of the moment when the view was paused. */
	readonly shown: LogPool;
	/** What the log belongs to, as `show` was given it. */
	readonly subject: string | undefined;
	readonly view: PoolView;
	readonly typed: TypedSearch | undefined;
	/** The source that is under the cursor in the row of sources; undefined while the log has the keys. */
	readonly chip: string | undefined;
	/** The result of the last key. */
	readonly message: string | undefined;
	readonly isZoomed: boolean;
};

/** Effects of a log, provided by the command that opens it. */
export type LogEffects = {
	/** Copies a text to the clipboard. */
	readonly copy: (text: string) => void;
	/** Writes a file for an environment and returns its path; rejects with a message for the user. */
	readonly save: (environment: string, name: string, text: string) => Promise<string>;
	/** Shows a text in the pager. */
	readonly page: (text: string) => void;
};

export type LogStore = Readable<LogState> & {
	/** Shows another pool; keeps wrapping and timestamps, resets the position and the filters. */
	readonly show: (pool: LogPool, subject?: string) => void;
	/** Runs an action on the log; false when it has no such action. `rows` is the number of visible lines. */
	readonly act: (action: KeyAction, rows: number) => boolean;
	/** Scrolls by lines, up if negative; below the newest line it follows again. */
	readonly scroll: (by: number, rows: number) => void;
	/** Handles a key, and its action, while a search or a filter is typed. */
	readonly type: (key: string, action: KeyAction | undefined, rows: number) => void;
	readonly paste: (text: string) => void;
	/** Shows one source of the pool, or all. */
	readonly choose: (source: string | undefined) => void;
	/** Changes what is shown. */
	readonly look: (part: Partial<PoolView>) => void;
};

const longestTyped = 200;

const countOf = (lines: number): string => (lines === 1 ? '1 line' : `${lines.toLocaleString('en-US')} lines`);

const streams: readonly StreamChoice[] = ['both', 'stderr', 'stdout'];
const leastLevels = [undefined, 'warn', 'error'] as const;
const contexts: readonly number[] = [0, 2, 5];

const nextOf = <T>(values: readonly T[], value: T): T => values[(values.indexOf(value) + 1) % values.length]!;

/** The lines of this moment, which stay while they are read. A log that has ended stays as it is. */
function freeze(pool: LogPool, view: PoolView): LogPool {
	if (!pool.isLive) return pool;
	indexOf(pool, view);
	const copy = pool.freeze();
	inheritIndex(copy, pool);
	return copy;
}

/** What the visible log belongs to. The names of saved files start with `name`. */
export type LogOwner = {readonly environment: string; readonly name: string};

/** The state of a log screen. */
export function createLogStore(pool: LogPool, owner: () => LogOwner, effects: LogEffects): LogStore {
	const store = createStore<LogState>({
		pool,
		shown: pool,
		subject: undefined,
		view: newPoolView,
		typed: undefined,
		chip: undefined,
		message: undefined,
		isZoomed: false,
	});
	const state = store.getSnapshot;
	const change = (part: Partial<LogState>) => {
		const next = {...state(), message: undefined, ...part};
		const isPaused = next.view.end !== undefined;
		const isFrozen = next.shown !== next.pool;
		// What is being read stays, however many lines arrive.
		const shown = isPaused === isFrozen ? next.shown : isPaused ? freeze(next.pool, next.view) : next.pool;
		store.set({...next, shown});
	};
	const look = (part: Partial<PoolView>) => change({view: {...state().view, ...part}});

	const goTo = (step: 1 | -1, rows: number) => {
		const {view, shown} = state();
		if (view.search.text === '') return change({message: 'Nothing to search for: press / first'});
		const found = findMatch(view, shown, step, rows);
		if (found) return change({view: found});
		const typed = typedSearch(view.search);
		change({message: `No ${view.cursor === undefined ? '' : 'more '}"${typed}" ${step === 1 ? 'below' : 'above'}`});
	};
	const type = (text: string, isRegex: boolean) => {
		const {typed, view} = state();
		if (typed) change({typed: {...typed, text, isRegex}, view: {...view, [typed.field]: parseSearch(text, isRegex)}});
	};
	const open = (field: TypedSearch['field'], text: string) => {
		change({typed: {field, text: '', isRegex: false, before: state().view}});
		type(text, false);
	};
	const accept = (rows: number) => {
		const {typed, view, shown} = state();
		// The prompt says what is wrong.
		if (!typed || matcherOf(view[typed.field]).problem !== undefined) return;
		const {text} = view[typed.field];
		if (text === '') return change({typed: undefined, view: {...view, [typed.field]: noSearch}});
		if (typed.field === 'filter') return change({typed: undefined});
		const found = findMatch(view, shown, -1, rows) ?? findMatch(view, shown, 1, rows);
		change({typed: undefined, ...(found ? {view: found} : {message: `"${typed.text}" was not found`})});
	};
	const cancel = () => {
		const {typed, view} = state();
		if (typed) change({typed: undefined, view: {...view, [typed.field]: typed.before[typed.field]}});
	};
	const unfold = (rows: number) => {
		const {view, shown} = state();
		const folded = toggleFold(view, shown, rows);
		change(folded ? {view: folded} : {message: 'There is no line to unfold'});
	};
	const widen = () => {
		const {view} = state();
		const context = nextOf(contexts, view.context);
		const around = context === 0 ? 'No lines' : `${context} lines`;
		look({context});
		if (!isFiltered(view)) change({message: `${around} around matches, once & or l leaves lines out`});
	};
	const openChips = () => {
		const sources = state().pool.sources();
		if (sources.length > 1) change({chip: sources[0]});
		else change({message: 'There is only one service or resource'});
	};
	const onChips = (action: KeyAction): boolean => {
		const {chip, pool, view} = state();
		if (chip === undefined) return false;
		if (action === 'back') change({chip: undefined});
		else if (action === 'chip-left' || action === 'chip-right')
			change({chip: chipAfter(pool.sources(), chip, action === 'chip-left' ? -1 : 1)});
		else if (action === 'chip-toggle' || action === 'chip-only' || action === 'chip-all')
			look({off: offAfter(action, pool.sources(), view.off, chip)});
		else return false;
		return true;
	};
	const kept = () => {
		const {view, pool: live, shown} = state();
		const newer = shown === live ? [] : allLines(view, live).filter(({number}) => number >= shown.next());
		return [...allLines(view, shown), ...newer];
	};
	const text = () => kept().map(plainLine(state().pool)).join('\n');
	const save = () => {
		const count = kept().length;
		if (count === 0) return change({message: 'Nothing to save'});
		const stamp = new Date().toISOString().replace(/[-:]|\.\d+Z/g, '');
		const {environment, name} = owner();
		effects.save(environment, `${name}-${stamp}.log`, `${text()}\n`).then(
			path => change({message: `Saved ${countOf(count)} to ${path}`}),
			(error: unknown) => change({message: error instanceof Error ? error.message : String(error)}),
		);
	};
	const copy = (rows: number) => {
		const lines = linesInSight(state().shown, state().view, rows);
		if (lines.length === 0) return change({message: 'Nothing to copy'});
		effects.copy(lines.map(plainLine(state().pool)).join('\n'));
		change({message: `Copied ${countOf(lines.length)}`});
	};

	const handlers = (rows: number): Partial<Record<KeyAction, () => void>> => {
		const {view, shown} = state();
		const half = Math.max(1, Math.floor(rows / 2));
		const move =
			(by: number, isPage = false) =>
			() =>
				change({view: moveInPool(view, shown, by, rows, isPage)});
		return {
			up: move(-1),
			down: move(1),
			'half-up': move(-half, true),
			'half-down': move(half, true),
			first: move(Number.NEGATIVE_INFINITY),
			last: move(Number.POSITIVE_INFINITY),
			follow: () => change({view: togglePoolFollow(view, shown)}),
			search: () => open('search', ''),
			'next-match': () => goTo(1, rows),
			'previous-match': () => goTo(-1, rows),
			only: () => (view.filter.text === '' ? open('filter', typedSearch(view.search)) : look({filter: noSearch})),
			level: () => look({level: nextOf(leastLevels, view.level)}),
			context: widen,
			stream: () => look({stream: nextOf(streams, view.stream)}),
			unfold: () => unfold(rows),
			collapse: () => {
				look({isCollapsed: !view.isCollapsed});
				change({message: view.isCollapsed ? 'Every repeated line is shown' : 'Repeated lines are shown once'});
			},
			services: openChips,
			wrap: () => look({isWrapped: !view.isWrapped}),
			time: () => look({hasTime: !view.hasTime}),
			zoom: () => change({isZoomed: !state().isZoomed}),
			copy: () => copy(rows),
			save,
			pager: () => effects.page(`${text()}\n`),
		};
	};

	return {
		...store,
		show(next, subject) {
			if (next === state().pool) return;
			const {isWrapped, hasTime, isCollapsed, context} = state().view;
			const view = {...newPoolView, isWrapped, hasTime, isCollapsed, context};
			change({pool: next, shown: next, subject, typed: undefined, chip: undefined, view});
		},
		act(action, rows) {
			if (onChips(action)) return true;
			const handler = handlers(rows)[action];
			handler?.();
			return handler !== undefined;
		},
		scroll(by, rows) {
			const {view, shown} = state();
			change({view: moveInPool(view, shown, by, rows, true)});
		},
		type(key, action, rows) {
			const {typed} = state();
			if (!typed) return;
			const {text, isRegex} = typed;
			if (action === 'choose') accept(rows);
			else if (action === 'back') cancel();
			else if (action === 'regex') type(text, !isRegex);
			else if (action === 'erase') type(Array.from(text).slice(0, -1).join(''), isRegex);
			else if (action === 'erase-all') type('', isRegex);
			else type((text + typedBy(key)).slice(0, longestTyped), isRegex);
		},
		paste(pasted) {
			const {typed} = state();
			if (typed) type((typed.text + pasted.split('\n', 1)[0]!.trim()).slice(0, longestTyped), typed.isRegex);
		},
		choose: source => {
			const off =
				source === undefined
					? []
					: state()
							.pool.sources()
							.filter(each => each !== source);
			look({off});
		},
		look,
	};
}
