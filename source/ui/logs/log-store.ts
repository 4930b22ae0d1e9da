import {typedBy} from '../keys/key-names.ts';
import type {KeyAction} from '../keys/keymap.ts';
import {createStore, type Readable} from '../parts/store.ts';
import type {LogPool} from './log-pool.ts';
import {plainLine} from './log-text.ts';
import {
	allLines,
	findMatch,
	linesInSight,
	newPoolView,
	type PoolView,
	type StreamChoice,
	scrollPool,
	togglePoolFollow,
} from './pool-view.ts';

export type LogState = {
	/** Gets new lines. */
	readonly pool: LogPool;
	/** What is read: the same pool, or its lines of the moment when the view was paused. */
	readonly shown: LogPool;
	/** What the log belongs to, as `show` was given it. */
	readonly subject: string | undefined;
	readonly view: PoolView;
	/** The search text while it is typed; otherwise undefined. */
	readonly typed: string | undefined;
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
	/** Handles a key, and its action, while a search is typed. */
	readonly type: (key: string, action: KeyAction | undefined, rows: number) => void;
	readonly paste: (text: string) => void;
	/** Shows one source of the pool, or all. */
	readonly choose: (source: string | undefined) => void;
};

const countOf = (lines: number): string => (lines === 1 ? '1 line' : `${lines.toLocaleString('en-US')} lines`);

const streams: readonly StreamChoice[] = ['both', 'stderr', 'stdout'];

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
		message: undefined,
		isZoomed: false,
	});
	const state = store.getSnapshot;
	const change = (part: Partial<LogState>) => {
		const next = {...state(), message: undefined, ...part};
		const isPaused = next.view.end !== undefined;
		const isFrozen = next.shown !== next.pool;
		// What is being read stays, however many lines arrive.
		const shown = isPaused === isFrozen ? next.shown : isPaused ? next.pool.freeze() : next.pool;
		store.set({...next, shown});
	};
	const look = (part: Partial<PoolView>) => change({view: {...state().view, ...part}});

	const goTo = (step: 1 | -1, rows: number) => {
		const {view, shown} = state();
		if (view.query === '') return change({message: 'Nothing to search for: press / first'});
		const found = findMatch(view, shown, step, rows);
		if (found) change({view: found});
		else
			change({
				message: `No ${view.match === undefined ? '' : 'more '}"${view.query}" ${step === 1 ? 'below' : 'above'}`,
			});
	};
	const search = (rows: number) => {
		const query = state().typed ?? '';
		change({typed: undefined, view: {...state().view, query, match: undefined, isOnlyMatches: false}});
		if (query === '') return;
		const {view, shown} = state();
		const found = findMatch(view, shown, -1, rows) ?? findMatch(view, shown, 1, rows);
		change(found ? {view: found} : {message: `"${query}" was not found`});
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
		const scroll = (by: number) => () => change({view: scrollPool(view, shown, by, rows)});
		return {
			up: scroll(-1),
			down: scroll(1),
			'half-up': scroll(-half),
			'half-down': scroll(half),
			first: scroll(Number.NEGATIVE_INFINITY),
			last: scroll(Number.POSITIVE_INFINITY),
			follow: () => change({view: togglePoolFollow(view, shown)}),
			search: () => change({typed: ''}),
			'next-match': () => goTo(1, rows),
			'previous-match': () => goTo(-1, rows),
			only: () =>
				view.query === ''
					? change({message: 'Nothing to search for: press / first'})
					: look({isOnlyMatches: !view.isOnlyMatches, end: undefined}),
			stream: () => look({stream: streams[(streams.indexOf(view.stream) + 1) % streams.length]!, end: undefined}),
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
			const {isWrapped, hasTime} = state().view;
			change({pool: next, shown: next, subject, typed: undefined, view: {...newPoolView, isWrapped, hasTime}});
		},
		act(action, rows) {
			const handler = handlers(rows)[action];
			handler?.();
			return handler !== undefined;
		},
		type(key, action, rows) {
			const {typed = ''} = state();
			if (action === 'choose') search(rows);
			else if (action === 'back') change({typed: undefined});
			else if (action === 'erase') change({typed: Array.from(typed).slice(0, -1).join('')});
			else if (action === 'erase-all') change({typed: ''});
			else change({typed: (typed + typedBy(key)).slice(0, 200)});
		},
		paste(pasted) {
			const {typed} = state();
			if (typed !== undefined) change({typed: (typed + pasted.split('\n', 1)[0]!.trim()).slice(0, 200)});
		},
		choose: source => look({source, end: undefined, match: undefined}),
	};
}
