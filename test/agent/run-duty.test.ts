import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Change, Upcoming} from '../../source/agent/duty.ts';
import {type RunningDuty, runDuty} from '../../source/agent/run-duty.ts';
import {createFakeClock, type FakeClock} from './fake-clock.ts';

let clock: FakeClock;
let stop: AbortController;
let calls: {readonly at: number; readonly changes: readonly Change['type'][]}[];
let errors: unknown[];
let started: number;

beforeEach(() => {
	clock = createFakeClock();
	started = clock.now();
	stop = new AbortController();
	calls = [];
	errors = [];
});

afterEach(() => stop.abort());

const due = (at: number): Upcoming => ({at, what: 'something'});

/** Runs a duty whose calls return these times, after the start in milliseconds, or fail. */
function start(next: () => readonly number[] | Error): RunningDuty {
	return runDuty(
		{
			name: 'test',
			concerns: ({type}) => type !== 'state-written',
			async run(changes) {
				calls.push({at: clock.now() - started, changes: changes.map(({type}) => type)});
				const result = next();
				if (result instanceof Error) throw result;
				return result.map(at => due(started + at));
			},
		},
		{clock, signal: stop.signal, onNext: () => undefined, onError: error => void errors.push(error)},
	);
}

const times = () => calls.map(({at}) => at);

describe('a duty is called', () => {
	it('at the start, and at the earliest time that it returned', async () => {
		let count = 0;
		start(() => [[90_000, 40_000], [70_000], []][count++]!);
		await clock.advance(600_000);
		expect(times()).toEqual([0, 40_000, 70_000]);
	});

	it('once for all changes that concern it since the last call', async () => {
		const duty = start(() => [500_000]);
		await clock.advance(1000);
		duty.notice({type: 'state-written'});
		await clock.advance(1000);
		duty.notice({type: 'connected'});
		duty.notice({type: 'connected'});
		await clock.advance(1000);
		expect(calls).toEqual([
			{at: 0, changes: []},
			{at: 2000, changes: ['connected', 'connected']},
		]);
	});

	it('again after an error, at growing intervals of up to five minutes', async () => {
		start(() => new Error('no'));
		await clock.advance(1_200_000);
		expect(times()).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111].map(seconds => seconds * 1000));
		expect(errors).toHaveLength(12);
	});

	it('again at once after errors when the engine answers again, but not after each event', async () => {
		let isGone = true;
		const duty = start(() => (isGone ? new Error('no engine') : []));
		await clock.advance(600_000);
		const before = calls.length;
		duty.notice({type: 'event', event: {at: 0, object: 'container', action: 'die', id: 'a', attributes: {}}});
		await clock.advance(1000);
		expect(calls).toHaveLength(before);
		isGone = false;
		duty.notice({type: 'connected'});
		await clock.advance(100);
		expect(calls.slice(before)).toEqual([{at: 601_000, changes: ['connected']}]);
	});

	it('after short pauses again when the engine answers again and a call still fails', async () => {
		const duty = start(() => new Error('no'));
		await clock.advance(600_000);
		const before = calls.length;
		duty.notice({type: 'connected'});
		await clock.advance(4000);
		expect(times().slice(before)).toEqual([600_000, 601_000, 603_000]);
	});

	it('as after a lost connection when a call failed, because what it had noticed is lost', async () => {
		let count = 0;
		start(() => (count++ === 0 ? new Error('no') : []));
		await clock.advance(2000);
		expect(calls).toEqual([
			{at: 0, changes: []},
			{at: 1000, changes: ['connected']},
		]);
	});

	it('when the machine was set back, because its time may have come', async () => {
		start(() => [60_000]);
		await clock.advance(1000);
		clock.jump(-86_400_000);
		await clock.advance(30_000);
		expect(calls).toHaveLength(2);
	});

	it('when the machine was set ahead to its time', async () => {
		let count = 0;
		start(() => (count++ === 0 ? [86_000_000] : []));
		await clock.advance(1000);
		clock.jump(86_400_000);
		await clock.advance(30_000);
		expect(calls).toHaveLength(2);
	});

	it('at most twenty times a second, whatever it returns', async () => {
		start(() => [0]);
		await clock.advance(999);
		expect(calls).toHaveLength(20);
	});

	it('no more after the signal, and its end waits for the call that runs', async () => {
		let finish = () => {};
		let hasEnded = false;
		const duty = runDuty(
			{
				name: 'slow',
				concerns: () => true,
				async run() {
					calls.push({at: 0, changes: []});
					await new Promise<void>(resolve => {
						finish = resolve;
					});
					return [due(0)];
				},
			},
			{clock, signal: stop.signal, onNext: () => undefined, onError: () => undefined},
		);
		void duty.ended.then(() => {
			hasEnded = true;
		});
		stop.abort();
		await clock.advance(1000);
		expect(hasEnded).toBe(false);
		finish();
		await duty.ended;
		expect(calls).toHaveLength(1);
	});
});
