import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {unicodeGlyphs} from '../../source/output/glyphs.ts';
import {parseSearch} from '../../source/output/logs/search.ts';
import {sanitiseLine} from '../../source/output/sanitise.ts';
import {displayWidth} from '../../source/output/width.ts';
import {chipAfter, fitChips, offAfter} from '../../source/ui/logs/chips.ts';
import {indexOf} from '../../source/ui/logs/line-index.ts';
import {fitNote, formatRate, noteParts} from '../../source/ui/logs/log-note.ts';
import {createLogPool, type IncomingLine} from '../../source/ui/logs/log-pool.ts';
import {promptOf} from '../../source/ui/logs/log-prompt.ts';
import {createLogStore} from '../../source/ui/logs/log-store.ts';
import {clockTime, poolRows} from '../../source/ui/logs/log-text.ts';
import {
	allLines,
	countMatches,
	cursorAmong,
	findMatch,
	groupsInSight,
	linesInSight,
	moveInPool,
	newPoolView,
	type PoolView,
	togglePoolFollow,
} from '../../source/ui/logs/pool-view.ts';
import {hostile, hostileText} from './hostile.ts';

const line = (source: string, text: string, part: Partial<IncomingLine> = {}): IncomingLine => ({
	source,
	text,
	stream: 'stdout',
	at: '2026-11-20T08:00:00.123456789Z',
	...part,
});

const texts = (lines: readonly {readonly text: string}[]) => lines.map(({text}) => text);

function poolOf(count: number, capacity = 10) {
	const pool = createLogPool({capacity});
	for (let number = 0; number < count; number++) pool.push(line(number % 2 === 0 ? 'web' : 'api', `line ${number}`));
	return pool;
}

describe('a pool', () => {
	test('merges its sources in the order in which their lines came', () => {
		const pool = poolOf(6);
		expect(texts(pool.before(pool.next(), 4))).toEqual(['line 2', 'line 3', 'line 4', 'line 5']);
		expect(texts(pool.from(1, 3))).toEqual(['line 1', 'line 2', 'line 3']);
		expect(texts(pool.before(6, 2, ({source}) => source === 'web'))).toEqual(['line 2', 'line 4']);
		expect(pool.sources()).toEqual(['web', 'api']);
	});

	test('keeps the lines of a quiet source, however busy another is', () => {
		const pool = createLogPool({capacity: 10});
		pool.push(line('quiet', 'the only one'));
		for (let count = 0; count < 1000; count++) pool.push(line('loud', `line ${count}`));
		expect(texts(pool.from(0, 2))).toEqual(['the only one', 'line 990']);
		expect(pool.dropped()).toBe(990);
		expect(pool.first()).toBe(0);
	});

	test('notifies once per push, and cuts long lines', () => {
		const asked: (() => void)[] = [];
		const pool = createLogPool({schedule: notify => asked.push(notify)});
		const heard = vi.fn();
		pool.subscribe(heard);
		pool.push(line('web', 'x'.repeat(10_000_000)));
		expect(asked).toHaveLength(1);
		asked[0]!();
		expect(heard).toHaveBeenCalledTimes(1);
		expect(pool.from(0, 1)[0]!.text.length).toBeLessThan(4200);
	});
});

const noteOf = (pool: ReturnType<typeof poolOf>, view: PoolView, rate = 0, shown = pool): string =>
	fitNote(noteParts({pool, shown, view, rate}), 200, '·');

