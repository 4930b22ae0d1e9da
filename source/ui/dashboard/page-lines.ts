import type {Glyphs} from '../../output/glyphs.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, truncate, wrapWords} from '../../output/width.ts';
import type {PageLine, Tone} from './data.ts';

/** One row of a page. */
export type PageRow = {
	/** Padded; empty when the text starts at the edge. */
	readonly label: string;
	readonly text: string;
	readonly tone: Tone | 'title' | undefined;
};

const widestLabel = 24;

/** Lays out a page in `columns` cells: long facts wrap beside their label, long texts are cut. */
export function drawPage(lines: readonly PageLine[], columns: number, {adapt, ellipsis}: Glyphs): PageRow[] {
	const widths = lines.flatMap(line => (line.type === 'fact' ? [displayWidth(sanitiseLine(line.label))] : []));
	const labelColumns = Math.min(widestLabel, Math.max(0, ...widths));
	return lines.flatMap((line, index): PageRow[] => {
		if (line.type === 'text')
			return [{label: '', text: truncate(adapt(line.text), columns, ellipsis), tone: line.tone}];
		if (line.type === 'heading') {
			const heading = {
				label: '',
				text: truncate(adapt(sanitiseLine(line.text)), columns, ellipsis),
				tone: 'title',
			} as const;
			return index === 0 ? [heading] : [{label: '', text: '', tone: undefined}, heading];
		}
		const room = Math.max(10, columns - labelColumns - 2);
		const label = truncate(sanitiseLine(line.label), labelColumns, ellipsis);
		return wrapWords(adapt(sanitiseLine(line.text)), room).map((text, row) => ({
			label: `${padEnd(row === 0 ? label : '', labelColumns)}  `,
			text: truncate(text, room, ellipsis),
			tone: line.tone,
		}));
	});
}
