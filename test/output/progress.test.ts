import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {ApplyEvent} from '../../source/apply/events.ts';
import {emptyProgress, progressOf, reduceProgress} from '../../source/output/events/progress.ts';
import {failingApply} from './events.ts';

const stateOf = (events: readonly ApplyEvent[], address: string) =>
	progressOf(events).steps.find(step => step.address === address);

describe('the progress of an apply', () => {
	it('starts with every step waiting', () => {
		const {steps, counts, run, result} = progressOf(failingApply.slice(0, 1));
		expect(steps.map(({state}) => state)).toEqual(Array(6).fill('waiting'));
		expect(counts).toEqual({waiting: 6, running: 0, done: 0, failed: 0, 'held back': 0, skipped: 0, total: 6});
		expect(run).toBe('run_01k');
		expect(result).toBeNull();
	});

	it('ends with states, durations, the failure and the result', () => {
		const {steps, counts, notices, result, startedAt, finishedAt} = progressOf(failingApply);
		expect(steps.map(({state}) => state)).toEqual(['done', 'done', 'done', 'failed', 'held back', 'skipped']);
		expect(counts).toEqual({waiting: 0, running: 0, done: 3, failed: 1, 'held back': 1, skipped: 1, total: 6});
		expect(steps[3]).toMatchObject({durationMs: 31_000, failure: {exitCode: 137}});
		expect(steps[5]).toMatchObject({message: 'service.api failed', startedAt: null, durationMs: null});
		expect(notices).toHaveLength(1);
		expect(result?.outcome).toBe('failed');
		expect(finishedAt! - startedAt!).toBe(43_000);
	});

	it('has the latest message of a running step, and none of a waiting one', () => {
		const running = failingApply.slice(0, 14);
		expect(stateOf(running, 'service.api')).toMatchObject({state: 'running', message: 'GET /healthz → 503, try 1'});
		const waits = {type: 'step-progress', at: 1, address: 'routes', message: 'waits for service.api'} as const;
		expect(stateOf([...running, waits], 'routes')).toMatchObject({state: 'waiting', message: waits.message});
	});

	it('does not change a finished step', () => {
		const late = {type: 'step-progress', at: 1, address: 'network', message: 'late'} as const;
		expect(stateOf([...failingApply, late], 'network')).toMatchObject({state: 'done', message: null});
	});

	it('appends a step that is not in the outline', () => {
		const events = [{type: 'step-started', at: 5, address: 'recovery'}] as const;
		expect(stateOf(events, 'recovery')).toMatchObject({state: 'running', startedAt: 5});
	});

	it('is the same object after a log line, so that nothing renders again', () => {
		const progress = progressOf(failingApply);
		const log = {type: 'log', at: 1, address: 'service.web', stream: 'stdout', text: 'x'} as const;
		expect(reduceProgress(progress, log)).toBe(progress);
	});

	it('counts every step exactly once, in any order of events', () => {
		fc.assert(
			fc.property(fc.shuffledSubarray([...failingApply]), events => {
				const {counts, steps} = events.reduce(reduceProgress, emptyProgress);
				const {total, ...states} = counts;
				expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(total);
				expect(new Set(steps.map(({address}) => address)).size).toBe(total);
			}),
		);
	});
});
