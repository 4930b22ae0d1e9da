import type {Bar} from './bars.ts';
import {markdown} from './report.ts';
import type {Result} from './results.ts';
import {median, ratiosOf} from './statistics.ts';

type Judged = {readonly minima: string; readonly medians: string; readonly verdict: string};

type Find = (row: {readonly table: string; readonly row: string}) => Result | undefined;

function verdictOf(isAheadByMinima: boolean, isAheadByMedians: boolean): string {
	if (isAheadByMinima === isAheadByMedians) return isAheadByMinima ? 'ahead' : 'behind';
	return isAheadByMinima ? 'behind, ahead by minima' : 'behind, ahead by medians';
}

function judge(bar: Bar, find: Find): Judged | undefined {
	const ours = find(bar.ours);
	if (!ours) return;
	if (bar.type === 'ratio') {
		const theirs = find(bar.theirs);
		if (!theirs) return;
		const {minima, medians} = ratiosOf(ours.values, theirs.values);
		const verdict = verdictOf(minima <= bar.most, medians <= bar.most);
		return {minima: minima.toFixed(2), medians: medians.toFixed(2), verdict};
	}
	if (bar.type === 'flat') {
		const half = Math.floor(ours.values.length / 2);
		if (half === 0) return;
		const growth = Math.max(...ours.values.slice(half)) / Math.max(...ours.values.slice(0, half));
		return {minima: '-', medians: growth.toFixed(2), verdict: growth <= bar.growth ? 'ahead' : 'behind'};
	}
	const values = ours[bar.of];
	if (values.length === 0) return;
	const isByWorst = bar.by === 'worst';
	const reached = isByWorst ? Math.max(...values) : median(values);
	const text = (value: number) => `${value.toFixed(0)} ${bar.unit}`.trim();
	const minima = isByWorst ? '-' : text(Math.min(...values));
	return {minima, medians: text(reached), verdict: reached < bar.below ? 'ahead' : 'behind'};
}

/** The bar as text. */
function barText(bar: Bar): string {
	if (bar.type === 'ratio') return `≤ ${bar.most} × ${bar.called}`;
	if (bar.type === 'flat') return `≤ ${bar.growth} × its first half`;
	return bar.unit === '' ? `< ${bar.below}` : `< ${bar.below} ${bar.unit}`;
}

/**
 * The table of all bars. A ratio is judged by the minima and by the medians; a limit by the median, or by the worst
 * figure, which then has no minimum. Of a row that was measured several times, the last one counts.
 */
export function summarise(bars: readonly Bar[], results: readonly Result[]): string {
	const find: Find = ({table, row}) => results.findLast(result => result.table === table && result.row === row);
	return markdown([
		['work', 'bar', 'by minima', 'by medians', ''],
		...bars.map(bar => {
			const {minima, medians, verdict} = judge(bar, find) ?? {minima: '-', medians: '-', verdict: 'not measured'};
			return [bar.work, barText(bar), minima, medians, verdict];
		}),
	]);
}
