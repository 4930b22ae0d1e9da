import {describe, expect, it} from 'vitest';
import type {VariableScope} from '../../source/model/values.ts';
import {findVariable, generateToken, variablesOf, withoutVariable, withVariable} from '../../source/state/variables.ts';
import {emptyState, plainVariable} from './fixtures.ts';

const environment: VariableScope = {type: 'environment'};
const web: VariableScope = {type: 'service', name: 'web'};

describe('variables of a state', () => {
	const state = [
		plainVariable('B', 'environment'),
		plainVariable('a', 'environment'),
		{...plainVariable('B', 'web'), scope: web},
		{...plainVariable('B', 'resource'), scope: {type: 'resource', name: 'web'} as const},
	].reduce(withVariable, emptyState());

	it('are found by scope and key, without inheritance', () => {
		expect(findVariable(state, web, 'B')).toMatchObject({value: 'web'});
		expect(findVariable(state, web, 'a')).toBeUndefined();
		expect(findVariable(state, environment, 'B')).toMatchObject({value: 'environment'});
	});

	it('are listed by key, in the same order on every machine', () => {
		expect(variablesOf(state, environment).map(({key}) => key)).toEqual(['B', 'a']);
		expect(variablesOf(state, web)).toHaveLength(1);
	});

	it('replace a variable of the same scope and key', () => {
		const next = withVariable(state, plainVariable('B', 'new'));
		expect(next.variables).toHaveLength(4);
		expect(findVariable(next, environment, 'B')).toMatchObject({value: 'new'});
		expect(findVariable(next, web, 'B')).toMatchObject({value: 'web'});
		expect(findVariable(state, environment, 'B')).toMatchObject({value: 'environment'});
	});

	it('are removed without touching those of other scopes', () => {
		const next = withoutVariable(state, environment, 'B');
		expect(findVariable(next, environment, 'B')).toBeUndefined();
		expect(next.variables).toHaveLength(3);
		expect(withoutVariable(state, web, 'missing').variables).toEqual(state.variables);
	});
});

describe('generateToken', () => {
	it('makes as many random bytes as requested', () => {
		expect(generateToken({bytes: 24, encoding: 'hex'})).toMatch(/^[0-9a-f]{48}$/);
		expect(generateToken({bytes: 16, encoding: 'base64url'})).toMatch(/^[\w-]{22}$/);
		expect(generateToken({bytes: 16, encoding: 'hex'})).not.toBe(generateToken({bytes: 16, encoding: 'hex'}));
	});
});
