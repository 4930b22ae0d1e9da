import {randomBytes} from 'node:crypto';
import {isSameScope, scopeAddress, type VariableScope} from '../model/values.ts';
import type {State, Variable} from './state.ts';

/** The variable of exactly this scope, without inheritance. */
export const findVariable = (
	state: Pick<State, 'variables'>,
	scope: VariableScope,
	key: string,
): Variable | undefined => state.variables.find(variable => isVariable(variable, scope, key));

/** The state with this variable added, or replaced if its scope and key exist. */
export const withVariable = (state: State, variable: Variable): State => ({
	...state,
	variables: [...withoutVariable(state, variable.scope, variable.key).variables, variable].sort(byScopeAndKey),
});

export const withoutVariable = (state: State, scope: VariableScope, key: string): State => ({
	...state,
	variables: state.variables.filter(variable => !isVariable(variable, scope, key)),
});

/** The variables of one scope, sorted by key. */
export const variablesOf = (state: State, scope: VariableScope): readonly Variable[] =>
	state.variables.filter(variable => isSameScope(variable.scope, scope)).sort(byScopeAndKey);

/** A random value for a generated variable. @param bytes number of random bytes before encoding */
export const generateToken = ({bytes, encoding}: {bytes: number; encoding: 'hex' | 'base64url'}): string =>
	randomBytes(bytes).toString(encoding);

const isVariable = (variable: Variable, scope: VariableScope, key: string): boolean =>
	variable.key === key && isSameScope(variable.scope, scope);

const byScopeAndKey = (a: Variable, b: Variable): number =>
	compare(scopeAddress(a.scope), scopeAddress(b.scope)) || compare(a.key, b.key);

// Locale-independent, so that state files are the same on every machine.
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
