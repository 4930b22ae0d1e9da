import {appendFileSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readOffer} from '../../source/state/accept.ts';
import {readHistory} from '../../source/state/history.ts';
import {openJournal, readJournal} from '../../source/state/journal.ts';
import {formatLine, parseJournal} from '../../source/state/journal-line.ts';
import {journalPath} from '../../source/state/journal-reading.ts';
import {readCurrent, restoreState} from '../../source/state/restore.ts';
import type {State} from '../../source/state/state.ts';
import {statePath} from '../../source/state/state-file.ts';
import {patchBetween, type StatePatch} from '../../source/state/state-patch.ts';
import {flushState, readState, writeState} from '../../source/state/store.ts';
import {readPin, seenSerial} from '../../source/state/trust-key.ts';
import {emptyState, environmentDirectory, errorOf, numberOf, plainVariable} from './fixtures.ts';

const numbered = (state: State, number: number): State => ({
	...state,
	serial: state.serial + 1,
	variables: [plainVariable('NUMBER', String(number))],
});

/** A run that has recorded the numbers 1 to `count` in the journal, and has not ended. The file says 0. */
async function recordNumbers(count: number) {
	const directory = environmentDirectory();
	const first = await writeState(directory, {...emptyState(), variables: [plainVariable('NUMBER', '0')]}, null);
	const journal = await openJournal(directory, {run: 'run_1', ...first});
	const states = [first];
	for (let number = 1; number <= count; number++) states.push(numbered(states.at(-1)!, number));
	const patches = states.slice(1).map((state, index) => patchBetween(states[index]!, state));
	const op = await journal.begin({type: 'create-network', name: 'compartment-shop.production'}, 'network');
	for (const [index, patch] of patches.entries()) await journal.record([index === 1 ? {op, patch} : {patch}]);
	return {directory, journal, states, last: states.at(-1)!};
}

/** Writes the journal again, with one more patch, signed with the key of the environment. */
function addPatch(directory: string, lineage: string, patch: unknown): void {
	const {lines} = parseJournal(readFileSync(journalPath(directory)));
	const entry = {type: 'state', patch: patch as StatePatch, at: ''} as const;
	appendFileSync(journalPath(directory), formatLine(entry, readPin(lineage)!.key, lines.at(-1)!.signature).line);
}

describe('the state on disk', () => {
	it('is what the file says, with what the journal of an unfinished run records', async () => {
		const {directory, journal, last} = await recordNumbers(3);
		expect(await readState(directory)).toEqual(last);
		flushState(directory, last, (await readState(directory))! && {...last, serial: 1}, {keepsPrevious: true});
		expect(JSON.parse(readFileSync(statePath(directory), 'utf8'))).toMatchObject({serial: 4});
		expect(await readState(directory)).toEqual(last);
		await journal.close();
		expect(await readState(directory)).toEqual(last);
	});

	it('is that of the last whole line, wherever a crash cut the journal and whenever the file was written', async () => {
		const count = 5;
		const {directory, journal, states} = await recordNumbers(count);
		journal.leave();
		const whole = readFileSync(journalPath(directory));
		const contents: Buffer[] = [readFileSync(statePath(directory))];
		for (const state of states.slice(1)) {
			flushState(directory, state, {...state, serial: state.serial - 1}, {keepsPrevious: false});
			contents.push(readFileSync(statePath(directory)));
		}
		const pin = readPin(states[0]!.lineage)!;
		const serialFile = `${process.env['COMPARTMENT_CONFIG_HOME']}/trust/${pin.lineage}.serial`;
		await fc.assert(
			fc.asyncProperty(fc.nat(whole.length), fc.nat(count), async (length, flushed) => {
				writeFileSync(journalPath(directory), whole.subarray(0, length));
				writeFileSync(statePath(directory), contents[flushed]!);
				rmSync(serialFile, {force: true});
				const lines = parseJournal(whole.subarray(0, length)).entries;
				const recorded = lines.filter(({type}) => type === 'state' || type === 'done').length;
				expect(await readState(directory)).toEqual(states[Math.max(recorded, flushed)]);
			}),
			{numRuns: 200},
		);
	});

	it('is changed by a command without a journal, and the journal does not undo that', async () => {
		const {directory, journal, last} = await recordNumbers(3);
		journal.leave();
		const written = await writeState(directory, numbered(last, 99), last);
		expect(written.serial).toBe(last.serial + 1);
		expect(numberOf(await readState(directory))).toBe(99);
		// History has what the interrupted run left.
		expect(readHistory(directory).map(({serial}) => serial)).toEqual([last.serial, 1]);
		expect(numberOf(readHistory(directory)[0]!.state)).toBe(3);
		const next = await openJournal(directory, {run: 'run_2', ...written});
		const later = numbered(written, 100);
		await next.record([{patch: patchBetween(written, later)}]);
		expect(await readState(directory)).toEqual(later);
	});

	it('is refused when the file is older than the journal, and can be restored', async () => {
		const {directory, journal, states} = await recordNumbers(3);
		journal.leave();
		const old = readFileSync(statePath(directory));
		await writeState(directory, numbered(states.at(-1)!, 50), states.at(-1)!);
		const {serial} = (await readState(directory))!;
		const next = await openJournal(directory, {run: 'run_2', ...states[0]!, serial});
		await next.record([{patch: {version: 2, serial: serial + 1, updatedAt: '', changes: {}}}]);
		next.leave();
		writeFileSync(statePath(directory), old);
		await expect(readState(directory)).rejects.toThrow(
			`older than what an interrupted command has recorded (serial ${serial + 1})`,
		);
		const {state} = readCurrent(directory, 1)!;
		expect((await restoreState(directory, state!)).serial).toBe(serial + 2);
		expect(numberOf(await readState(directory))).toBe(0);
	});

	it('is in the history after a restore, as the journal left it', async () => {
		const {directory, journal, states, last} = await recordNumbers(3);
		journal.leave();
		expect(readCurrent(directory, last.serial)!.state).toEqual(last);
		const restored = await restoreState(directory, states[0]!);
		expect(restored.serial).toBe(last.serial + 1);
		expect(numberOf(await readState(directory))).toBe(0);
		expect(readHistory(directory).map(({state}) => numberOf(state))).toEqual([3, 0]);
	});

	it('is not newer on this machine than what it says', async () => {
		const {directory, last} = await recordNumbers(3);
		await readState(directory);
		expect(seenSerial(last.lineage)).toBe(last.serial);
		rmSync(journalPath(directory));
		await expect(readState(directory)).rejects.toThrow('older than the state that was here before');
	});
});

