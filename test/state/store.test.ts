import {readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {resetFailpoints} from '../../source/failpoints.ts';
import {renderHint} from '../../source/render-hint.ts';
import {parseState, serializeState} from '../../source/state/document.ts';
import {expiredStates, readHistory} from '../../source/state/history.ts';
import {restoreState} from '../../source/state/restore.ts';
import {statePath} from '../../source/state/state-file.ts';
import {newState, readState, writeState} from '../../source/state/store.ts';
import {emptyState, environmentDirectory, errorOf, numberOf, plainVariable, writeNumbered} from './fixtures.ts';

const key = Buffer.alloc(32, 7);

describe('readState and writeState', () => {
	it('round trip a state, and count every write', async () => {
		const directory = environmentDirectory();
		expect(await readState(directory)).toBeUndefined();
		const state = emptyState();
		expect(state.serial).toBe(0);
		const first = await writeState(directory, {...state, variables: [plainVariable('A', '"ä\u2028\ud800')]}, null);
		expect(first).toMatchObject({serial: 1, lineage: state.lineage});
		expect(await readState(directory)).toEqual(first);
		const second = await writeState(directory, {...first, engine: 'engine-id'}, first);
		expect(await readState(directory)).toEqual(second);
		expect(second).toMatchObject({serial: 2, engine: 'engine-id'});
	});

	it('keep a given lineage', () => {
		expect(newState({project: 'shop', environment: 'e', lineage: 'given'}).lineage).toBe('given');
		expect(emptyState().lineage).not.toBe(emptyState().lineage);
	});

	it('write equal states as equal text, whatever the order of their keys', () => {
		const state = emptyState();
		const turned = Object.fromEntries(Object.entries(state).reverse()) as typeof state;
		expect(serializeState(turned, key)).toBe(serializeState(state, key));
	});

	it('refuse a write from an outdated revision', async () => {
		const directory = environmentDirectory();
		const first = await writeNumbered(directory, 1);
		const second = await writeState(directory, first, first);
		expect((await errorOf(writeState(directory, first, first))).message).toMatch(
			/changed in the meantime: expected serial 1 of lineage \w{8}, found serial 2 of/,
		);
		await expect(writeState(directory, first, null)).rejects.toThrow(/expected no state/);
		await expect(writeState(directory, second, {...second, lineage: 'other'})).rejects.toThrow(
			/changed in the meantime/,
		);
		await expect(writeState(environmentDirectory(), first, first)).rejects.toThrow(/found no state/);
		expect(await readState(directory)).toEqual(second);
	});

	it('let one of several concurrent writes win', async () => {
		const directory = environmentDirectory();
		const first = await writeNumbered(directory, 1);
		const results = await Promise.allSettled(Array.from({length: 10}, () => writeState(directory, first, first)));
		expect(results.filter(({status}) => status === 'fulfilled')).toHaveLength(1);
		expect((await readState(directory))?.serial).toBe(2);
	});
});

describe('a state file that cannot be trusted', () => {
	const damages: readonly (readonly [string, (text: string) => string, RegExp])[] = [
		['empty', () => '', /is empty/],
		['cut off', text => text.slice(0, text.length / 2), /is truncated/],
		['zeros', text => '\0'.repeat(text.length), /is truncated or not valid JSON/],
		['other JSON', () => '[1]', /is not a state/],
		['a text', () => '{broken}', /is not valid JSON/],
		['JSON without checksum', () => '{"version":1}', /has no checksum/],
		['changed by hand', text => text.replace('"shop"', '"shoq"'), /does not match its checksum/],
		['wrong shape', () => serializeState({...emptyState(), variables: {} as never}, key), /has no valid "variables"/],
		[
			'no version',
			() => serializeState({...emptyState(), version: undefined as never}, key),
			/has no valid format version/,
		],
	];

	it.each(damages)('is refused when it is %s, with the way to restore it', async (_, damage, reason) => {
		const directory = environmentDirectory();
		await writeNumbered(directory, 1);
		await writeNumbered(directory, 2);
		await writeNumbered(directory, 3);
		const path = statePath(directory);
		const damaged = damage(readFileSync(path, 'utf8'));
		writeFileSync(path, damaged);
		const error = await errorOf(readState(directory));
		expect(error.message).toMatch(reason);
		expect(error.message).toContain(`The newest good copy is ${join(directory, 'history', 'state.2.json')} (serial 2`);
		expect(renderHint(error.hint!, {environment: 'staging'})).toMatch(
			/^Restore it: compartment state restore 2 --env staging$/,
		);
		expect((await errorOf(writeState(directory, emptyState(), null))).message).toMatch(reason);
		expect(readFileSync(path, 'utf8')).toBe(damaged);
	});

	it('is refused when it is missing although there is a history', async () => {
		const directory = environmentDirectory();
		await writeNumbered(directory, 1);
		await writeNumbered(directory, 2);
		rmSync(statePath(directory));
		expect((await errorOf(readState(directory))).message).toMatch(/is missing, but.*state\.1\.json/);
	});

	it('is refused when a newer version wrote it, without a hint to replace it', async () => {
		const directory = environmentDirectory();
		writeFileSync(statePath(directory), JSON.stringify({version: 9, anything: true}));
		const error = await errorOf(readState(directory));
		expect(error.message).toContain('newer Compartment (format version 9; this one reads up to 2)');
		expect(error.hint).toContain('Update Compartment');
	});

	it('is refused with the newest undamaged copy from history', async () => {
		const directory = environmentDirectory();
		for (const number of [1, 2, 3, 4]) await writeNumbered(directory, number);
		rmSync(join(directory, 'history', 'state.3.json'));
		writeFileSync(join(directory, 'history', 'state.3.json'), 'damaged');
		writeFileSync(statePath(directory), '');
		expect((await errorOf(readState(directory))).message).toContain('state.2.json');
		expect(readHistory(directory)[0]).toMatchObject({serial: 3, problem: expect.stringContaining('truncated')});
	});

	it('is refused for every flipped bit that changes the state', () => {
		const state = {...emptyState(), variables: [plainVariable('KEY', 'value')]};
		const content = Buffer.from(serializeState(state, key));
		for (let bit = 0; bit < content.length * 8; bit++) {
			const flipped = Buffer.from(content);
			flipped[bit >> 3]! ^= 1 << (bit & 7);
			const parsed = parseState(flipped);
			if ('state' in parsed) expect(parsed.state).toEqual(state);
		}
		expect(parseState(content)).toMatchObject({state});
	});

	it('is refused when it is cut at any byte', () => {
		const content = Buffer.from(serializeState(emptyState(), key));
		fc.assert(
			fc.property(fc.integer({min: 0, max: content.length - 2}), length => {
				expect(parseState(content.subarray(0, length))).toHaveProperty('problem');
			}),
		);
	});
});

describe('restoreState', () => {
	it('replaces a damaged state, keeps it in history, and continues its serials', async () => {
		const directory = environmentDirectory();
		for (const number of [1, 2, 3]) await writeNumbered(directory, number);
		writeFileSync(statePath(directory), 'damaged');
		const backup = readHistory(directory).find(({serial}) => serial === 1)!.state!;
		const restored = await restoreState(directory, backup);
		expect(restored.serial).toBe(4);
		expect(numberOf(await readState(directory))).toBe(1);
		const kept = readdirSync(join(directory, 'history')).find(name => name.startsWith('damaged.'))!;
		expect(readFileSync(join(directory, 'history', kept), 'utf8')).toBe('damaged');
		expect((await writeNumbered(directory, 4)).serial).toBe(5);
	});

	it('restores a deleted state, and a previous one over a good one', async () => {
		const directory = environmentDirectory();
		for (const number of [1, 2, 3]) await writeNumbered(directory, number);
		rmSync(statePath(directory));
		expect((await restoreState(directory, readHistory(directory)[0]!.state!)).serial).toBe(4);
		expect((await restoreState(directory, readHistory(directory).at(-1)!.state!)).serial).toBe(5);
		expect(numberOf(await readState(directory))).toBe(1);
		expect(readHistory(directory).map(({serial}) => serial)).toEqual([4, 2, 1]);
	});

	it('keeps both states when another lineage used the same serials', async () => {
		const directory = environmentDirectory();
		for (const number of [1, 2]) await writeNumbered(directory, number);
		rmSync(statePath(directory));
		const rebuilt = await restoreState(directory, emptyState());
		expect(rebuilt.serial).toBe(2);
		for (const number of [3, 4]) await writeNumbered(directory, number);
		const lineages = readHistory(directory).map(({serial, state}) => [serial, state?.lineage === rebuilt.lineage]);
		expect(lineages).toEqual([
			[3, true],
			[2, true],
			[1, false],
		]);
	});
});

describe('history', () => {
	it('keeps the 20 newest states of one day', async () => {
		const directory = environmentDirectory();
		for (let number = 1; number <= 30; number++) await writeNumbered(directory, number);
		const serials = readHistory(directory).map(({serial}) => serial);
		expect(serials).toEqual(Array.from({length: 20}, (_, index) => 29 - index));
		expect(readHistory(directory).every(({serial, state}) => numberOf(state) === serial)).toBe(true);
	});

	it('keeps one state a day for 14 more days', async () => {
		const directory = environmentDirectory();
		const start = Date.parse('2026-01-01T12:00:00Z');
		for (let number = 1; number <= 60; number++) {
			await writeNumbered(directory, number);
			// Of two states a day, the later one is kept.
			const at = new Date(start + Math.floor(number / 2) * 86_400_000 + (number % 2) * 1000);
			utimesSync(statePath(directory), at, at);
		}
		const serials = readHistory(directory).map(({serial}) => serial);
		expect(serials.slice(0, 20)).toEqual(Array.from({length: 20}, (_, index) => 59 - index));
		expect(serials.slice(20)).toEqual([39, 37, 35, 33]);
	});

	it('never expires the newest 20 states, or the newest of the 14 latest days', () => {
		const day = fc.integer({min: 1, max: 28}).map(number => `2026-02-${String(number).padStart(2, '0')}`);
		fc.assert(
			fc.property(fc.array(day, {maxLength: 80}), days => {
				const files = days.map((each, index) => ({name: `state.${days.length - index}.json`, day: each}));
				const expired = new Set(expiredStates(files));
				expect(files.slice(0, 20).some(({name}) => expired.has(name))).toBe(false);
				const kept = files.filter(({name}) => !expired.has(name));
				expect(kept.length).toBeLessThanOrEqual(34);
				const latest = [...new Set(days)].sort().reverse().slice(0, 14);
				for (const each of latest) expect(kept).toContain(files.find(file => file.day === each));
			}),
		);
	});
});

describe('a full disk', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
	});

	it.each(['state.before-write', 'state.after-write', 'state.after-archive', 'state.before-rename'])(
		'leaves the old state and no temporary file at %s',
		async point => {
			const directory = environmentDirectory();
			const before = await writeNumbered(directory, 1);
			process.env['COMPARTMENT_FAILPOINT'] = `${point}:full`;
			const error = await errorOf(writeState(directory, {...before, engine: 'new'}, before));
			expect(error.message).toBe(`Cannot write ${statePath(directory)}: no space is left on the device`);
			expect(await readState(directory)).toEqual(before);
			expect(readdirSync(directory).filter(name => name.endsWith('.tmp'))).toEqual([]);
			delete process.env['COMPARTMENT_FAILPOINT'];
			expect((await writeState(directory, {...before, engine: 'new'}, before)).serial).toBe(2);
		},
	);
});
