import {Command} from 'commander';
import {describe, expect, it} from 'vitest';
import {plainRequest} from '../../source/refresh/plan-request.ts';
import {collect, isJson, wholeNumber, withCommon} from '../../source/workspace/flags.ts';
import {requestOf} from '../../source/workspace/request.ts';

const parse = (...args: string[]) => {
	const command = withCommon(new Command())
		.exitOverride()
		.configureOutput({writeErr: () => undefined});
	return command.parse(args, {from: 'user'}).opts();
};

describe('flags', () => {
	it('accept an environment name of 1 to 63 code points', () => {
		expect(parse('--env', '🚀'.repeat(63)).env).toBe('🚀'.repeat(63));
		for (const name of ['', 'a'.repeat(64)])
			expect(() => parse('--env', name)).toThrow('An environment name has 1 to 63 characters.');
	});

	it('select JSON with --json and with --output json', () => {
		expect(isJson(parse('--json'))).toBe(true);
		expect(isJson(parse('--output', 'json'))).toBe(true);
		expect(isJson(parse('--output', 'text'))).toBe(false);
		expect(isJson(parse())).toBe(false);
		expect(() => parse('--output', 'xml')).toThrow('Allowed choices are text, json');
	});

	it('accept whole numbers within their bounds, and nothing that only starts with one', () => {
		const number = wholeNumber(1, 50);
		expect(number('50')).toBe(50);
		for (const text of ['0', '51', '-1', '1.5', '1e1', '5x', '', ' ', '0x10'])
			expect(() => number(text)).toThrow('It must be a whole number from 1 to 50.');
	});

	it('collect repeated values', () => {
		expect(collect('b', collect('a'))).toEqual(['a', 'b']);
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