describe('a view of a pool', () => {
	const selected = (pool: ReturnType<typeof poolOf>, {cursor}: PoolView) => pool.from(cursor!, 1)[0]!.text;

	test('moves a cursor, and itself when the cursor would leave it', () => {
		const pool = poolOf(8);
		const up = moveInPool(newPoolView, pool, -1, 3);
		expect(texts(linesInSight(pool, up, 3))).toEqual(['line 5', 'line 6', 'line 7']);
		expect(selected(pool, up)).toBe('line 6');
		const higher = moveInPool(up, pool, -3, 3);
		expect(texts(linesInSight(pool, higher, 3))).toEqual(['line 3', 'line 4', 'line 5']);
		expect(selected(pool, higher)).toBe('line 3');
		const lower = moveInPool(higher, pool, 1, 3);
		expect([texts(linesInSight(pool, lower, 3))[0], selected(pool, lower)]).toEqual(['line 3', 'line 4']);
	});

	test('moves as far as the cursor by half a page', () => {
		const pool = poolOf(8);
		const up = moveInPool(newPoolView, pool, -2, 4, true);
		expect(texts(linesInSight(pool, up, 4))).toEqual(['line 2', 'line 3', 'line 4', 'line 5']);
		expect(selected(pool, up)).toBe('line 5');
		const top = moveInPool(moveInPool(up, pool, -2, 4, true), pool, -2, 4, true);
		expect([texts(linesInSight(pool, top, 4))[0], selected(pool, top)]).toEqual(['line 0', 'line 1']);
	});

	test('stays while new lines arrive, counts them, and follows again below the newest', () => {
		const pool = poolOf(8, 10_000);
		const view = moveInPool(newPoolView, pool, -2, 3, true);
		expect(texts(linesInSight(pool, view, 3))).toEqual(['line 3', 'line 4', 'line 5']);
		for (let count = 0; count < 1234; count++) pool.push(line('web', 'more'));
		expect(noteOf(pool, view)).toBe('paused · +1,234 new');
		const small = poolOf(8);
		const high = moveInPool(newPoolView, small, -2, 3, true);
		expect(moveInPool(high, small, 2, 3).end).toBe(8);
		expect(moveInPool(high, small, 3, 3).end).toBeUndefined();
	});

	test('stops at the oldest kept line, even when older ones are dropped', () => {
		const pool = poolOf(60);
		const top = moveInPool(newPoolView, pool, Number.NEGATIVE_INFINITY, 3);
		expect(texts(linesInSight(pool, top, 3))).toEqual(['line 40', 'line 41', 'line 42']);
		for (let number = 60; number < 160; number++) pool.push(line(number % 2 === 0 ? 'web' : 'api', `line ${number}`));
		expect(texts(linesInSight(pool, top, 3))).toEqual(['line 140', 'line 141', 'line 142']);
	});

	test('has a cursor with fewer lines than rows, too', () => {
		const pool = poolOf(2);
		expect(moveInPool(newPoolView, pool, -1, 5)).toMatchObject({end: 2, cursor: 0});
		expect(togglePoolFollow(newPoolView, pool)).toMatchObject({end: 2, cursor: 1});
		expect(moveInPool(newPoolView, createLogPool(), -1, 5)).toEqual(newPoolView);
	});

	test('says how fast lines come, and what a pause costs', () => {
		const pool = poolOf(20, 10_000);
		expect(noteOf(pool, newPoolView, 9800)).toBe('following · 9.8k/s');
		const frozen = pool.freeze();
		const view = togglePoolFollow(newPoolView, pool);
		for (let count = 0; count < 500; count++) pool.push(line('web', 'more'));
		expect(noteOf(pool, view, 9800, frozen)).toBe('paused · +9.8k/s · +500 new · 20 lines, 4.1 kB kept');
		expect([0.6, 7, 999.4, 999.6, 9949, 9951, 99_960].map(formatRate)).toEqual([
			'1/s',
			'7/s',
			'999/s',
			'1.0k/s',
			'9.9k/s',
			'10k/s',
			'100k/s',
		]);
		const parts = noteParts({pool, shown: frozen, view, rate: 9800});
		expect([40, 20, 10].map(columns => fitNote(parts, columns, '·'))).toEqual([
			'paused · +9.8k/s · 20 lines, 4.1 kB kept',
			'paused · +9.8k/s',
			'paused',
		]);
	});

	test('shows one source, one stream, or only matches', () => {
		const pool = createLogPool();
		pool.push(line('web', 'GET /'));
		pool.push(line('web', 'oops', {stream: 'stderr'}));
		pool.push(line('api', 'GET /notes'));
		const shown = (part: Partial<PoolView>) => texts(linesInSight(pool, {...newPoolView, ...part}, 5));
		expect(shown({off: ['api']})).toEqual(['GET /', 'oops']);
		expect(shown({stream: 'stderr'})).toEqual(['oops']);
		expect(shown({filter: parseSearch('get')})).toEqual(['GET /', 'GET /notes']);
		expect(shown({filter: parseSearch('!get')})).toEqual(['oops']);
		expect(shown({filter: parseSearch('/^GET .$/')})).toEqual(['GET /']);
		expect(shown({filter: parseSearch('Get')})).toEqual([]);
	});

	test('shows a level and worse, with what belongs to it, and lines around', () => {
		const pool = createLogPool();
		const lines = ['one', 'INFO two', 'ERROR three', '    at main', 'four', 'five', 'six', 'WARN seven', 'eight'];
		for (const text of lines) pool.push(line('web', text));
		const shown = (part: Partial<PoolView>) => texts(linesInSight(pool, {...newPoolView, ...part}, 20));
		expect(shown({level: 'warn'})).toEqual(['ERROR three', '    at main', 'WARN seven']);
		expect(shown({level: 'error', context: 2})).toEqual(lines.slice(0, 6));
		pool.push(line('web', 'panic: no'));
		expect(shown({level: 'error'}).at(-1)).toBe('panic: no');
	});

	test('shows a repeated line once, and copies all of them', () => {
		const pool = createLogPool();
		for (const text of ['a', 'b', 'b', 'b', 'c']) pool.push(line('web', text));
		pool.push(line('api', 'c'));
		const sight = groupsInSight(pool, newPoolView, 3);
		expect(sight.map(({line: {text}, lines}) => `${text} ${lines.length}`)).toEqual(['b 3', 'c 1', 'c 1']);
		expect(linesInSight(pool, newPoolView, 3)).toHaveLength(5);
		expect(groupsInSight(pool, {...newPoolView, isCollapsed: false}, 3).map(({line: {text}}) => text)).toEqual([
			'b',
			'c',
			'c',
		]);
		const up = moveInPool(newPoolView, pool, -2, 3);
		expect(selected(pool, up)).toBe('b');
		expect(selected(pool, moveInPool(up, pool, -1, 3))).toBe('a');
	});

	test('moves its cursor to every line, one after the other, however they are chosen', () => {
		const kinds = fc.constantFrom('a', 'b', 'ERROR c', '   d');
		const views = fc.record({
			level: fc.constantFrom(undefined, 'error' as const),
			context: fc.constantFrom(0, 2),
			isCollapsed: fc.boolean(),
			filter: fc.constantFrom(parseSearch(''), parseSearch('!b'), parseSearch('/[ac]/')),
		});
		fc.assert(
			fc.property(
				fc.array(kinds, {minLength: 1, maxLength: 40}),
				views,
				fc.integer({min: 1, max: 9}),
				(lines, part, rows) => {
					const pool = createLogPool();
					for (const text of lines) pool.push(line('web', text));
					const start = {...newPoolView, ...part};
					const all = groupsInSight(pool, start, 100);
					let view = moveInPool(start, pool, Number.NEGATIVE_INFINITY, rows);
					const seen: number[] = [];
					while (view.end !== undefined) {
						const sight = groupsInSight(pool, view, rows);
						expect(sight.length).toBe(Math.min(rows, all.length));
						const cursor = sight[cursorAmong(sight, view)]!;
						expect(cursor.line.number).toBe(view.cursor);
						seen.push(cursor.line.number);
						view = moveInPool(view, pool, 1, rows);
					}
					expect(seen).toEqual(all.map(group => group.line.number));
				},
			),
		);
	});

	test('finds the next match up and down, and its position', () => {
		const pool = createLogPool();
		for (let number = 0; number < 100; number++)
			pool.push(line('web', number % 25 === 10 ? `\u001B[31merr\u001B[0mor ${number}` : `line ${number}`));
		const view = {...newPoolView, search: parseSearch('error')};
		const newest = findMatch(view, pool, -1, 10)!;
		expect(linesInSight(pool, newest, 10).some(({number}) => number === 85)).toBe(true);
		expect(countMatches(newest, pool)).toEqual({position: 4, total: 4});
		const previous = findMatch(newest, pool, -1, 10)!;
		expect(previous.cursor).toBe(60);
		expect(countMatches(previous, pool)).toEqual({position: 3, total: 4});
		expect(findMatch(previous, pool, 1, 10)!.cursor).toBe(85);
		expect(findMatch(newest, pool, 1, 10)).toBeUndefined();
	});
});

