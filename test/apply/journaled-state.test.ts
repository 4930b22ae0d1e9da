import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {keepInJournal} from '../../source/apply/journaled-state.ts';
import {resetFailpoints} from '../../source/failpoints.ts';
import {readHistory} from '../../source/state/history.ts';
import {openJournal, pendingWrites, readJournal} from '../../source/state/journal.ts';
import {parseJournal} from '../../source/state/journal-line.ts';
import {journalPath} from '../../source/state/journal-reading.ts';
import {keepReserve} from '../../source/state/reserve.ts';
import {ensureIdentity} from '../../source/state/secrets.ts';
import type {State} from '../../source/state/state.ts';
import {statePath} from '../../source/state/state-file.ts';
import {readState, writeState} from '../../source/state/store.ts';
import {emptyState, environmentDirectory, plainVariable} from '../state/fixtures.ts';

const withVariable =
	(key: string) =>
	(state: State): State => ({...state, variables: [...state.variables, plainVariable(key, key)]});

const keysOf = (state: State | undefined) => state?.variables.map(({key}) => key);
const network = {type: 'create-network', name: 'compartment-shop.production'} as const;

/** What the state file says, whatever the journal says. */
const fileIn = (directory: string) => JSON.parse(readFileSync(statePath(directory), 'utf8')) as State;

async function openSession(initial: Partial<State> | null = {}) {
	const directory = environmentDirectory();
	const state = initial ? await writeState(directory, {...emptyState(), ...initial}, null) : emptyState();
	const journal = await openJournal(directory, {run: 'run_1', ...state});
	const session = keepInJournal({directory, initial: state, isNew: initial === null, journal, keepsHistory: true});
	onTestFinished(() => {
		session.stop();
		journal.leave();
	});
	const linesOf = () => parseJournal(readFileSync(journalPath(directory))).entries;
	return {directory, journal, ...session, linesOf};
}

