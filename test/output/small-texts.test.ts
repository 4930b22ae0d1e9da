import {describe, expect, it} from 'vitest';
import {DescriptorError} from '../../source/descriptor/problem.ts';
import {CancelledError, EngineError, UserError} from '../../source/errors.ts';
import {command} from '../../source/hint.ts';
import {createPaint, plainPaint} from '../../source/output/colour.ts';
import {formatAge, formatDuration} from '../../source/output/duration.ts';
import {renderError} from '../../source/output/errors.ts';
import {jsonDocument, jsonLine} from '../../source/output/json.ts';
import {createLogFormatter, type SourcedLine} from '../../source/output/log-lines.ts';
import {planDocument} from '../../source/output/plan/plan-json.ts';
import {blockedPlan, driftRepair, envChange, firstDeploy} from './plans.ts';

const coloured = createPaint({stream: {}, env: {}, flag: true});

describe('durations', () => {
	it.each([
		[0, '0ms'],
		[820, '820ms'],
		[999.6, '1s'],
		[12_000, '12s'],
		[59_600, '1m 00s'],
		[65_000, '1m 05s'],
		[3_599_700, '1h 0m'],
		[10_920_000, '3h 2m'],
		[187_200_000, '2d 4h'],
		[-5, '0ms'],
	])('of %d ms are formatted as %s', (milliseconds, text) => {
		expect(formatDuration(milliseconds)).toBe(text);
	});

	it.each([
		[0, '0s'],
		[59_999, '59s'],
		[60_000, '1m'],
		[7_199_000, '1h'],
		[400_000_000, '4d'],
		[-1000, '0s'],
	])('since %d ms ago are formatted as %s', (milliseconds, text) => {
		expect(formatAge(1_000_000_000_000 - milliseconds, 1_000_000_000_000)).toBe(text);
	});
});

const here = {environment: 'production'};

describe('errors', () => {
	it('of the user have a message and a hint, never a stack', () => {
		const error = new UserError('service.web: no such service\x1b[2J', {hint: command('status')});
		expect(renderError(error, plainPaint, here)).toBe('Error: service.web: no such service\n  compartment status');
		expect(renderError(new EngineError('start failed:\nport taken'), coloured, here)).toBe(
			'\x1b[31mError:\x1b[39m start failed:\nport taken',
		);
		expect(renderError(new CancelledError(), plainPaint, here)).toBe('Cancelled.');
	});

	it('in a file are printed without a prefix', () => {
		const problem = {
			file: 'compartment.yml',
			line: 2,
			column: 1,
			length: 4,
			path: 'nome',
			message: 'is not known',
			suggestion: 'name',
		};
		const error = new DescriptorError([problem], {'compartment.yml': 'services:\nnome: x\n'});
		expect(renderError(error, plainPaint, here)).toBe(error.message);
		expect(renderError(error, plainPaint, here)).toMatch(/^compartment\.yml:2:1 nome: /);
		expect(renderError(error, coloured, here)).toContain('\x1b[31m     | ^^^^\x1b[39m');
	});

	it('in an AggregateError are each printed', () => {
		expect(renderError(new AggregateError([new UserError('a'), new UserError('b')]), plainPaint, here)).toBe(
			'Error: a\nError: b',
		);
	});

	it('of Compartment have a stack, a cause and a request to report them', () => {
		const text = renderError(
			new TypeError('x is not a function', {cause: new Error('inner\x1b[2J')}),
			plainPaint,
			here,
		);
		const lines = text.split('\n');
		expect(lines[0]).toBe('Error: this is a bug in Compartment: x is not a function');
		expect(lines[1]).toBe('  Caused by: inner');
		expect(lines[2]).toMatch(/^ {2}at .*small-texts\.test\.ts/);
		expect(lines.at(-1)).toContain('Please report it');
		expect(renderError('just text', plainPaint, here)).toContain('just text');
	});

	it('are printed with at most five causes', () => {
		const error = new Error('a');
		error.cause = error;
		expect(renderError(error, plainPaint, here).split('Caused by').length).toBe(6);
	});
});

describe('log lines', () => {
	const line: SourcedLine = {
		at: '2025-11-20T04:20:00.123456789Z',
		source: 'web',
		stream: 'stdout',
		text: 'ready \x1b[32mnow\x1b[2J',
	};

	it('have time, stream and message, and a source when there are several', () => {
		expect(createLogFormatter({sources: ['web'], paint: plainPaint})(line)).toBe(
			'2025-11-20T04:20:00.123Z stdout ready now',
		);
		expect(createLogFormatter({sources: ['web', 'api'], paint: plainPaint})(line)).toBe(
			'2025-11-20T04:20:00.123Z [web] stdout ready now',
		);
		expect(createLogFormatter({sources: ['web'], paint: plainPaint, hasTime: false})(line)).toBe('stdout ready now');
	});

	it('have one colour per source, the same for the same set in any order', () => {
		const tag = (sources: readonly string[], source: string) =>
			/(\x1b\[\d+m)\[/.exec(createLogFormatter({sources, paint: coloured})({...line, source}))![1];
		expect(tag(['web', 'api', 'worker'], 'web')).toBe(tag(['worker', 'web', 'api'], 'web'));
		expect(new Set(['web', 'api', 'worker'].map(name => tag(['web', 'api', 'worker'], name))).size).toBe(3);
	});

	it('keep the colours of a message only when colour is on', () => {
		expect(createLogFormatter({sources: ['web'], paint: coloured})(line)).toContain('ready \x1b[32mnow\x1b[0m');
	});
});

describe('plans as JSON', () => {
	it('have one shape and field order', async () => {
		await expect(jsonDocument(planDocument(envChange))).toMatchFileSnapshot(
			'../../snapshots/output/plan-env-change.json',
		);
		expect(Object.keys(planDocument(firstDeploy))).toEqual(Object.keys(planDocument(blockedPlan)));
	});

	it('list blocked actions and drift separately', () => {
		const {changes, blocked, summary} = planDocument(blockedPlan);
		expect(changes.map(({address}) => address)).toEqual(['service.web']);
		expect(blocked.map(({address}) => address)).toEqual(['volume.db.data', 'resource.cache']);
		expect(summary).toMatchObject({replace: 1, blocked: 2, unchanged: 7});
		expect(planDocument(driftRepair).drift).toHaveLength(2);
	});

	it('hold no sensitive value', () => {
		expect(jsonDocument(planDocument(envChange))).not.toContain('letmein');
	});
});

describe('JSON', () => {
	it('is lossless and cannot control a terminal', () => {
		const text = 'a\x1b[2J\x7f\x9b\u202e\u200b\u2028\u{e0041}\ud800é😀';
		const line = jsonLine({text});
		expect(line).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b\u2028\u{e0041}]/u);
		expect(line).toContain('é😀');
		expect(JSON.parse(line)).toEqual({text});
	});
});
