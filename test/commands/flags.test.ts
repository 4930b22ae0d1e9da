import {describe, expect, it} from 'vitest';
import {parseDuration, parseEnvironment, parseWholeNumber} from '../../source/commands/definitions/parse.ts';
import {plainRequest} from '../../source/refresh/plan-request.ts';
import {isJson} from '../../source/workspace/flags.ts';
import {requestOf} from '../../source/workspace/request.ts';
import {parseCommandLine} from './command-line.ts';

describe('flags', () => {
	it('accept an environment name of 1 to 63 code points', () => {
		expect(parseEnvironment('🚀'.repeat(63))).toEqual({value: '🚀'.repeat(63)});
		for (const name of ['', 'a'.repeat(64)])
			expect(parseEnvironment(name)).toEqual({problem: 'An environment name has 1 to 63 characters.'});
	});

	it('select JSON with --json and with --output json', async () => {
		const isJsonWith = async (...flags: string[]) => isJson((await parseCommandLine(['status', ...flags])).options);
		expect(await isJsonWith('--json')).toBe(true);
		expect(await isJsonWith('--output', 'json')).toBe(true);
		expect(await isJsonWith('--output', 'text')).toBe(false);
		expect(await isJsonWith()).toBe(false);
	});

	it('accept whole numbers within their bounds, and nothing that only starts with one', () => {
		expect(parseWholeNumber('50', 1, 50)).toEqual({value: 50});
		for (const text of ['0', '51', '-1', '1.5', '1e1', '5x', '', ' ', '0x10'])
			expect(parseWholeNumber(text, 1, 50)).toEqual({problem: 'It must be a whole number from 1 to 50.'});
	});

	it('accept durations with a unit', () => {
		const taken = ['500ms', '30s', '5m', '1h'].map(text => parseDuration(text));
		expect(taken).toEqual([{value: 500}, {value: 30_000}, {value: 300_000}, {value: 3_600_000}]);
		for (const text of ['30', 's', '1d', '-1s', '1.5h', '1000000s', ''])
			expect(parseDuration(text)).toEqual({problem: 'Write it as 30s, 5m or 1h.'});
	});

	it('collect repeated values', async () => {
		const {options} = await parseCommandLine(['plan', '--service', 'a', '--service', 'b', '--replace', 'c']);
		expect(options).toMatchObject({service: ['a', 'b'], replace: ['c']});
	});

	it('have hidden aliases', async () => {
		expect((await parseCommandLine(['apply', '--yes'])).options).toMatchObject({autoApprove: true});
		const words = ['resource', 'delete', '--resource', 'db', '--auto-approve'];
		expect((await parseCommandLine(words)).options).toMatchObject({yes: true});
	});
});

describe('the plan request', () => {
	it('is an apply of everything without flags', () => {
		expect(requestOf({})).toEqual(plainRequest);
		expect(requestOf({service: []}).services).toBeNull();
	});

	it('has what the flags ask for', () => {
		expect(requestOf({service: ['web', 'api'], rebuild: true, replace: ['resource.db'], hold: true})).toEqual({
			...plainRequest,
			services: ['web', 'api'],
			rebuild: true,
			replace: ['resource.db'],
			isHold: true,
		});
		expect(requestOf({destroy: true, deleteData: true})).toMatchObject({mode: 'destroy', deleteData: true});
		expect(requestOf({refreshOnly: true}).mode).toBe('refresh-only');
		expect(requestOf({release: 'again'}).release).toBe('again');
	});
});
