import {UserError} from '../errors.ts';
import {findStaleness} from './fingerprints.ts';
import type {Plan} from './plan.ts';

/** The text of a plan file. It holds no sensitive value, only names and revisions. */
export const serializePlan = (plan: Plan): string => `${JSON.stringify(plan, undefined, 2)}\n`;

const isPlan = (value: unknown): value is Plan =>
	typeof value === 'object' &&
	value !== null &&
	'format' in value &&
	value.format === 1 &&
	'lineage' in value &&
	'actions' in value &&
	Array.isArray(value.actions) &&
	'basis' in value &&
	'desired' in value;

/** Reads a plan file's text. `file` is for the message. */
export function parsePlan(text: string, file: string): Plan {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		throw new UserError(`${file} is not a saved plan: it is no JSON`, {
			cause: error,
			hint: 'compartment plan --out FILE',
		});
	}
	if (isPlan(value)) return value;
	throw new UserError(`${file} is not a saved plan of this version`, {hint: 'compartment plan --out FILE'});
}

/** Refuses a saved plan when anything it was made from has moved, saying what. `fresh` was made just now, the same way. */
export function assertNotStale(saved: Plan, fresh: Plan, file: string): void {
	const moved = findStaleness(saved, fresh);
	if (moved.length === 0) return;
	throw new UserError(`${file} is stale, nothing was changed:\n${moved.map(line => `  - ${line}`).join('\n')}`, {
		hint: `compartment plan --out ${file}`,
	});
}
