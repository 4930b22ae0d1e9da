import {UserError} from '../errors.ts';

const unitSeconds = {s: 1, m: 60, h: 3600, d: 86_400};

/** Parses --since: `10m`, `2h` and `3d` count back from now; anything else must be a time. */
export function sinceOf(text: string | undefined, now: number): string | undefined {
	if (text === undefined) return undefined;
	const match = /^(\d+)(s|m|h|d)$/.exec(text);
	if (match)
		return new Date(now - Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds] * 1000).toISOString();
	if (Number.isNaN(Date.parse(text)))
		throw new UserError(
			`--since must be a time such as 2026-01-31T12:00:00Z, or a duration such as 10m (it is "${text}")`,
		);
	// A time copied from a log has more digits than a Date.
	return /^[\d-]+T[\d:]+\.\d+Z$/.test(text) ? text : new Date(text).toISOString();
}
