import type {Timing} from './measure.ts';
import {median, ratiosOf} from './statistics.ts';

const milliseconds = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));

const ratioText = (times: readonly number[], reference: readonly number[]): string => {
	const {minima, medians} = ratiosOf(times, reference);
	return `${medians.toFixed(2)} (${minima.toFixed(2)})`;
};

/** A Markdown table: the first row is the head; all columns but the first are figures. */
export function markdown([head = [], ...rows]: readonly (readonly (string | number)[])[]): string {
	const lines = [head, ['---', ...head.slice(1).map(() => '--:')], ...rows].map(row => row.map(String));
	const widths = head.map((_, column) => Math.max(...lines.map(row => row[column]!.length)));
	return lines
		.map(row => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))))
		.map(cells => `| ${cells.join(' | ')} |`)
		.join('\n');
}

/** Peak memory, in MB. */
export const peakText = (peaks: readonly number[]): string => (peaks.length === 0 ? '-' : median(peaks).toFixed(0));

/**
 * Renders times as a Markdown table, with a column of ratios for every reference that was measured: that of the medians,
 * and in parentheses that of the minima. Where peak memory was measured, it has a column.
 */
export function table(timings: readonly Timing[], references: readonly string[]): string {
	const measured = references.flatMap(name => timings.find(timing => timing.name === name) ?? []);
	const hasPeaks = timings.some(({peaks}) => peaks.length > 0);
	return markdown([
		['command', 'median ms', 'min', 'max', ...(hasPeaks ? ['peak MB'] : []), ...measured.map(({name}) => `× ${name}`)],
		...timings.map(({name, times, peaks}) => [
			name,
			milliseconds(median(times)),
			milliseconds(Math.min(...times)),
			milliseconds(Math.max(...times)),
			...(hasPeaks ? [peakText(peaks)] : []),
			...measured.map(reference => ratioText(times, reference.times)),
		]),
	]);
}
