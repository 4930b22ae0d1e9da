import {appendFileSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {resetFailpoints} from '../../source/failpoints.ts';
import {openJournal, pendingWrites, readJournal} from '../../source/state/journal.ts';
import type {JournalEntry} from '../../source/state/journal-entry.ts';
import {formatLine, parseJournal} from '../../source/state/journal-line.ts';
import {journalPath} from '../../source/state/journal-reading.ts';
import {environmentDirectory, owner} from './fixtures.ts';

const run = {run: 'run_1', ...owner, serial: 3};
const network = {type: 'create-network', name: 'compartment-shop.production'} as const;
const volume = {type: 'create-volume', name: 'vol'} as const;

const at = '2026-03-29T10:00:00.000Z';
const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
	fc
		.record({type: fc.constant('begin' as const), op: fc.string(), address: fc.string(), at: fc.constant(at)})
		.map(begin => ({...begin, intent: network})),
	fc.record({type: fc.constant('done' as const), op: fc.string(), at: fc.constant(at)}),
	fc.record({
		type: fc.constant('failed' as const),
		op: fc.string(),
		reason: fc.string({unit: 'binary'}),
		at: fc.constant(at),
	}),
);
const key = Buffer.alloc(32, 7);

function journalOf(entries: readonly JournalEntry[]): Buffer {
	let previous = '';
	const lines = entries.map(each => {
		const {line, signature} = formatLine(each, key, previous);
		previous = signature;
		return line;
	});
	return Buffer.from(lines.join(''));
}

describe('the journal of a run', () => {
	it('lists the writes without an outcome', async () => {
		const directory = environmentDirectory();
		const journal = await openJournal(directory, run);
		const first = await journal.begin(network, 'network');
		const second = await journal.begin(volume, 'volume.db.data');
		const third = await journal.begin({type: 'release', deployment: 'dpl_1m7vn143rk5spsx'}, 'service.web');
		expect(new Set([first, second, third]).size).toBe(3);
		expect(first).toMatch(/^op_[0-9a-f]{20}$/);
		await journal.done(first);
		await journal.failed(third, 'exit code 1');
		expect(pendingWrites(await readJournal(directory, owner))).toEqual([
			{type: 'begin', op: second, address: 'volume.db.data', intent: volume, at: expect.any(String)},
		]);
		expect((await readJournal(directory, owner))[0]).toMatchObject({
			type: 'open',
			run: run.run,
			lineage: run.lineage,
			serial: 3,
			pid: process.pid,
		});
	});

	it('moves to history when it is closed', async () => {
		const directory = environmentDirectory();
		const journal = await openJournal(directory, run);
		await journal.done(await journal.begin(network, 'network'));
		expect(await journal.close()).toBe(true);
		expect(await readJournal(directory, owner)).toEqual([]);
		const archived = parseJournal(readFileSync(join(directory, 'history', 'journal.run_1.ndjson')));
		expect(archived.entries.map(({type}) => type)).toEqual(['open', 'begin', 'done', 'close']);
	});

	it('stays when it is closed with a pending write, which the next run inherits', async () => {
		const directory = environmentDirectory();
		const journal = await openJournal(directory, run);
		const op = await journal.begin(network, 'network');
		expect(await journal.close()).toBe(false);
		const next = await openJournal(directory, {...run, run: 'run_2'});
		expect(pendingWrites(await readJournal(directory, owner)).map(pending => pending.op)).toEqual([op]);
		expect(await (await openJournal(directory, {...run, run: 'run_3'})).close()).toBe(false);
		await next.done(op);
		expect(await next.close()).toBe(true);
		expect(existsSync(journalPath(directory))).toBe(false);
	});

	it('is one of at most 20 in history', async () => {
		const directory = environmentDirectory();
		for (let number = 1; number <= 23; number++) {
			const journal = await openJournal(directory, {...run, run: `run_${number}`});
			const past = new Date(Date.parse(at) + number * 1000);
			utimesSync(journalPath(directory), past, past);
			// The close line is the last write, so set the file's time after it.
			await journal.close();
			utimesSync(join(directory, 'history', `journal.run_${number}.ndjson`), past, past);
		}
		const names = readdirSync(join(directory, 'history'));
		expect(names).toHaveLength(20);
		expect(names).not.toContain('journal.run_3.ndjson');
		expect(names).toContain('journal.run_4.ndjson');
	});

	it('has an archive name without path separators, whatever the run id', async () => {
		const directory = environmentDirectory();
		await (await openJournal(directory, {...run, run: '../../evil'})).close();
		expect(readdirSync(join(directory, 'history'))).toEqual(['journal.______evil.ndjson']);
	});
});