describe('the rows of a view', () => {
	const options = {columns: 40, rows: 5, isColoured: false, glyphs: unicodeGlyphs};
	const textsOf = (pool: ReturnType<typeof createLogPool>, view: Partial<PoolView> = {}) =>
		poolRows(pool, {...newPoolView, ...view}, options).map(({spans}) => spans.map(({text}) => text).join(''));

	test('show the source when there are several, the stream, and the time on request', () => {
		const pool = createLogPool();
		pool.push(line('web', 'one'));
		pool.push(line('database', 'two', {stream: 'stderr'}));
		expect(textsOf(pool)).toEqual(['web      │ one', 'database ! two']);
		expect(textsOf(pool, {off: ['database']})).toEqual(['one']);
		expect(textsOf(pool, {hasTime: true})[0]).toBe(`${clockTime('2026-11-20T08:00:00.123Z')} web      │ one`);
		expect(clockTime('never')).toBe(' '.repeat(12));
	});

	test('are wrapped below their text, or cut', () => {
		const pool = createLogPool();
		pool.push(line('web', 'a'));
		pool.push(line('api', `${'x'.repeat(34)}${'y'.repeat(10)}`));
		expect(textsOf(pool)[1]).toBe(`api │ ${'x'.repeat(33)}…`);
		expect(textsOf(pool, {isWrapped: true})).toEqual(['web │ a', `api │ ${'x'.repeat(34)}`, `      ${'y'.repeat(10)}`]);
	});

	test('highlight matches', () => {
		const pool = createLogPool();
		pool.push(line('web', 'an Error, one more error'));
		const [row] = poolRows(pool, {...newPoolView, search: parseSearch('error')}, options);
		expect(row!.spans.filter(({type}) => type === 'match').map(({text}) => text)).toEqual(['Error', 'error']);
	});

	test('show the level by a sign, which goes on in a stack trace', () => {
		const pool = createLogPool();
		for (const text of ['ERROR broken', '    at main', 'WARN late', 'DEBUG x', 'INFO y', 'z'])
			pool.push(line('web', text));
		expect(
			poolRows(pool, newPoolView, {...options, rows: 9}).map(({spans}) => spans.map(({text}) => text).join('')),
		).toEqual(['E ERROR broken', 'E     at main', 'W WARN late', 'D DEBUG x', 'INFO y', 'z']);
	});

	test('of JSON lines are the message and the fields that fit, or all of them', () => {
		const pool = createLogPool();
		pool.push(
			line(
				'web',
				'{"level":50,"time":1,"msg":"broken","status":500,"err":{"stack":"a\\n  b"},"path":"/a/very/long/path"}',
			),
		);
		expect(textsOf(pool)).toEqual(['E broken  status=500 err={"stack":"a\\n …']);
		const unfolded = textsOf(pool, {end: 1, cursor: 0, unfolded: [0]});
		expect(unfolded).toEqual(['› E broken', '      level: 50', '      time: 1', '      status: 500', '      err:']);
	});

	test('say how often a line is repeated, and where lines are left out', () => {
		const pool = createLogPool();
		for (const text of ['ERROR a', 'b', 'c', 'ERROR d', 'ERROR d']) pool.push(line('web', text));
		expect(textsOf(pool, {level: 'error', context: 0})).toEqual(['E ERROR a', 'E ERROR d ×2']);
		pool.push(line('web', 'x'.repeat(60)));
		pool.push(line('web', 'x'.repeat(60)));
		expect(textsOf(pool).at(-1)).toBe(`${'x'.repeat(36)}… ×2`);
		const other = createLogPool();
		for (const text of ['ERROR a', 'b', 'c', 'd', 'ERROR e']) other.push(line('web', text));
		expect(textsOf(other, {level: 'error', context: 1})).toEqual(['E ERROR a', 'b', '───', 'd', 'E ERROR e']);
	});

	test('keep the selected line in sight, however long the others are', () => {
		const pool = createLogPool();
		for (const text of ['first', 'second', 'y'.repeat(200)]) pool.push(line('web', text));
		const rows = textsOf(pool, {end: 3, cursor: 0, isWrapped: true});
		expect(rows[0]).toBe('› first');
		expect(rows).toHaveLength(5);
	});

	test('are never more than there is room, nor wider, whatever the lines say', () => {
		const texts = fc.oneof(
			fc.constantFrom(...hostile),
			fc
				.dictionary(fc.string(), fc.oneof(fc.constantFrom(...hostile), fc.jsonValue()))
				.map(object => JSON.stringify(object)),
		);
		const views = fc.record({
			end: fc.constantFrom(undefined, 20),
			cursor: fc.constantFrom(undefined, 0, 3),
			unfolded: fc.constantFrom([], [0, 1, 2, 3]),
			isWrapped: fc.boolean(),
			hasTime: fc.boolean(),
			level: fc.constantFrom(undefined, 'error' as const),
			search: fc.constantFrom(parseSearch(''), parseSearch('a'), parseSearch('/[a-z]+/')),
		});
		fc.assert(
			fc.property(fc.array(texts, {maxLength: 8}), views, (lines, part) => {
				const pool = createLogPool();
				for (const [index, text] of lines.entries()) pool.push(line(index % 3 === 0 ? hostileText : 'web', text));
				const rows = poolRows(pool, {...newPoolView, ...part}, {...options, columns: 60});
				expect(rows.length).toBeLessThanOrEqual(options.rows);
				expect(new Set(rows.map(({key}) => key)).size).toBe(rows.length);
				for (const {spans} of rows) {
					const text = spans.map(span => span.text).join('');
					expect(sanitiseLine(text)).toBe(text);
					expect(displayWidth(text)).toBeLessThanOrEqual(60);
				}
			}),
			{numRuns: 200},
		);
	});
});

