import {formatAge} from '../../output/duration.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import type {CrashLoopView, ObjectView} from '../dashboard/data.ts';
import {wrapCells} from './log-view.ts';

/** What is shown above a log. If it does not fit, the first of `lines` are omitted. */
export type Head = {readonly headlines: readonly string[]; readonly lines: readonly string[]; readonly note: string};

const crashLoopHead = ({at, headlines, lines}: CrashLoopView, now: number): Head => ({
	headlines: [`Crash loop since ${formatAge(at, now)}: it ${headlines[0] ?? ''}`, ...headlines.slice(1)],
	lines,
	note: 'The agent leaves it alone until the next apply or start.',
});

/** The details of a crash loop, or of a failed attempt, shown above the log of the active deployment. */
export function failureHead(object: ObjectView | undefined, now: number): Head | undefined {
	if (object?.crashLoop) return crashLoopHead(object.crashLoop, now);
	const failure = object?.failure;
	if (!failure) return undefined;
	return {
		headlines: [
			`The latest attempt failed ${formatAge(failure.at, now)} ago: ${failure.headlines[0] ?? ''}`,
			...failure.headlines.slice(1),
		],
		lines: failure.lines,
		note: object.tone === 'quiet' ? '' : 'Below is the log of the active deployment.',
	};
}

export type HeadRow = {readonly text: string; readonly look: 'error' | 'plain' | 'secondary'};

type Room = {
	readonly columns: number;
	readonly rows: number;
	/** Rows that the log below would fill. */
	readonly wanted: number;
};

/**
 * The rows above a log: what the log leaves free, and at least half of the pane. The headlines stay. If the printed
 * lines do not fit, they start at the line that names an error, else only the last ones are shown.
 */
export function fitHead(
	{headlines, lines, note}: Head,
	{columns, rows, wanted}: Room,
	adapt: (text: string) => string,
) {
	const height = Math.max(Math.floor(rows / 2), rows - wanted);
	const room = Math.max(0, height - (note === '' ? 0 : 1));
	const first = headlines.flatMap(line => wrapWords(adapt(sanitiseLine(line)), columns)).slice(0, room);
	// Printed lines keep their indent, because it shows structure.
	const printed = lines.flatMap(line => wrapCells(adapt(sanitiseLine(line)), columns));
	const shown: readonly HeadRow[] = [
		...first.map((text): HeadRow => ({text, look: 'error'})),
		...relevantPart(printed, room - first.length).map((text): HeadRow => ({text, look: 'plain'})),
		...(note === '' ? [] : [{text: note, look: 'secondary'} as const]),
	];
	return shown;
}

const namesAnError = /^\s*(?:\S+ )?(?:[\w.$]*(?:Error|Exception)\b|error\b|fatal\b|panic\b)/i;

function relevantPart(lines: readonly string[], count: number): readonly string[] {
	if (count <= 0) return [];
	const newest = lines.length - count;
	const named = lines.findLastIndex(line => namesAnError.test(line));
	const start = named === -1 ? newest : Math.min(named, newest);
	return lines.slice(Math.max(0, start)).slice(0, count);
}
