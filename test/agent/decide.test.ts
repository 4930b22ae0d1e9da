import {describe, expect, it} from 'vitest';
import type {Ailment} from '../../source/agent/healing/ailments.ts';
import {decide, windowMs} from '../../source/agent/healing/decide.ts';
import {
	emptyLedger,
	type Ledger,
	pruned,
	withAttempt,
	withEvent,
	withoutObject,
} from '../../source/agent/healing/ledger.ts';

const container = 'c1';

const ended: Ailment = {
	address: 'service.web',
	remedy: 'start',
	reason: 'container was stopped outside Compartment (Exited (1))',
	containerId: container,
	identity: 'dpl_1',
	needs: ['resource.db'],
	endsInMinute: 0,
	hasEnded: true,
};
const hung: Ailment = {...ended, remedy: 'replace', reason: 'does not answer', hasEnded: false};
const crashing: Ailment = {...ended, remedy: 'none', reason: 'restarted 3 times in 60 s'};
const database: Ailment = {...ended, address: 'resource.db', containerId: 'c2', identity: 'c2', needs: []};

const end = (ledger: Ledger, at: number): Ledger =>
	withEvent(ledger, {action: 'die', id: container, attributes: {}}, at);
const kill = (ledger: Ledger, at: number): Ledger =>
	end(withEvent(ledger, {action: 'kill', id: container, attributes: {signal: '15'}}, at), at + 1);
const tried = (ledger: Ledger, at: number, outcome: 'healed' | 'unready' | 'error', isFromOutside = false): Ledger =>
	withAttempt(ledger, {address: 'service.web', at, outcome, isFromOutside});

const times = (count: number, first: number, stepMs: number) =>
	Array.from({length: count}, (_, index) => first + index * stepMs);

/** What is done about it, in a word or a time. */
function verdict(ailment: Ailment, ledger: Ledger, now: number, others: readonly Ailment[] = []) {
	const {act, wait, giveUp} = decide([...others, ailment], pruned(ledger, now), now);
	if (act.includes(ailment)) return 'act';
	return (
		wait.find(each => each.ailment === ailment)?.until ??
		giveUp.find(each => each.ailment === ailment)?.cause ??
		'nothing'
	);
}

describe('something that is wrong', () => {
	it('is put right at once the first time', () => {
		expect(verdict(ended, emptyLedger, 0)).toBe('act');
	});

	it('is put right at once each time that somebody else has stopped it', () => {
		let ledger = emptyLedger;
		for (const at of times(20, 0, 5000)) {
			ledger = kill(ledger, at);
			expect(verdict(ended, ledger, at + 1)).toBe('act');
			ledger = tried(ledger, at + 500, 'healed', true);
		}
	});

	it('is put right with growing delays when somebody stops it all the time', () => {
		let ledger = emptyLedger;
		for (const at of times(33, 0, 1000)) ledger = tried(ledger, at, 'healed', true);
		expect(verdict(ended, ledger, 32_001)).toBe(32_000 + 4000);
	});

	it('waits after each end of its own, twice as long each time', () => {
		let ledger = emptyLedger;
		const waits = times(4, 0, 20_000).map(at => {
			ledger = end(ledger, at);
			return Number(verdict(ended, ledger, at)) - at;
		});
		expect(waits).toEqual([1000, 2000, 4000, 8000]);
	});

	it('is given up at its fifth end within ten minutes', () => {
		const ledger = times(5, 0, 100_000).reduce(end, emptyLedger);
		expect(verdict(ended, ledger, 400_000)).toBe('ended 5 times in 10 minutes');
		expect(verdict(crashing, ledger, 400_000)).toBe('ended 5 times in 10 minutes');
		// The first one is too old then.
		expect(verdict(crashing, ledger, windowMs)).toBe('nothing');
	});

	it('is given up when the engine remembers as many ends, because the agent was not there', () => {
		expect(verdict({...crashing, endsInMinute: 5}, emptyLedger, 0)).toBe('ended 5 times in 10 minutes');
		expect(verdict({...crashing, endsInMinute: 4}, emptyLedger, 0)).toBe('nothing');
	});

	it('is given up when it did not become ready five times', () => {
		const ledger = times(5, 0, 60_000).reduce((sum, at) => tried(sum, at, 'unready'), emptyLedger);
		expect(verdict(hung, ledger, 300_000)).toBe('did not become ready 5 times in 10 minutes');
	});

	it('is given up when it hung after five replacements', () => {
		const ledger = times(5, 0, 60_000).reduce((sum, at) => tried(sum, at, 'healed'), emptyLedger);
		expect(verdict(hung, ledger, 300_000)).toBe('hung 6 times in 10 minutes');
	});

	it('is tried again for ever when nothing could be started, up to every five minutes', () => {
		let ledger = emptyLedger;
		let at = 0;
		const waits = times(14, 0, 1).map(() => {
			ledger = tried(pruned(ledger, at), at, 'error');
			const next = Number(verdict(ended, ledger, at));
			const wait = next - at;
			at = next;
			return wait / 1000;
		});
		expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 300]);
	});

	it('begins a new count after an apply', () => {
		const ledger = times(5, 0, 1000).reduce((sum, at) => tried(sum, at, 'unready'), emptyLedger);
		expect(verdict(hung, withoutObject(ledger, hung), 5000)).toBe('act');
	});

	it('and works again is forgotten, whatever happened before', () => {
		const ledger = times(9, 0, 1000).reduce(end, emptyLedger);
		expect(verdict({...ended, remedy: 'forget'}, ledger, 9000)).toBe('act');
	});
});

describe('a service that hangs', () => {
	it('is left alone while a resource that it uses is put right, and for half a minute after', () => {
		expect(verdict(hung, emptyLedger, 0, [database])).toBe(30_000);
		const healed = withAttempt(emptyLedger, {address: 'resource.db', at: 1000, outcome: 'healed', isFromOutside: true});
		expect(verdict(hung, healed, 2000)).toBe(31_000);
		expect(verdict(hung, healed, 31_000)).toBe('act');
	});

	it('that has ended is started all the same', () => {
		expect(verdict(ended, emptyLedger, 0, [database])).toBe('act');
	});
});

it('the router is never given up', () => {
	const router = {...ended, address: 'router'};
	const ledger = times(9, 0, 1000).reduce(end, emptyLedger);
	expect(verdict(router, ledger, 9000)).toBe(8000 + 256_000);
});

it('a signal that is a message does not count', () => {
	const reloaded = withEvent(emptyLedger, {action: 'kill', id: container, attributes: {signal: '1'}}, 0);
	expect(end(reloaded, 1000).ends.map(({isFromOutside}) => isFromOutside)).toEqual([false]);
});

it('a stop counts for the next end only', () => {
	const ledger = end(kill(emptyLedger, 0), 5000);
	expect(ledger.ends.map(({isFromOutside}) => isFromOutside)).toEqual([true, false]);
});
