import {describe, expect, it} from 'vitest';
import {healthOf} from '../../source/model/health.ts';
import type {ContainerFacts, HealthFacts, ProbeFacts} from '../../source/model/health-facts.ts';
import {clockTime} from '../../source/model/health-words.ts';

const now = Date.parse('2026-03-29T14:10:00');
const ago = (seconds: number): number => now - seconds * 1000;

const up: ContainerFacts = {
	state: 'running',
	status: 'Up 3 hours',
	startedAt: ago(10_800),
	finishedAt: undefined,
	exitCode: 0,
	isOutOfMemory: false,
	restartCount: 0,
};

const restarted = (count: number, secondsAgo: number, previousSeconds: number | undefined): ContainerFacts => ({
	...up,
	restartCount: count,
	startedAt: ago(secondsAgo),
	finishedAt: ago(secondsAgo + 1),
	previousRun: {
		exitCode: 1,
		isOutOfMemory: false,
		ranMs: previousSeconds === undefined ? undefined : previousSeconds * 1000,
		endsInMinute: secondsAgo < 60 ? Math.min(count, 3) : 0,
	},
});

const probe = (failures: ProbeFacts['failures'], more: Partial<ProbeFacts> = {}): ProbeFacts => ({
	type: 'readiness',
	question: 'GET /healthz',
	failures,
	answer: failures === 0 ? '200 OK' : '503 Service Unavailable',
	failsForMs: failures === 0 ? null : now - Date.parse('2026-03-29T14:02:10'),
	...more,
});

const facts = (more: Partial<HealthFacts> = {}): HealthFacts => ({
	type: 'runs',
	isStopped: false,
	container: up,
	probe: undefined,
	wasReady: true,
	readyWithinMs: 60_000,
	now,
	...more,
});

type Row = readonly [what: string, facts: Partial<HealthFacts>, state: string, cause: string | null];

