import {expect, test} from 'vitest';
import {createLogFeed} from '../../source/dashboard/log-feed.ts';
import {eachLine} from '../../source/engine/each-line.ts';
import type {LogLine, LogOptions} from '../../source/engine/engine.ts';
import {EngineError} from '../../source/errors.ts';
import {createPositions, followOn, readPast} from '../../source/report/log-reading.ts';
import {createLogPool} from '../../source/ui/logs/log-pool.ts';

const at = (second: number, nanos = 0): string =>
	`2026-11-20T08:00:${String(second).padStart(2, '0')}.${String(nanos).padStart(9, '0')}Z`;

/** Logs of containers as an engine has them: what is there, and what comes when it is followed. */
function engineOf(containers: Record<string, {past: [string, string][]; live?: [string, string][]; breaks?: boolean}>) {
	const asked: (LogOptions & {id: string})[] = [];
	return {
		asked,
		async *logs(id: string, options: LogOptions): AsyncGenerator<LogLine[]> {
			asked.push({id, ...options});
			const {past, live = [], breaks} = containers[id]!;
			const since = options.since ?? '';
			const kept = past.filter(([time]) => time >= since);
			const batch = (lines: [string, string][]) =>
				lines.map(([time, text]): LogLine => ({at: time, stream: 'stdout', text}));
			if (kept.length > 0) yield batch(options.tail === undefined ? kept : kept.slice(-options.tail));
			if (!options.follow) return;
			if (breaks) throw new EngineError('the engine closed the connection');
			if (live.length > 0) yield batch(live);
		},
	};
}

const sources = (...names: string[]) => names.map(name => ({name, containerId: name, isRunning: true}));

async function textsOf(lines: AsyncIterable<{readonly text: string}>): Promise<string[]> {
	const texts: string[] = [];
	for await (const {text} of lines) texts.push(text);
	return texts;
}

test('the last lines of all sources are ordered by time', async () => {
	const engine = engineOf({
		web: {
			past: [
				[at(1), 'web 1'],
				[at(4), 'web 4'],
				[at(6), 'web 6'],
			],
		},
		db: {
			past: [
				[at(2), 'db 2'],
				[at(3), 'db 3'],
				[at(5), 'db 5'],
			],
		},
	});
	const past = readPast(engine, sources('web', 'db'), {tail: 2}, createPositions());
	expect(await textsOf(past)).toEqual(['db 3', 'web 4', 'db 5', 'web 6']);
});

test('following continues exactly after the past, also among lines of the same moment', async () => {
	const same = at(2, 7);
	const engine = engineOf({
		web: {
			past: [
				[at(1), 'one'],
				[same, 'two'],
				[same, 'three'],
			],
			live: [
				[same, 'four'],
				[at(3), 'five'],
			],
		},
	});
	const positions = createPositions();
	const [source] = sources('web');
	expect(await textsOf(readPast(engine, [source!], {}, positions))).toEqual(['one', 'two', 'three']);
	expect(await textsOf(eachLine(followOn(engine, source!, {}, positions)))).toEqual(['four', 'five']);
	expect(engine.asked.at(-1)).toMatchObject({follow: true, since: same});
});

test('a source without a past is read from its first line', async () => {
	const engine = engineOf({web: {past: [], live: [[at(1), 'first']]}});
	const positions = createPositions();
	const [source] = sources('web');
	await textsOf(readPast(engine, [source!], {tail: 5}, positions));
	expect(await textsOf(eachLine(followOn(engine, source!, {}, positions)))).toEqual(['first']);
});

test('a feed continues after the engine was lost, without repeating a line', async () => {
	const log = {
		past: [
			[at(1), 'one'],
			[at(2), 'two'],
		] as [string, string][],
		live: [] as [string, string][],
		breaks: true,
	};
	const engine = engineOf({web: log});
	const pool = createLogPool();
	const feed = createLogFeed({engine, pool, tail: 10});
	const texts = () => pool.from(0, 100).map(({text}) => text);
	feed.follow(sources('web'));
	await expect.poll(() => engine.asked.length).toBe(2);
	await expect.poll(texts).toEqual(['one', 'two']);
	log.breaks = false;
	log.past.push([at(3), 'three']);
	log.live = [[at(4), 'four']];
	await expect
		.poll(() => {
			feed.follow(sources('web'));
			return texts();
		})
		.toEqual(['one', 'two', 'three', 'four']);
	feed.close();
});

test('a feed stops reading what is no longer shown', async () => {
	const engine = engineOf({web: {past: [[at(1), 'web']]}, db: {past: [[at(2), 'db']]}});
	const pool = createLogPool();
	const feed = createLogFeed({engine, pool, tail: 10});
	feed.follow(sources('web', 'db'));
	await expect.poll(() => pool.next()).toBe(2);
	feed.follow(sources('db'));
	expect(pool.sources()).toEqual(['web', 'db']);
	feed.close();
	expect(pool.next()).toBe(2);
});