describe('a bad journal', () => {
	async function damage(change: (text: string) => string) {
		const {directory, journal, states, last} = await recordNumbers(4);
		journal.leave();
		writeFileSync(journalPath(directory), change(readFileSync(journalPath(directory), 'utf8')));
		return {directory, states, last};
	}
	const onLine = (number: number, change: (line: string) => string) => (text: string) =>
		text
			.split('\n')
			.map((line, index) => (index === number - 1 ? change(line) : line))
			.join('\n');

	it.each([
		['with a damaged line', onLine(5, line => line.replace('serial', 'serail')), ':5 is damaged', 2],
		['with a line that is missing', onLine(5, () => '').bind(undefined), ':5 is damaged', 2],
		[
			'of other lines',
			(text: string) =>
				text
					.split('\n')
					.filter((_, index) => index !== 4)
					.join('\n'),
			':5 is not trusted',
			2,
		],
		['of nothing known', () => 'x\ny\n', ':1 is damaged', 0],
	] as const)(
		'%s counts up to there for commands that only read, and is refused by those that write',
		async (_, change, message, number) => {
			const {directory, last} = await damage(change);
			const read = await readState(directory);
			expect(numberOf(read)).toBe(number);
			expect((await errorOf(writeState(directory, numbered(last, 9), last))).message).toContain(message);
			expect((await errorOf(writeState(directory, numbered(read!, 9), read!))).message).toContain(message);
			await expect(readJournal(directory, last)).rejects.toThrow(message);
			expect(numberOf(await readState(directory))).toBe(number);
		},
	);

	it.each([
		[
			'a strange container',
			{resources: {set: {db: {name: 'db', containerName: 'somebodys', containerId: 'f'.repeat(64)}}}},
		],
		['a strange key', {active: {set: JSON.parse('{"__proto__": "dpl_1m7vn143rk5spsx"}')}}],
		['a strange network', {networks: {value: {environment: {name: 'bridge', subnet: '10.0.0.0/24'}, mesh: null}}}],
		['no list', {variables: {at: 0, removed: 0, added: {}}}],
		['another lineage', {lineage: {value: '00000000-0000-4000-8000-000000000009'}}],
	])('cannot bring in what a state file cannot, such as %s, even with the right key', async (_, changes) => {
		const {directory, journal, states, last} = await recordNumbers(2);
		journal.leave();
		addPatch(directory, last.lineage, {version: 2, serial: last.serial + 1, updatedAt: '', changes});
		const read = (await readState(directory))!;
		expect([numberOf(states[0]!), numberOf(last)]).toContain(numberOf(read));
		expect(read).toEqual(states[numberOf(read)]);
		await expect(writeState(directory, read, read)).rejects.toThrow(/Compartment (writes|would never write)/);
	});

	it('of somebody else is offered with what it would add', async () => {
		const {directory, journal, last} = await recordNumbers(3);
		journal.leave();
		const elsewhere = {...process.env, COMPARTMENT_CONFIG_HOME: environmentDirectory()};
		const offer = (await readOffer(directory, elsewhere))!;
		expect(offer.why).toContain('signed on another machine');
		expect(offer.state).toEqual(last);
	});
});
