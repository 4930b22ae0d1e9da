import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {checksumOf} from '../state/canonical.ts';
import {findStaleness} from './fingerprints.ts';
import type {Plan} from './plan.ts';

/**
 * The text of a plan file. It holds no sensitive value, only names and revisions. Its checksum tells that it still is
 * what was shown: it runs without being asked about again.
 */
export const serializePlan = (plan: Plan): string =>
	`${JSON.stringify({checksum: checksumOf(plan), ...plan}, undefined, 2)}\n`;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const shape: Readonly<Record<keyof Plan, (value: unknown) => boolean>> = {
	format: value => value === 1,
	mode: isText,
	project: isText,
	environment: isText,
	lineage: isText,
	serial: Number.isSafeInteger,
	createdAt: isText,
	actions: value => Array.isArray(value) && value.every(isRecord),
	drift: Array.isArray,
	warnings: Array.isArray,
	desired: isRecord,
	images: Array.isArray,
	deployments: Array.isArray,
	routes: value => value === null || isRecord(value),
	isHold: value => typeof value === 'boolean',
	services: value => value === null || Array.isArray(value),
	basis: value => isRecord(value) && [value['live'], value['contexts'], value['variables']].every(isRecord),
};

const isPlan = (value: Readonly<Record<string, unknown>>): boolean =>
	Object.entries(shape).every(([key, isValid]) => Object.hasOwn(value, key) && isValid(value[key]));

function parseJson(text: string, file: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UserError(`${file} is not a saved plan: it is no JSON`, {
			cause: error,
			hint: command('plan', '--out', 'FILE'),
		});
	}
}

/** Reads a plan file's text. `file` is for the message. */
export function parsePlan(text: string, file: string): Plan {
	const value = parseJson(text, file);
	if (!isRecord(value) || !isPlan(value))
		throw new UserError(`${file} is not a saved plan of this version`, {hint: command('plan', '--out', 'FILE')});
	const {checksum, ...plan} = value;
	if (checksum !== checksumOf(plan))
		throw new UserError(`${file} does not match its checksum: it was damaged, or changed by hand`, {
			hint: command('plan', '--out', file),
		});
	return plan as Plan;
}

/** Refuses a saved plan when anything it was made from has moved, saying what. `fresh` was made just now, the same way. */
export function assertNotStale(saved: Plan, fresh: Plan, file: string): void {
	const moved = findStaleness(saved, fresh);
	if (moved.length === 0) return;
	throw new UserError(`${file} is stale, nothing was changed:\n${moved.map(line => `  - ${line}`).join('\n')}`, {
		hint: command('plan', '--out', file),
	});
}