describe('the store of a log', () => {
	function open(count = 100) {
		const asked: string[] = [];
		const pool = poolOf(count, 1000);
		const store = createLogStore(pool, () => ({environment: 'production', name: 'notes-web'}), {
			copy: text => void asked.push(`copy ${text}`),
			save: async (environment, name, text) => {
				asked.push(`save ${environment} ${name} ${text.split('\n').length - 1}`);
				return `./${name}`;
			},
			page: text => void asked.push(`page ${text.split('\n').length - 1}`),
		});
		const type = (text: string) => {
			for (const key of text) store.type(key, undefined, 10);
		};
		return {store, asked, pool, type, state: store.getSnapshot};
	}

	test('searches up and down, and says what was not found', () => {
		const {store, type, state} = open();
		store.act('search', 10);
		type('line 5');
		store.type('enter', 'choose', 10);
		expect(state().view).toMatchObject({search: {text: 'line 5'}, cursor: 59});
		store.act('previous-match', 10);
		expect(state().view.cursor).toBe(58);
		store.act('next-match', 10);
		store.act('next-match', 10);
		expect(state().message).toBe('No more "line 5" below');
		store.act('search', 10);
		type('nowhere');
		store.type('enter', 'choose', 10);
		expect(state().message).toBe('"nowhere" was not found');
		store.act('search', 10);
		type('ab');
		store.type('backspace', 'erase', 10);
		expect(state().typed?.text).toBe('a');
		store.type('escape', 'back', 10);
		expect(state().typed).toBeUndefined();
	});

	test('copies the visible lines, and saves and pages all kept ones', async () => {
		const {store, asked, state} = open();
		store.act('copy', 3);
		expect(asked[0]).toMatch(/^copy 2026-.* \[api\] line 97\n.*line 98\n.*line 99$/);
		store.act('save', 3);
		expect(asked[1]).toMatch(/^save production notes-web-\d{8}T\d{6}\.log 100$/);
		await Promise.resolve();
		expect(state().message).toMatch(/^Saved 100 lines to \.\/notes-web-/);
		store.act('pager', 3);
		expect(asked[2]).toBe('page 100');
		const empty = open(0);
		empty.store.act('save', 3);
		expect(empty.state().message).toBe('Nothing to save');
	});

	test('reports a file that cannot be written', async () => {
		const store = createLogStore(poolOf(2), () => ({environment: 'x', name: 'x'}), {
			copy: () => {},
			page: () => {},
			save: () => Promise.reject(new Error('Cannot save the log: no space left')),
		});
		store.act('save', 3);
		await Promise.resolve();
		expect(store.getSnapshot().message).toBe('Cannot save the log: no space left');
	});

	test('shows another pool from its end, and keeps wrapping', () => {
		const {store, state} = open();
		store.act('wrap', 5);
		store.act('first', 5);
		store.show(poolOf(3));
		expect(state().view).toMatchObject({end: undefined, isWrapped: true});
	});

	test('cycles through the streams with one key', () => {
		const {store, state} = open();
		for (const stream of ['stderr', 'stdout', 'both']) {
			store.act('stream', 5);
			expect(state().view.stream).toBe(stream);
		}
	});
});

