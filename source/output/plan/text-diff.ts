import {diffLines} from 'diff/lib/diff/line.js';

export type DiffLine =
	| {readonly type: 'same' | 'added' | 'removed'; readonly text: string}
	| {readonly type: 'gap'; readonly lines: number};

const endsLine = (text: string): boolean => text.endsWith('\n');
const withoutEnd = (text: string): string => (endsLine(text) ? text.slice(0, -1) : text);

// With more differing lines, a comparison takes long and shows little.
const maxEditLength = 2000;

function compareWholeLines(before: string, after: string, context: number): DiffLine[] {
	const parts = diffLines(`${before}\n`, `${after}\n`, {maxEditLength}) ?? [
		{value: `${before}\n`, removed: true, added: false},
		{value: `${after}\n`, removed: false, added: true},
	];
	return parts.flatMap(({value, added, removed}, index): DiffLine[] => {
		const lines = withoutEnd(value).split('\n');
		if (added || removed) return lines.map(text => ({type: added ? 'added' : 'removed', text}));
		const head = index === 0 ? 0 : context;
		const tail = index === parts.length - 1 ? 0 : context;
		const hidden = lines.length - head - tail;
		const same = (text: string): DiffLine => ({type: 'same', text});
		if (hidden <= 1) return lines.map(same);
		return [
			...lines.slice(0, head).map(same),
			{type: 'gap', lines: hidden},
			...lines.slice(lines.length - tail).map(same),
		];
	});
}

/**
 * A line diff of two texts with `context` unchanged lines around each change; null means no text. Texts that differ in
 * thousands of lines become one removal and one addition.
 */
export function compareLines(before: string | null, after: string | null, context: number): DiffLine[] {
	const whole = (text: string, type: 'added' | 'removed') =>
		withoutEnd(text)
			.split('\n')
			.map(line => ({type, text: line}));
	if (before === null) return after === null ? [] : whole(after, 'added');
	if (after === null) return whole(before, 'removed');
	const lines = compareWholeLines(withoutEnd(before), withoutEnd(after), context);
	if (endsLine(before) === endsLine(after)) return lines;
	return [...lines, {type: endsLine(after) ? 'added' : 'removed', text: '(trailing newline)'}];
}