describe('the state of a session', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
		vi.useRealTimers();
	});

	it('is recorded in the journal, in order, while its file stays as it was', async () => {
		const {directory, state, linesOf} = await openSession();
		const before = fileIn(directory);
		const changes = ['A', 'B', 'C'].map(key => state.update(withVariable(key)));
		expect((await Promise.all(changes)).map(keysOf)).toEqual(Array(3).fill(['A', 'B', 'C']));
		expect(fileIn(directory)).toEqual(before);
		expect(await readState(directory)).toEqual(state.current());
		expect(state.current().serial).toBe(4);
		expect(linesOf().map(({type}) => type)).toEqual(['open', 'state', 'state', 'state']);
	});

	it('settles a journaled write with its record, in one line', async () => {
		const {directory, state, journal, linesOf} = await openSession();
		const op = await journal.begin(network, 'network');
		expect(journal.hasPending()).toBe(true);
		await state.complete(op, withVariable('A'));
		expect(journal.hasPending()).toBe(false);
		expect(linesOf().map(({type}) => type)).toEqual(['open', 'begin', 'done']);
		expect(pendingWrites(await readJournal(directory, state.current()))).toEqual([]);
		expect(keysOf(await readState(directory))).toEqual(['A']);
	});

	it('goes to its file when it is the first one', async () => {
		const {directory, state, journal, linesOf} = await openSession(null);
		expect(await readState(directory)).toBeUndefined();
		const op = await journal.begin(network, 'network');
		await state.complete(op, withVariable('A'));
		expect(keysOf(fileIn(directory))).toEqual(['A']);
		expect(linesOf().map(({type}) => type)).toEqual(['open', 'begin', 'done']);
		await state.update(withVariable('B'));
		expect(keysOf(fileIn(directory))).toEqual(['A']);
		expect(keysOf(await readState(directory))).toEqual(['A', 'B']);
	});

	it('goes to its file once a second, at once when asked, and at the end', async () => {
		const {directory, state, flush} = await openSession();
		vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
		await state.update(withVariable('A'));
		vi.advanceTimersByTime(900);
		await state.update(withVariable('B'));
		expect(fileIn(directory).serial).toBe(1);
		vi.advanceTimersByTime(100);
		expect(fileIn(directory)).toEqual(JSON.parse(JSON.stringify({...fileIn(directory), ...state.current()})));
		await state.update(withVariable('C'));
		state.flushSoon();
		vi.advanceTimersByTime(0);
		expect(keysOf(fileIn(directory))).toEqual(['A', 'B', 'C']);
		await state.update(withVariable('D'));
		flush();
		expect(keysOf(fileIn(directory))).toEqual(['A', 'B', 'C', 'D']);
		const {mtimeMs} = statSync(statePath(directory));
		vi.advanceTimersByTime(60_000);
		flush();
		expect(statSync(statePath(directory)).mtimeMs).toBe(mtimeMs);
		// History has the state before the session, and none from within it.
		expect(readHistory(directory).map(({serial}) => serial)).toEqual([1]);
	});

	it('is never written again after the session has stopped', async () => {
		const {directory, state, stop, flush, journal} = await openSession();
		vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
		await state.update(withVariable('A'));
		stop();
		journal.leave();
		vi.advanceTimersByTime(60_000);
		flush();
		expect(fileIn(directory).serial).toBe(1);
		await expect(state.update(withVariable('B'))).rejects.toThrow('the journal is closed');
		expect(keysOf(await readState(directory))).toEqual(['A']);
	});

	it('skips a change that throws and rejects only its caller', async () => {
		const {directory, state} = await openSession();
		const outcomes = await Promise.allSettled([
			state.update(withVariable('A')),
			state.update(() => {
				throw new Error('no such deployment');
			}),
			state.update(withVariable('B')),
		]);
		expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(keysOf(await readState(directory))).toEqual(['A', 'B']);
	});

	it('seals its key for new recipients', async () => {
		const {recipient} = await ensureIdentity();
		const {directory, state} = await openSession();
		expect(state.current().key).toBeNull();
		await state.update(current => ({...current, recipients: [recipient]}));
		const {key} = state.current();
		expect(key?.recipients).toEqual([recipient]);
		await Promise.all([state.update(withVariable('A')), state.update(withVariable('B'))]);
		expect(state.current().key).toEqual(key);
		expect((await readState(directory))!.key).toEqual(key);
	});

	it('is not changed when its line cannot be written, and can be changed later', async () => {
		const {directory, state, journal} = await openSession();
		const op = await journal.begin(network, 'network');
		process.env['COMPARTMENT_FAILPOINT'] = 'journal.before-done:error';
		await expect(state.complete(op, withVariable('A'))).rejects.toThrow('I/O error');
		expect([keysOf(state.current()), keysOf(await readState(directory))]).toEqual([[], []]);
		expect(pendingWrites(await readJournal(directory, state.current()))).toHaveLength(1);
		await state.complete(op, withVariable('B'));
		expect(keysOf(await readState(directory))).toEqual(['B']);
	});

	it('is recorded on a full disk, where nothing begins any more', async () => {
		const {directory, state, journal} = await openSession();
		keepReserve(directory);
		const op = await journal.begin(network, 'network');
		process.env['COMPARTMENT_FAILPOINT'] = 'journal.before-done:enospc';
		const outcomes = await Promise.allSettled([
			state.complete(op, withVariable('A')),
			new Promise(setImmediate).then(() => journal.begin(network, 'network')),
			state.update(withVariable('B')),
		]);
		expect(outcomes.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(keysOf(await readState(directory))).toEqual(['A', 'B']);
		resetFailpoints();
		process.env['COMPARTMENT_FAILPOINT'] = 'journal.before-state:enospc';
		await state.update(withVariable('C'));
		expect(keysOf(await readState(directory))).toEqual(['A', 'B', 'C']);
		expect(readdirSync(directory)).not.toContain('reserve');
		await expect(journal.begin(network, 'network')).rejects.toThrow('no space is left');
	});

	it('reports at the end that its file was changed by somebody else, and leaves that file', async () => {
		const {directory, state, flush} = await openSession();
		await state.update(withVariable('A'));
		flush();
		await state.update(withVariable('B'));
		const other = readFileSync(statePath(directory));
		state.flushSoon();
		await new Promise(resolve => setTimeout(resolve, 20));
		await state.update(withVariable('C'));
		writeFileSync(statePath(directory), other);
		expect(flush).toThrow('changed in the meantime');
		expect(readFileSync(statePath(directory))).toEqual(other);
	});
});
