import type {ContainerConfiguration} from '../engine/engine.ts';
import type {EnvShape, ValueShape} from '../model/record.ts';
import type {Env, EnvValue, VariableScope} from '../model/values.ts';
import {scopeAddress} from '../model/values.ts';
import type {Variable} from '../state/state.ts';

/** A variable with its value in the clear. */
export type ClearVariable = Pick<Variable, 'scope' | 'key' | 'source' | 'revision' | 'updatedAt' | 'isSensitive'> & {
	readonly value: string;
};

/** What the configuration of a container says of the variables that its label names. */
export type ReadEnv = {
	readonly env: Env;
	readonly variables: readonly ClearVariable[];
	/** Variable → value, as the container has them. */
	readonly clear: Readonly<Record<string, string>>;
	/** Names of variables that the container does not have. */
	readonly missing: readonly string[];
};

type Container = Pick<ContainerConfiguration, 'env' | 'imageEnv'>;

type Source = {
	/** When the container was made, ISO 8601. */
	readonly at: string;
	readonly isGenerated: (scope: VariableScope, key: string) => boolean;
};

const envValueOf = (shape: ValueShape, value: string): EnvValue => {
	if (shape.type === 'plain') return {type: 'plain', value};
	if (shape.type === 'secret') return shape;
	const {isBound: _, ...output} = shape;
	return output;
};

function variableOf(shape: ValueShape, name: string, value: string, {at, isGenerated}: Source): ClearVariable[] {
	if (shape.type === 'output' || shape.scope === undefined || !shape.revision) return [];
	const {scope, revision} = shape;
	const isSensitive = shape.type === 'secret';
	const key = shape.type === 'secret' ? shape.key : name;
	const source = isGenerated(scope, key) ? 'generated' : 'user';
	return [{scope, key, source, revision, updatedAt: at, isSensitive, value}];
}

/** Reads the values of a container's variables, which its label names. */
export function readEnv(shapes: EnvShape, container: Container, source: Source): ReadEnv {
	const values: Readonly<Record<string, string>> = {...container.imageEnv, ...container.env};
	const known = Object.entries(shapes).filter(([key]) => Object.hasOwn(values, key));
	return {
		env: Object.fromEntries(known.map(([key, shape]) => [key, envValueOf(shape, values[key]!)])),
		variables: known.flatMap(([key, shape]) => variableOf(shape, key, values[key]!, source)),
		clear: Object.fromEntries(known.map(([key]) => [key, values[key]!])),
		missing: Object.keys(shapes).filter(key => !Object.hasOwn(values, key)),
	};
}

/** One variable of each scope and key: that of the container that was made last. @param oldestFirst in that order */
export function newestVariables(oldestFirst: readonly ClearVariable[]): readonly ClearVariable[] {
	const byName = new Map(oldestFirst.map(each => [`${scopeAddress(each.scope)} ${each.key}`, each]));
	return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, variable]) => variable);
}
