import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {createLogBuffer} from '../../source/ui/logs/log-buffer.ts';
import {followingView, scrollLog, toggleFollow, visibleRows, wrapCells} from '../../source/ui/logs/log-view.ts';
import {createFrameClock} from '../../source/ui/parts/frame-clock.ts';
import {createStore} from '../../source/ui/parts/store.ts';

const line = (text: string) => ({text, stream: 'stdout', at: 0}) as const;

function bufferOf(count: number, capacity = 10) {
	const buffer = createLogBuffer({capacity});
	for (let number = 0; number < count; number++) buffer.push(line(`line ${number}`));
	return buffer;
}

const texts = (lines: readonly {readonly text: string}[]) => lines.map(({text}) => text);

test('a store notifies its listeners only of a new value', () => {
	const store = createStore(1);
	const heard = vi.fn();
	const forget = store.subscribe(heard);
	store.set(2);
	store.set(2);
	expect(heard).toHaveBeenCalledTimes(1);
	forget();
	store.set(3);
	expect(heard).toHaveBeenCalledTimes(1);
	expect(store.getSnapshot()).toBe(3);
});

describe('a log buffer', () => {
	test('keeps the newest lines and counts the dropped ones', () => {
		const buffer = bufferOf(13);
		expect(buffer.dropped()).toBe(3);
		expect(texts(buffer.tail(2))).toEqual(['line 11', 'line 12']);
		expect(texts(buffer.tail(2, 3))).toEqual(['line 8', 'line 9']);
		expect(texts(buffer.slice(0, 5))).toEqual(['line 3', 'line 4']);
		expect(texts(buffer.tail(100))).toHaveLength(10);
	});

	test('has a version that increases with every push, and notifies through its schedule', () => {
		const asked: (() => void)[] = [];
		const buffer = createLogBuffer({schedule: notify => asked.push(notify)});
		const heard = vi.fn();
		buffer.subscribe(heard);
		buffer.push(line('a'));
		expect([buffer.getSnapshot(), heard.mock.calls.length]).toEqual([1, 0]);
		asked[0]!();
		expect(heard).toHaveBeenCalledTimes(1);
	});

	test('keeps its lines in a frozen copy, which knows its size', () => {
		const buffer = bufferOf(13);
		const frozen = buffer.freeze();
		for (let count = 0; count < 100; count++) buffer.push(line('new'));
		expect(texts(frozen.tail(2))).toEqual(['line 11', 'line 12']);
		expect([frozen.next(), frozen.first(), frozen.size()]).toEqual([
			13,
			3,
			{lines: 10, bytes: 10 * 200 + 7 * 6 + 3 * 7},
		]);
	});

	test('cuts a long line, and says how much is missing', () => {
		const buffer = createLogBuffer();
		buffer.push(line('x'.repeat(10_000_000)));
		const [cut] = buffer.tail(1);
		expect(cut!.text.length).toBeLessThan(4200);
		expect(cut!.text).toMatch(/^x{4096} … 9,995,904 more characters$/);
	});
});

describe('a view of a log', () => {
	test('stays while new lines arrive, and follows again at the end', () => {
		const buffer = bufferOf(8);
		const paused = scrollLog(followingView, buffer, -2, 3);
		expect(paused.end).toBe(6);
		buffer.push(line('more'));
		expect(texts(visibleRows(buffer, paused, {columns: 20, rows: 3, isColoured: false}))).toEqual([
			'line 3',
			'line 4',
			'line 5',
		]);
		expect(scrollLog(paused, buffer, 3, 3).end).toBeUndefined();
		expect(toggleFollow(paused, buffer).end).toBeUndefined();
	});

	test('stops at the oldest kept line, even when older ones are dropped', () => {
		const buffer = bufferOf(13);
		const top = scrollLog(followingView, buffer, Number.NEGATIVE_INFINITY, 3);
		expect(top.end).toBe(6);
		for (let count = 0; count < 10; count++) buffer.push(line('new'));
		expect(texts(visibleRows(buffer, top, {columns: 20, rows: 3, isColoured: false}))).toEqual(['new', 'new', 'new']);
	});

	test('wraps by cells and keeps the newest rows', () => {
		const buffer = createLogBuffer();
		buffer.push(line('first'));
		buffer.push(line('漢字漢字abc'));
		const rows = visibleRows(buffer, {end: undefined, isWrapped: true}, {columns: 5, rows: 3, isColoured: false});
		expect(texts(rows)).toEqual(['漢字', '漢字a', 'bc']);
		expect(wrapCells('', 5)).toEqual(['']);
		expect(wrapCells('漢', 1)).toEqual(['漢']);
	});
});

describe('the frame clock', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	test('draws once per frame, however often it is requested, and has no timer when idle', () => {
		const clock = createFrameClock({frameMs: 100});
		const draw = vi.fn();
		for (let count = 0; count < 1000; count++) clock.request(draw);
		expect(draw).not.toHaveBeenCalled();
		vi.advanceTimersByTime(100);
		expect(draw).toHaveBeenCalledTimes(1);
		expect(vi.getTimerCount()).toBe(0);
	});

	test('ticks every second only while something listens', () => {
		const clock = createFrameClock();
		const tick = vi.fn();
		const forget = clock.everySecond(tick);
		vi.advanceTimersByTime(3000);
		expect(tick).toHaveBeenCalledTimes(3);
		forget();
		expect(vi.getTimerCount()).toBe(0);
	});

	test('runs pending draws when it stops', () => {
		const clock = createFrameClock();
		const draw = vi.fn();
		clock.everySecond(() => {});
		clock.request(draw);
		clock.stop();
		expect(draw).toHaveBeenCalledTimes(1);
		expect(vi.getTimerCount()).toBe(0);
	});
});