describe('a paused log', () => {
	function openPaused() {
		const pool = createLogPool({capacity: 100});
		for (let number = 0; number < 100; number++) pool.push(line('web', `line ${number}`));
		const store = createLogStore(pool, () => ({environment: 'production', name: 'web'}), {
			copy: () => {},
			save: async () => '',
			page: () => {},
		});
		const seen = () => texts(linesInSight(store.getSnapshot().shown, store.getSnapshot().view, 5));
		const flood = (count: number) => {
			for (let number = 0; number < count; number++) pool.push(line('web', `flood ${number}`));
		};
		return {pool, store, seen, flood};
	}

	test('keeps what is being read, however many lines arrive', () => {
		const {store, seen, flood, pool} = openPaused();
		store.act('follow', 5);
		store.act('half-up', 5);
		const before = seen();
		expect(before).toEqual(['line 93', 'line 94', 'line 95', 'line 96', 'line 97']);
		flood(10_000);
		expect(seen()).toEqual(before);
		store.act('first', 5);
		expect(seen()[0]).toBe('line 0');
		expect(noteOf(pool, store.getSnapshot().view, 9800, store.getSnapshot().shown)).toBe(
			'paused · +9.8k/s · +10,000 new · 100 lines, 21 kB kept',
		);
	});

	test('can be searched in what is being read, and then follows the newest lines again', () => {
		const {store, seen, flood} = openPaused();
		store.act('follow', 5);
		flood(10_000);
		store.act('search', 5);
		for (const key of 'line 7') store.type(key, undefined, 5);
		store.type('enter', 'choose', 5);
		expect(store.getSnapshot().message).toBeUndefined();
		expect(seen()).toContain('line 79');
		store.act('follow', 5);
		expect(seen().at(-1)).toBe('flood 9999');
		expect(store.getSnapshot().shown).toBe(store.getSnapshot().pool);
	});

	test('stays paused when it is filtered, and keeps its place', () => {
		const {store, seen, flood} = openPaused();
		store.act('follow', 5);
		for (const _ of Array(30)) store.act('up', 5);
		expect(store.getSnapshot().view.cursor).toBe(69);
		flood(1000);
		store.act('only', 5);
		for (const key of '!7') store.type(key, undefined, 5);
		store.type('enter', 'choose', 5);
		expect(seen().every(text => !text.includes('7') && text.startsWith('line'))).toBe(true);
		expect(seen()).toContain('line 69');
		store.act('only', 5);
		expect(seen()).toContain('line 70');
		store.act('level', 5);
		expect(seen()).toEqual([]);
	});
});

