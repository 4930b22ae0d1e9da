import type * as z from 'zod';
import {visible} from './problem.ts';

const typeNames: Readonly<Record<string, string>> = {
	string: 'a string',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	object: 'a map',
	record: 'a map',
	array: 'a list',
};

const kindOf = (value: unknown): string => {
	if (value === null) return 'empty';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'number' && !Number.isInteger(value)) return String(value);
	return typeNames[typeof value] ?? typeof value;
};

/** A value for a message: short, quoted if it is text, without control characters. */
const shown = (value: unknown): string => {
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	if (typeof value !== 'string') return kindOf(value);
	return visible(JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value));
};

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const size = (issue: {origin: string; input?: unknown}): string =>
	issue.origin === 'string' ? `${String(issue.input).length} characters` : shown(issue.input);

const tooSmall = (issue: Extract<RawIssue, {code: 'too_small'}>): string => {
	const isCounted = issue.origin === 'string' || issue.origin === 'array';
	if (isCounted) return 'must not be empty';
	return `must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum} (it is ${shown(issue.input)})`;
};

const unionTypes = (issue: Extract<RawIssue, {code: 'invalid_union'}>): string => {
	const names = (issue.errors ?? [])
		.flat()
		.map(each => (each.code === 'invalid_type' ? typeNames[each.expected] : undefined));
	return [...new Set(names.filter(name => name !== undefined))].join(' or ');
};

/** Words a schema issue for users. Messages in the schema itself take precedence. */
export const wording: z.core.$ZodErrorMap = issue => {
	if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
		return 'is required';
	switch (issue.code) {
		case 'invalid_type':
			return `must be ${typeNames[issue.expected] ?? issue.expected} (it is ${kindOf(issue.input)})`;
		case 'invalid_value': {
			const values = issue.values?.map(String) ?? [];
			return `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')} (it is ${shown(issue.input)})`;
		}
		case 'too_small':
			return tooSmall(issue);
		case 'too_big':
			return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''} (it is ${size(issue)})`;
		case 'invalid_format':
			return `must match ${(issue.pattern ?? '').replace(/^\/|\/[a-z]*$/g, '')} (it is ${shown(issue.input)})`;
		case 'invalid_union':
			return `must be ${unionTypes(issue)} (it is ${kindOf(issue.input)})`;
		default:
			return undefined;
	}
};
