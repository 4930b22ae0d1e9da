import {describe, expect, test, vi} from 'vitest';
import {createLogPool, type IncomingLine} from '../../source/ui/logs/log-pool.ts';
import {createLogStore} from '../../source/ui/logs/log-store.ts';
import {clockTime, poolRows} from '../../source/ui/logs/log-text.ts';
import {
	countMatches,
	describePoolView,
	findMatch,
	linesInSight,
	newPoolView,
	type PoolView,
	scrollPool,
	togglePoolFollow,
} from '../../source/ui/logs/pool-view.ts';

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

describe('a view of a pool', () => {
	test('stays while new lines arrive, counts them, and follows again at the end', () => {
		const pool = poolOf(8);
		const view = scrollPool(newPoolView, pool, -2, 3);
		expect(texts(linesInSight(pool, view, 3))).toEqual(['line 3', 'line 4', 'line 5']);
		for (let count = 0; count < 1234; count++) pool.push(line('web', 'more'));
		expect(describePoolView(view, pool)).toBe('paused, +1,234 new');
		const small = poolOf(8);
		expect(scrollPool(scrollPool(newPoolView, small, -2, 3), small, 2, 3).end).toBeUndefined();
		expect(scrollPool(scrollPool(newPoolView, small, -2, 3), small, 1, 3).end).toBe(7);
	});

	test('stops at the oldest kept line, even when older ones are dropped', () => {
		const pool = poolOf(60);
		const top = scrollPool(newPoolView, pool, Number.NEGATIVE_INFINITY, 3);
		expect(texts(linesInSight(pool, top, 3))).toEqual(['line 40', 'line 41', 'line 42']);
		for (let number = 60; number < 160; number++) pool.push(line(number % 2 === 0 ? 'web' : 'api', `line ${number}`));
		expect(texts(linesInSight(pool, top, 3))).toEqual(['line 140', 'line 141', 'line 142']);
		expect(texts(linesInSight(pool, scrollPool(top, pool, 1, 3), 3))).toEqual(['line 141', 'line 142', 'line 143']);
	});

	test('always follows with fewer lines than rows', () => {
		const pool = poolOf(2);
		expect(scrollPool(newPoolView, pool, -1, 5).end).toBeUndefined();
		expect(togglePoolFollow(newPoolView, pool).end).toBe(2);
	});

	test('shows one source, one stream, or only matches', () => {
		const pool = createLogPool();
		pool.push(line('web', 'GET /'));
		pool.push(line('web', 'oops', {stream: 'stderr'}));
		pool.push(line('api', 'GET /notes'));
		const shown = (part: Partial<PoolView>) => texts(linesInSight(pool, {...newPoolView, ...part}, 5));
		expect(shown({source: 'web'})).toEqual(['GET /', 'oops']);
		expect(shown({stream: 'stderr'})).toEqual(['oops']);
		expect(shown({query: 'get', isOnlyMatches: true})).toEqual(['GET /', 'GET /notes']);
		expect(shown({query: 'Get', isOnlyMatches: true})).toEqual([]);
	});

	test('finds the next match up and down, and its position', () => {
		const pool = createLogPool();
		for (let number = 0; number < 100; number++)
			pool.push(line('web', number % 25 === 10 ? `\u001B[31merr\u001B[0mor ${number}` : `line ${number}`));
		const view = {...newPoolView, query: 'error'};
		const newest = findMatch(view, pool, -1, 10)!;
		expect(linesInSight(pool, newest, 10).some(({number}) => number === 85)).toBe(true);
		expect(countMatches(newest, pool)).toEqual({position: 4, total: 4});
		const previous = findMatch(newest, pool, -1, 10)!;
		expect(previous.match).toBe(60);
		expect(countMatches(previous, pool)).toEqual({position: 3, total: 4});
		expect(findMatch(previous, pool, 1, 10)!.match).toBe(85);
		expect(findMatch(newest, pool, 1, 10)).toBeUndefined();
	});
});

describe('the rows of a view', () => {
	const options = {columns: 40, rows: 5, isColoured: false, vertical: '│'};
	const textsOf = (pool: ReturnType<typeof createLogPool>, view: Partial<PoolView> = {}) =>
		poolRows(pool, {...newPoolView, ...view}, options).map(({spans}) => spans.map(({text}) => text).join(''));

	test('show the source when there are several, the stream, and the time on request', () => {
		const pool = createLogPool();
		pool.push(line('web', 'one'));
		pool.push(line('database', 'two', {stream: 'stderr'}));
		expect(textsOf(pool)).toEqual(['web      │ one', 'database ! two']);
		expect(textsOf(pool, {source: 'web'})).toEqual(['one']);
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
		const [row] = poolRows(pool, {...newPoolView, query: 'error'}, options);
		expect(row!.spans.filter(({type}) => type === 'match').map(({text}) => text)).toEqual(['Error', 'error']);
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
		expect(state().view).toMatchObject({query: 'line 5', match: 59});
		store.act('previous-match', 10);
		expect(state().view.match).toBe(58);
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
		expect(state().typed).toBe('a');
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
		expect(describePoolView(store.getSnapshot().view, pool)).toBe('paused, +10,000 new');
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
});

test('matches are counted once while nothing changes, and once a second while lines arrive', () => {
	const pool = createLogPool();
	for (let number = 0; number < 20; number++) pool.push(line('web', `line ${number}`));
	const from = vi.spyOn(pool, 'from');
	const view = {...newPoolView, query: 'line'};
	expect(countMatches(view, pool, 0).total).toBe(20);
	pool.push(line('web', 'one more line'));
	expect(countMatches(view, pool, 999).total).toBe(20);
	expect(from).toHaveBeenCalledTimes(1);
	expect(countMatches(view, pool, 1000).total).toBe(21);
	expect(countMatches(view, pool, 9000).total).toBe(21);
	expect(from).toHaveBeenCalledTimes(2);
	expect(countMatches({...view, query: 'more'}, pool, 9000).total).toBe(1);
});
