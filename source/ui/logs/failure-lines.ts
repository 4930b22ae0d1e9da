import {formatAge} from '../../output/duration.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import type {ObjectView} from '../dashboard/data.ts';
import {wrapCells} from './log-view.ts';

/** What stands above a log. Where it has no room, the first of `lines` are left out. */
export type Head = {readonly headlines: readonly string[]; readonly lines: readonly string[]; readonly note: string};

/** What is known of a newer attempt that failed, to stand above the log of what serves. */
export function failureHead(object: ObjectView | undefined, now: number): Head | undefined {
	const failure = object?.failure;
	if (!failure) return undefined;
	return {
		headlines: [
			`The newest attempt failed ${formatAge(failure.at, now)} ago: ${failure.headlines[0] ?? ''}`,
			...failure.headlines.slice(1),
		],
		lines: failure.lines,
		note: object.tone === 'quiet' ? '' : 'Below is the log of what serves meanwhile.',
	};
}

export type HeadRow = {readonly text: string; readonly look: 'error' | 'plain' | 'secondary'};

type Room = {
	readonly columns: number;
	readonly rows: number;
	/** How many rows the log below would fill. */
	readonly wanted: number;
};

/**
 * The rows above a log: what it leaves free, and half of the pane at least. What happened stays; where what was printed
 * has no room, it begins at the line that names an error, else with the newest lines.
 */
export function fitHead(
	{headlines, lines, note}: Head,
	{columns, rows, wanted}: Room,
	adapt: (text: string) => string,
) {
	const height = Math.max(Math.floor(rows / 2), rows - wanted);
	const room = Math.max(0, height - (note === '' ? 0 : 1));
	const first = headlines.flatMap(line => wrapWords(adapt(sanitiseLine(line)), columns)).slice(0, room);
	// Printed lines keep their indent, which tells what belongs together.
	const printed = lines.flatMap(line => wrapCells(adapt(sanitiseLine(line)), columns));
	const shown: readonly HeadRow[] = [
		...first.map((text): HeadRow => ({text, look: 'error'})),
		...tellingPart(printed, room - first.length).map((text): HeadRow => ({text, look: 'plain'})),
		...(note === '' ? [] : [{text: note, look: 'secondary'} as const]),
	];
	return shown;
}

const namesAnError = /^\s*(?:\S+ )?(?:[\w.$]*(?:Error|Exception)\b|error\b|fatal\b|panic\b)/i;

function tellingPart(lines: readonly string[], count: number): readonly string[] {
	if (count <= 0) return [];
	const newest = lines.length - count;
	const named = lines.findLastIndex(line => namesAnError.test(line));
	const start = named === -1 ? newest : Math.min(named, newest);
	return lines.slice(Math.max(0, start)).slice(0, count);
}
