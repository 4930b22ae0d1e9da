import type {Change, ShownValue} from '../../plan/plan.ts';
import type {Paint} from '../colour.ts';
import type {Glyphs} from '../glyphs.ts';
import {quoteText, revealText, sanitiseLine} from '../sanitise.ts';
import {displayWidth, truncate} from '../width.ts';
import {compareLines, type DiffLine} from './text-diff.ts';

/** How a plan is printed. */
export type PlanTextOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Line width in cells; 80 without a terminal. */
	readonly columns: number;
	/** Show unchanged actions and full-length values. */
	readonly isFull: boolean;
};

const shownLines = 12;

/** Hides the previous value when a variable becomes sensitive, because it is usually the same value. */
export const withoutSecret = (change: Change): Change =>
	change.after.type === 'sensitive' && change.before.type === 'text' ? {...change, before: change.after} : change;

/** A value on one line: quoted text, `(sensitive)`, `(known after apply)`. */
export function formatValue(value: ShownValue): string {
	switch (value.type) {
		case 'text':
			return quoteText(value.text);
		case 'sensitive':
			return '(sensitive)';
		case 'computed':
			return value.note === undefined ? '(known after apply)' : `(${sanitiseLine(value.note)})`;
		case 'absent':
			return '(none)';
	}
}

// Cuts two long texts so that they start shortly before their first difference.
function focusDifference(before: string, after: string, room: number, ellipsis: string): [string, string] {
	let start = 0;
	while (start < before.length && before[start] === after[start]) start++;
	const from = Math.max(0, start - 12);
	const cut = (text: string) =>
		truncate(from === 0 ? text : `${ellipsis}${text.slice(from)}`.toWellFormed(), room, ellipsis);
	return [cut(before), cut(after)];
}

/** A change of a single-line value: one line if it fits into `room` cells, else two. */
export function valueLines({before, after}: Change, room: number, {paint, glyphs, isFull}: PlanTextOptions): string[] {
	const [old, next] = [formatValue(before), formatValue(after)];
	const shorten = (text: string) => (isFull ? text : truncate(text, room, glyphs.ellipsis));
	if (before.type === 'absent') return [shorten(next)];
	// Two sensitive values look alike; the sign says that they differ.
	if (after.type === 'absent' || (before.type === 'sensitive' && after.type === 'sensitive')) return [shorten(old)];
	const arrow = paint.dim(glyphs.arrow);
	const arrowWidth = glyphs.arrow.length + 1;
	if (displayWidth(old) + 1 + arrowWidth + displayWidth(next) <= room) return [`${old} ${arrow} ${next}`];
	const [from, to] = isFull ? [old, next] : focusDifference(old, next, room - arrowWidth, glyphs.ellipsis);
	return [' '.repeat(arrowWidth) + from, `${arrow} ${to}`];
}

/** Whether a value needs more than one line. */
export const isMultiLine = (value: ShownValue): boolean => value.type === 'text' && /\n./s.test(value.text);

function diffLine(line: DiffLine, room: number, {paint, glyphs, isFull}: PlanTextOptions): string {
	if (line.type === 'gap') return paint.dim(`  ${glyphs.ellipsis} ${line.lines} unchanged lines`);
	const text = isFull ? revealText(line.text) : truncate(revealText(line.text), room - 2, glyphs.ellipsis);
	if (line.type === 'same') return `  ${text}`;
	// As a word, the plan's sign would be wrong here: `create` for an added line.
	const isSpoken = glyphs.sign('+') !== '+';
	return line.type === 'added'
		? paint.create(`${isSpoken ? 'added:' : '+'} ${text}`)
		: paint.delete(`${isSpoken ? 'removed:' : '-'} ${text}`);
}

/** A change of a multi-line value as a line diff, each line at most `room` cells wide. */
export function textLines({before, after}: Change, room: number, options: PlanTextOptions): string[] {
	const {paint, glyphs, isFull} = options;
	const textOf = (value: ShownValue) => (value.type === 'text' ? value.text : null);
	const lines = compareLines(textOf(before), textOf(after), isFull ? Number.POSITIVE_INFINITY : 2);
	const limit = isFull || lines.length <= shownLines + 1 ? lines.length : shownLines;
	const shown = lines.slice(0, limit).map(line => diffLine(line, room, options));
	const more = lines.length - limit;
	return more === 0 ? shown : [...shown, paint.dim(`  ${glyphs.ellipsis} ${more} more lines, shown by --full`)];
}

/** A change on one line: `env.LOG_LEVEL  "info" → "debug"`. */
export function changeLine(change: Change, {arrow}: Pick<Glyphs, 'arrow'>): string {
	const {name, before, after} = withoutSecret(change);
	const label = sanitiseLine(name);
	if (before.type === 'absent') return `${label}  ${formatValue(after)}`;
	if (after.type === 'absent') return `${label}  ${formatValue(before)} removed`;
	if (before.type === 'sensitive' && after.type === 'sensitive') return `${label}  ${formatValue(after)} changed`;
	return `${label}  ${formatValue(before)} ${arrow} ${formatValue(after)}`;
}