describe('a search that is typed', () => {
	function open(...lines: readonly string[]) {
		const pool = createLogPool();
		for (const text of lines) pool.push(line('web', text));
		const store = createLogStore(pool, () => ({environment: 'production', name: 'web'}), {
			copy: () => {},
			save: async () => '',
			page: () => {},
		});
		const type = (text: string) => {
			for (const key of text) store.type(key, undefined, 5);
		};
		const shown = () => texts(linesInSight(store.getSnapshot().shown, store.getSnapshot().view, 5));
		const prompt = () => {
			const {typed, view} = store.getSnapshot();
			return typed && promptOf(typed, view);
		};
		return {store, type, shown, prompt};
	}

	test('filters while it is typed, and esc shows everything again', () => {
		const {store, type, shown} = open('one', 'two', 'three');
		store.act('only', 5);
		type('t');
		expect(shown()).toEqual(['two', 'three']);
		type('h');
		expect(shown()).toEqual(['three']);
		store.type('escape', 'back', 5);
		expect(shown()).toEqual(['one', 'two', 'three']);
	});

	test('says what is wrong with an expression, filters nothing by it, and is not accepted', () => {
		const {store, type, shown, prompt} = open('one', 'two');
		store.act('only', 5);
		store.type('ctrl-r', 'regex', 5);
		expect(prompt()).toBe('&  (regular expression)');
		type('(t');
		expect(prompt()).toBe('&(t  (not a regular expression: unterminated group)');
		expect(shown()).toEqual(['one', 'two']);
		store.type('enter', 'choose', 5);
		expect(prompt()).toContain('(t');
		type('|o)w');
		expect(shown()).toEqual(['two']);
		store.type('enter', 'choose', 5);
		expect(prompt()).toBeUndefined();
		store.act('only', 5);
		expect(shown()).toEqual(['one', 'two']);
	});

	test('takes a filter from the search, and searches in what is filtered', () => {
		const {store, type, shown} = open('GET /a', 'POST /a', 'GET /b');
		store.act('search', 5);
		type('GET');
		store.type('enter', 'choose', 5);
		store.act('only', 5);
		store.type('enter', 'choose', 5);
		expect(shown()).toEqual(['GET /a', 'GET /b']);
		store.act('search', 5);
		type('/a');
		store.type('enter', 'choose', 5);
		expect(store.getSnapshot().view).toMatchObject({cursor: 0, filter: {text: 'GET'}});
		expect(shown()).toEqual(['GET /a', 'GET /b']);
	});
});