const rows: readonly Row[] = [
	['runs without a probe', {}, 'healthy', null],
	['its probe answered', {probe: probe(0)}, 'healthy', null],
	['nothing is deployed', {type: 'none', container: undefined}, 'none', null],
	['a job between its runs', {type: 'job', container: undefined}, 'idle', null],
	['stopped with Compartment', {isStopped: true, container: {...up, state: 'exited'}}, 'stopped', null],
	[
		'left by the agent',
		{
			crashLoop: 'ended 5 times in 10 minutes',
			container: {...up, state: 'exited', status: 'Exited (3) 2 minutes ago', finishedAt: ago(120), exitCode: 3},
		},
		'crashing',
		'crash loop: ended 5 times in 10 minutes, last exit 3',
	],
	['left by the agent, and started by somebody since', {crashLoop: 'ended 5 times in 10 minutes'}, 'healthy', null],
	['stopped, and the container is gone too', {isStopped: true, container: undefined}, 'stopped', null],
	['its container is gone', {container: undefined}, 'missing', 'container was removed outside Compartment'],
	[
		'ended',
		{container: {...up, state: 'exited', status: 'Exited (137) 2 minutes ago', finishedAt: ago(120), exitCode: 137}},
		'failed',
		'container was stopped outside Compartment (Exited (137) 2 minutes ago)',
	],
	['paused', {container: {...up, state: 'paused'}}, 'failed', 'container was paused outside Compartment'],
	['a restore broke off', {isHalfRestored: true}, 'restore-incomplete', 'its restore has not finished'],

	[
		'restarted once, just now',
		{container: restarted(1, 20, 9000)},
		'degraded',
		'restarted less than a minute ago, last exit 1',
	],
	['restarted once, over a minute ago', {container: restarted(1, 61, 9000)}, 'healthy', null],
	[
		'restarted often, each time after long',
		{container: restarted(9, 20, 4000)},
		'degraded',
		'restarted less than a minute ago, last exit 1',
	],
	[
		'the engine has forgotten the run before',
		{container: restarted(9, 20, undefined)},
		'crashing',
		'restarted 3 times in 60 s, last exit 1',
	],
	[
		'the engine has forgotten everything, and it was started again twice',
		{container: {...restarted(2, 59, 1), previousRun: undefined}},
		'crashing',
		'restarted 2 times',
	],
	[
		'the same, and it waits for its next start',
		{
			container: {
				...restarted(2, 30, 1),
				state: 'restarting',
				startedAt: ago(31),
				finishedAt: ago(1),
				previousRun: undefined,
			},
		},
		'crashing',
		'restarted 2 times, last exit 0',
	],
	[
		'the engine has forgotten everything, and it was started again once',
		{container: {...restarted(1, 59, 1), previousRun: undefined}},
		'degraded',
		'restarted less than a minute ago',
	],
	[
		'the engine has forgotten everything, and it has run for a minute',
		{container: {...restarted(9, 60, 1), previousRun: undefined}},
		'healthy',
		null,
	],
	[
		'crashed twice within a minute',
		{container: restarted(2, 5, 30)},
		'crashing',
		'restarted 2 times in 60 s, last exit 1',
	],
	['crashed twice, and has run for a minute', {container: restarted(2, 61, 30)}, 'healthy', null],
	[
		'crashes every thirty seconds, looked at while it runs',
		{container: restarted(40, 29, 30), probe: probe(0)},
		'crashing',
		'restarted 3 times in 60 s, last exit 1',
	],
	[
		'waits for its next restart after it ran for a second',
		{container: {...restarted(7, 61, 1), state: 'restarting', startedAt: ago(40), finishedAt: ago(39), exitCode: 3}},
		'crashing',
		'restarted 7 times, last exit 3',
	],
	[
		'waits for its first restart',
		{container: {...restarted(1, 61, 1), state: 'restarting', startedAt: ago(40), finishedAt: ago(1), exitCode: 3}},
		'degraded',
		'is being restarted, last exit 3',
	],
	[
		'crashes for want of memory',
		{
			container: {
				...restarted(2, 5, 30),
				previousRun: {exitCode: 137, isOutOfMemory: true, ranMs: 1000, endsInMinute: 2},
			},
		},
		'crashing',
		'restarted 2 times in 60 s, last exit 137, out of memory',
	],

	['its probe failed once', {probe: probe(1)}, 'degraded', 'did not answer GET /healthz: 503 Service Unavailable'],
	['its probe failed twice', {probe: probe(2)}, 'degraded', 'did not answer GET /healthz: 503 Service Unavailable'],
	[
		'its probe failed three times',
		{probe: probe(3)},
		'hung',
		'does not answer GET /healthz since 14:02: 503 Service Unavailable',
	],
	[
		'since yesterday',
		{probe: probe(3, {failsForMs: now - Date.parse('2026-03-28T23:59:00')})},
		'hung',
		'does not answer GET /healthz since 2026-03-28 23:59: 503 Service Unavailable',
	],
	[
		'only this moment is known',
		{probe: probe(3, {question: 'port 5432', answer: 'Connection refused', failsForMs: null})},
		'hung',
		'does not answer port 5432: Connection refused',
	],
	[
		'started again after it was ready, and still within its time',
		{container: {...up, startedAt: ago(30), finishedAt: ago(31)}, probe: probe(3)},
		'starting',
		'is not ready yet: GET /healthz: 503 Service Unavailable',
	],
	[
		'the same after its time',
		{container: {...up, startedAt: ago(61), finishedAt: ago(62)}, probe: probe(3)},
		'hung',
		'does not answer GET /healthz since 14:02: 503 Service Unavailable',
	],
	[
		'was never ready, and still within its time',
		{container: {...up, startedAt: ago(30)}, wasReady: false, probe: probe(3)},
		'starting',
		'is not ready yet: GET /healthz: 503 Service Unavailable',
	],
	[
		'hangs within the time that it was ready in',
		{container: {...up, startedAt: ago(30)}, probe: probe(3)},
		'hung',
		'does not answer GET /healthz since 14:02: 503 Service Unavailable',
	],
	[
		'declares no readiness and its port refuses',
		{probe: probe(1, {type: 'port', question: 'port 3000', answer: 'Connection refused'})},
		'not listening',
		'does not listen on port 3000: Connection refused',
	],
	[
		'crashing goes before hung',
		{container: restarted(2, 5, 3), probe: probe(3)},
		'crashing',
		'restarted 2 times in 60 s, last exit 1',
	],
	[
		'hung goes before one restart',
		{container: restarted(1, 50, 900), readyWithinMs: 1000, probe: probe(3)},
		'hung',
		'does not answer GET /healthz since 14:02: 503 Service Unavailable',
	],
];

describe('the rule of health', () => {
	it.each(rows)('judges: %s', (_what, more, state, cause) => {
		expect(healthOf(facts(more))).toMatchObject({state, cause});
	});

	it('returns restarts and the last exit with the state', () => {
		expect(healthOf(facts({container: restarted(4, 300, 9000)}))).toEqual({
			state: 'healthy',
			cause: null,
			restarts: 4,
			lastExit: {code: 1, isOutOfMemory: false, at: ago(301)},
		});
		expect(healthOf(facts())).toMatchObject({restarts: 0, lastExit: null});
	});

	it('writes a time with its date unless it is today', () => {
		expect(clockTime(now - 60_000, now)).toBe('14:09');
		expect(clockTime(now - 86_400_000, now)).toBe('2026-03-28 14:10');
	});
});
