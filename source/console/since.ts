import type {ReadonlyEngine} from '../engine/engine.ts';
import {engineNow, readClockOffset} from '../engine/engine-clock.ts';
import {UserError} from '../errors.ts';

const unitSeconds = {s: 1, m: 60, h: 3600, d: 86_400};

/** `agoMs` counts back from now; `at` is a time as the engine's log lines have it. */
export type Since = {readonly agoMs: number} | {readonly at: string};

/** Parses --since: `10m`, `2h` and `3d` count back from now; anything else must be a time. */
export function parseSince(text: string | undefined): Since | undefined {
	if (text === undefined) return undefined;
	const match = /^(\d+)(s|m|h|d)$/.exec(text);
	if (match) return {agoMs: Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds] * 1000};
	if (Number.isNaN(Date.parse(text)))
		throw new UserError(
			`--since must be a time such as 2026-01-31T12:00:00Z, or a duration such as 10m (it is "${text}")`,
		);
	// A time copied from a log has more digits than a Date.
	return {at: /^[\d-]+T[\d:]+\.\d+Z$/.test(text) ? text : new Date(text).toISOString()};
}

/** The time from which log lines are read, by the clock of the engine, which wrote their times. */
export async function sinceOf(
	since: Since | undefined,
	engine: Pick<ReadonlyEngine, 'info'>,
): Promise<string | undefined> {
	if (!since) return undefined;
	if ('at' in since) return since.at;
	return new Date(engineNow(await readClockOffset(engine)) - since.agoMs).toISOString();
}
