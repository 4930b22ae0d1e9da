/** What a terminal reports in the same stream as keys. Cells are counted from 0, from the left and the top. */
export type Report =
	| {readonly type: 'click'; readonly x: number; readonly y: number}
	| {readonly type: 'wheel'; readonly x: number; readonly y: number; readonly by: 1 | -1}
	/** The answer about a mode: 1 and 3 set, 2 reset, 4 never to be set, 0 unknown. */
	| {readonly type: 'mode'; readonly mode: number; readonly state: number};

const esc = '\u001B';
const mouse = /^\u001B\[<(\d+);(\d+);(\d+)([Mm])$/;
const mode = /^\u001B\[\?(\d+);(\d+)\$y$/;

/** The bits of a mouse report for shift, alt and ctrl. */
const modifiers = 4 | 8 | 16;

/** What a complete report says; undefined for what no screen needs, such as a button that was released. */
function read(sequence: string): Report | undefined {
	const answer = mode.exec(sequence);
	if (answer) return {type: 'mode', mode: Number(answer[1]), state: Number(answer[2])};
	const [, code, column, row, end] = mouse.exec(sequence) ?? [];
	if (code === undefined) return undefined;
	const button = Number(code) & ~modifiers;
	const place = {x: Number(column) - 1, y: Number(row) - 1};
	if (button === 64 || button === 65) return {type: 'wheel', ...place, by: button === 64 ? -1 : 1};
	return button === 0 && end === 'M' ? {type: 'click', ...place} : undefined;
}

/** No key of any terminal begins with these. */
const begins = [`${esc}[<`, `${esc}[?`];

/** Longer ones are noise. */
const longest = 64;

const isParameter = (character: string): boolean => character >= ' ' && character <= '?';

/** The index after the report that begins at `start`; undefined while its end has not arrived. */
function endOf(text: string, start: number): number | undefined {
	let index = start + begins[0]!.length;
	while (index < text.length && isParameter(text[index]!) && index - start < longest) index++;
	return index < text.length ? index + 1 : undefined;
}

/** The part of a report that may still come after an escape that was taken for a key, because its rest was late. */
const lateRest = /^\[?[<?]\d[\d;]*\$?(?:[A-Za-z]|$)/;

/**
 * Takes the reports of a terminal out of what it sends, so that they are never taken for keys, however they are cut into chunks.
 * A lone escape at the end of a chunk may be a key or the beginning of a report: it is held until more arrives, or until the caller
 * releases it.
 */
export function createReportFilter() {
	let held = '';
	/** What was released at last, while nothing else has arrived since. */
	let released = '';

	const push = (chunk: string): {readonly text: string; readonly reports: readonly Report[]} => {
		// Its beginning was taken for a key; at least the rest is not.
		const isLate = released !== '' && lateRest.test(released === esc ? chunk : `[${chunk}`);
		const input = (isLate ? released : held) + chunk;
		held = '';
		released = '';
		const reports: Report[] = [];
		let text = '';
		let index = 0;
		while (index < input.length) {
			const next = input.indexOf(esc, index);
			if (next === -1) {
				text += input.slice(index);
				break;
			}
			text += input.slice(index, next);
			const rest = input.slice(next, next + begins[0]!.length);
			if (begins.includes(rest)) {
				const end = endOf(input, next);
				if (end === undefined) {
					held = input.slice(next);
					break;
				}
				const report = read(input.slice(next, end));
				if (report) reports.push(report);
				index = end;
			} else if (next + rest.length === input.length && begins.some(begin => begin.startsWith(rest))) {
				held = rest;
				break;
			} else {
				text += esc;
				index = next + 1;
			}
		}
		return {text, reports};
	};

	return {
		push,
		/** Whether what is held may be a key, so that it has to be released some time. */
		mayBeKey: () => held === esc || held === `${esc}[`,
		/** Gives back what is held, if it may be a key. */
		release(): string {
			if (held !== esc && held !== `${esc}[`) return '';
			released = held;
			held = '';
			return released;
		},
	};
}