describe('a damaged journal', () => {
	it('is read up to the last intact line, wherever a crash cut it', () => {
		fc.assert(
			fc.property(fc.array(entry, {maxLength: 12}), fc.double({min: 0, max: 1, noNaN: true}), (entries, part) => {
				const content = journalOf(entries);
				const cut = content.subarray(0, Math.floor(content.length * part));
				const parsed = parseJournal(cut);
				expect(parsed.damagedLine).toBeUndefined();
				expect(parsed.entries).toEqual(entries.slice(0, parsed.entries.length));
				expect(journalOf(parsed.entries)).toEqual(cut.subarray(0, parsed.goodBytes));
				const whole = [...cut].filter(byte => byte === 0x0a).length;
				expect(parsed.entries).toHaveLength(whole);
			}),
		);
	});

	it('is read without a last line of zeros or half a line with a break', () => {
		const entries: readonly JournalEntry[] = [{type: 'done', op: 'op_1', at}];
		const good = journalOf(entries);
		for (const tail of ['\0\0\0\0', '\0\0\0\n', '0123abcd 40 {"type":"done"\n', 'x']) {
			expect(parseJournal(Buffer.concat([good, Buffer.from(tail)]))).toMatchObject({entries, goodBytes: good.length});
		}
	});

	it('is refused for every flipped bit before its last line', () => {
		const entries: readonly JournalEntry[] = ['op_1', 'op_2', 'op_3'].map(op => ({type: 'done', op, at}));
		const content = journalOf(entries);
		const lastLine = journalOf(entries.slice(0, 2)).length;
		for (let bit = 0; bit < lastLine * 8; bit++) {
			const flipped = Buffer.from(content);
			flipped[bit >> 3]! ^= 1 << (bit & 7);
			expect(parseJournal(flipped).damagedLine).toBeDefined();
		}
	});

	it('is refused with the number of the line, and is not continued', async () => {
		const directory = environmentDirectory();
		writeFileSync(
			journalPath(directory),
			`${journalOf([{type: 'done', op: 'a', at}])}damaged\n${journalOf([{type: 'done', op: 'b', at}])}`,
		);
		await expect(readJournal(directory, owner)).rejects.toThrow(`${journalPath(directory)}:2 is damaged`);
		await expect(openJournal(directory, run)).rejects.toThrow(/is damaged/);
	});

	it('is cut to its intact lines before it is continued', async () => {
		const directory = environmentDirectory();
		const journal = await openJournal(directory, run);
		const op = await journal.begin(network, 'network');
		appendFileSync(journalPath(directory), '01234567 90 {"type":"do');
		const next = await openJournal(directory, {...run, run: 'run_2'});
		await next.done(op);
		expect((await readJournal(directory, owner)).map(({type}) => type)).toEqual(['open', 'begin', 'open', 'done']);
	});
});

describe('a full disk', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
	});

	it('stops a write before it begins, and leaves a write pending whose outcome cannot be recorded', async () => {
		const directory = environmentDirectory();
		const journal = await openJournal(directory, run);
		process.env['COMPARTMENT_FAILPOINT'] = 'journal.before-begin:enospc';
		await expect(journal.begin(network, 'network')).rejects.toThrow(/no space is left on the device/);
		const op = await journal.begin(network, 'network');
		process.env['COMPARTMENT_FAILPOINT'] = 'journal.before-done:enospc';
		await expect(journal.done(op)).rejects.toThrow(/no space/);
		expect(await journal.close()).toBe(false);
		expect(pendingWrites(await readJournal(directory, owner)).map(pending => pending.op)).toEqual([op]);
	});
});
