import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';

/** The chip beside the current one; after the last one comes the first. */
export function chipAfter(sources: readonly string[], chip: string, by: 1 | -1): string {
	const index = sources.indexOf(chip) + by;
	return sources[(index + sources.length) % sources.length] ?? chip;
}

/** The sources that are off after an action on a chip. */
export function offAfter(
	action: 'chip-toggle' | 'chip-only' | 'chip-all',
	sources: readonly string[],
	off: readonly string[],
	chip: string,
): readonly string[] {
	if (action === 'chip-all') return [];
	if (action === 'chip-only') return sources.filter(source => source !== chip);
	return off.includes(chip) ? off.filter(source => source !== chip) : [...off, chip];
}

type Chip = {
	readonly source: string;
	readonly text: string;
	readonly isOn: boolean;
	readonly isSelected: boolean;
};

type ChipRow = {
	readonly chips: readonly Chip[];
	/** Whether there are more before and after the visible ones. */
	readonly hasBefore: boolean;
	readonly hasAfter: boolean;
};

type Options = {
	readonly sources: readonly string[];
	readonly off: readonly string[];
	readonly selected: string | undefined;
	readonly columns: number;
	readonly ellipsis: string;
};

/** Cells between two chips, and for the arrow at each end. */
export const chipGap = 2;

const widest = 24;

/** The chips that fit into a row, the selected one among them. A chip is as wide when it is on as when it is off. */
export function fitChips({sources, off, selected, columns, ellipsis}: Options): ChipRow {
	const all = sources.map((source): Chip => {
		const isOn = !off.includes(source);
		const name = truncate(sanitiseLine(source), widest, ellipsis);
		return {source, text: `${isOn ? '[x]' : '[ ]'} ${name}`, isOn, isSelected: source === selected};
	});
	const room = columns - 2 * chipGap;
	const widthOf = (chips: readonly Chip[]) =>
		chips.reduce((sum, {text}) => sum + displayWidth(text) + chipGap, -chipGap);
	const cursor = Math.max(0, sources.indexOf(selected ?? ''));
	let from = 0;
	while (from < cursor && widthOf(all.slice(from, cursor + 1)) > room) from++;
	let to = Math.min(all.length, cursor + 1);
	while (to < all.length && widthOf(all.slice(from, to + 1)) <= room) to++;
	return {chips: all.slice(from, to), hasBefore: from > 0, hasAfter: to < all.length};
}
