import * as z from 'zod';
import {nearest} from '../nearest.ts';
import {adviceForKey, adviceForValue} from './compose-words.ts';
import type {Finding, Path} from './problem.ts';
import {entryOf, mapOf} from './rules/raw.ts';
import {wording} from './wording.ts';

type Issue = z.core.$ZodIssue;

/** The keys that the schema allows at a path, for suggestions. */
const keysAt = (schema: z.core.$ZodType, path: Path): readonly string[] => {
	let found: z.core.$ZodType[] = [schema];
	const open = (type: z.core.$ZodType): z.core.$ZodType[] => {
		if (type instanceof z.ZodOptional || type instanceof z.ZodDefault)
			return open(type.def.innerType as z.core.$ZodType);
		if (type instanceof z.ZodUnion) return type.options.flatMap(option => open(option as z.core.$ZodType));
		return [type];
	};
	for (const segment of path)
		found = found.flatMap(open).flatMap(type => {
			if (type instanceof z.ZodObject) return type.shape[segment] ? [type.shape[segment]] : [];
			if (type instanceof z.ZodRecord) return [type.valueType as z.core.$ZodType];
			if (type instanceof z.ZodArray) return [type.element as z.core.$ZodType];
			return [];
		});
	return found.flatMap(open).flatMap(type => (type instanceof z.ZodObject ? Object.keys(type.shape) : []));
};

const depthOf = (issues: readonly Issue[]): number => issues.reduce((sum, {path}) => sum + path.length, 0);

const isWrongType = (issues: readonly Issue[]): boolean =>
	issues.some(({code, path}) => code === 'invalid_type' && path.length === 0);

/**
 * The branch of a union that was most likely meant: of the right type, with the deepest issues
 * (docs/rules.md, "All problems at once").
 */
const mostDetailed = (branches: readonly Issue[][]): readonly Issue[] | undefined =>
	branches
		.filter(issues => issues.length > 0 && !isWrongType(issues))
		.sort((a, b) => depthOf(b) - depthOf(a))
		.at(0);

const toFindings = (schema: z.core.$ZodType, issue: Issue, base: Path): Finding[] => {
	const path: Path = [...base, ...issue.path.map(segment => (typeof segment === 'number' ? segment : String(segment)))];
	switch (issue.code) {
		case 'unrecognized_keys': {
			const known = keysAt(schema, path);
			return issue.keys.map(key => {
				const advice = adviceForKey(path, key, entryOf(mapOf(issue.input), key));
				const message = `unknown key ${JSON.stringify(key)}${advice === undefined ? '' : `: ${advice}`}`;
				const suggestion = advice === undefined ? nearest(key, known) : undefined;
				return {path: [...path, key], message, mark: 'key', suggestion};
			});
		}
		case 'invalid_key':
			return issue.issues.map(({message}) => ({path, message, mark: 'key'}));
		case 'invalid_union': {
			const branch = mostDetailed(issue.errors);
			return branch ? branch.flatMap(inner => toFindings(schema, inner, path)) : [{path, message: issue.message}];
		}
		case 'invalid_value': {
			const written = typeof issue.input === 'string' ? issue.input : undefined;
			const values = issue.values.filter(value => typeof value === 'string');
			return [{path, message: issue.message, suggestion: written === undefined ? undefined : nearest(written, values)}];
		}
		default: {
			const advice = issue.code === 'invalid_type' ? adviceForValue(path, issue.input) : undefined;
			return [{path, message: advice === undefined ? issue.message : `${issue.message}: ${advice}`}];
		}
	}
};

export type Validated<T> =
	| {readonly isValid: true; readonly value: T}
	| {readonly isValid: false; readonly findings: readonly Finding[]};

/** Validates a value against a schema, and returns the value or every problem, worded for users. */
export const validate = <S extends z.ZodType>(schema: S, value: unknown): Validated<z.output<S>> => {
	const result = schema.safeParse(value, {error: wording, reportInput: true});
	if (result.success) return {isValid: true, value: result.data};
	return {isValid: false, findings: result.error.issues.flatMap(issue => toFindings(schema, issue, []))};
};