test('the sources of a log are switched on and off in a row', () => {
	const sources = ['web', 'api', 'database-with-a-long-name', 'db'];
	const row = (selected: string | undefined, off: readonly string[], columns: number) => {
		const {chips, hasBefore, hasAfter} = fitChips({sources, off, selected, columns, ellipsis: '…'});
		return `${hasBefore ? '<' : ''}${chips.map(({text}) => text).join(' ')}${hasAfter ? '>' : ''}`;
	};
	expect(row('web', [], 80)).toBe('[x] web [x] api [x] database-with-a-long-na… [x] db');
	expect(row('web', ['api'], 80)).toBe('[x] web [ ] api [x] database-with-a-long-na… [x] db');
	expect(row('web', [], 30)).toBe('[x] web [x] api>');
	expect(row('db', [], 30)).toBe('<[x] db');
	expect(row('web', [], 5)).toBe('[x] web>');
	expect([chipAfter(sources, 'db', 1), chipAfter(sources, 'web', -1), chipAfter(sources, 'gone', 1)]).toEqual([
		'web',
		'db',
		'web',
	]);
	expect(offAfter('chip-toggle', sources, ['db'], 'web')).toEqual(['db', 'web']);
	expect(offAfter('chip-toggle', sources, ['db', 'web'], 'web')).toEqual(['db']);
	expect(offAfter('chip-only', sources, [], 'web')).toEqual(['api', 'database-with-a-long-name', 'db']);
	expect(offAfter('chip-all', sources, ['db'], 'web')).toEqual([]);
});

test('each line is looked at once, however often it is drawn', () => {
	const pool = createLogPool();
	for (let number = 0; number < 20; number++) pool.push(line('web', `line ${number}`));
	const from = vi.spyOn(pool, 'from');
	const view = {...newPoolView, search: parseSearch('line')};
	for (let count = 0; count < 5; count++) expect(countMatches(view, pool).total).toBe(20);
	expect(from).toHaveBeenCalledTimes(1);
	pool.push(line('web', 'one more line'));
	expect(countMatches(view, pool).total).toBe(21);
	expect(from).toHaveBeenLastCalledWith(20, Number.POSITIVE_INFINITY);
	expect(countMatches({...view, search: parseSearch('more')}, pool).total).toBe(1);
});

test('what is known of lines stays bounded while they pass through', () => {
	const pool = createLogPool({capacity: 100});
	const view = {...newPoolView, filter: parseSearch('!nothing')};
	for (let round = 0; round < 100; round++) {
		for (let number = 0; number < 500; number++) pool.push(line('web', `line ${round} ${number}`));
		expect(linesInSight(pool, view, 5)).toHaveLength(5);
		expect(indexOf(pool, view).lines.length).toBeLessThanOrEqual(1600);
	}
	expect(allLines(view, pool)).toHaveLength(100);
});

test('an expression that takes too long filters nothing, and says so', () => {
	const pool = createLogPool();
	pool.push(line('web', `${'a'.repeat(100)}b`));
	const view = {...newPoolView, filter: parseSearch('/^(a+)+$/')};
	expect(linesInSight(pool, view, 5)).toHaveLength(1);
	expect(noteOf(pool, view)).toBe('/^(a+)+$/ takes too long · following');
	// It is not tried again for the same lines.
	const from = vi.spyOn(pool, 'from');
	expect(linesInSight(pool, view, 5)).toHaveLength(1);
	expect(from).not.toHaveBeenCalled();
});
