import {Box, Text} from 'ink';
import {memo} from 'react';
import {sanitiseLine} from '../../output/sanitise.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {type Look, looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import {fitHead, type Head} from './failure-lines.ts';
import type {LogState} from './log-store.ts';
import {type PoolRow, poolRows, type Span} from './log-text.ts';
import {countMatches, describePoolView, filterOf} from './pool-view.ts';

type Props = {
	readonly title: string;
	readonly state: LogState;
	/** Said above the lines. */
	readonly head?: Head;
	/** Said while there is no line. */
	readonly empty: string;
	readonly isColoured: boolean;
	readonly isFocused: boolean;
	/** Lines alone. */
	readonly isFrameless?: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** Height of the lines in a pane of `rows`. */
export const poolRowsIn = (rows: number): number => Math.max(1, rows - paneFrame.rows);

/** Lines of one or several sources: only those in sight are drawn, however many there are. */
export function PoolPane(props: Props) {
	const {title, state, head, empty, isColoured, isFocused, isFrameless = false, columns, rows} = props;
	const {pool, view} = state;
	useStore(pool);
	const {adapt, vertical} = useGlyphs();
	const inner = isFrameless ? {columns, rows} : {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const rowsIn = (height: number) => poolRows(pool, view, {...inner, rows: height, isColoured, vertical});
	const all = rowsIn(inner.rows);
	const headRows = head ? fitHead(head, {...inner, wanted: all.length}, adapt) : [];
	const lines = headRows.length + all.length <= inner.rows ? all : rowsIn(inner.rows - headRows.length);
	const sources = pool.sources();
	const content = (
		<>
			{headRows.map(({text, look}, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
				<Text key={index} {...looks[look]} wrap="truncate">
					{text === '' ? ' ' : text}
				</Text>
			))}
			{lines.length === 0 && headRows.length === 0 && (
				<Text {...looks.secondary} wrap="truncate">
					{adapt(sanitiseLine(emptyText(state) ?? empty))}
				</Text>
			)}
			{lines.map(row => (
				<Row key={row.key} row={row} place={sources.indexOf(row.line.source)} />
			))}
		</>
	);
	if (isFrameless)
		return (
			<Box flexDirection="column" width={columns} height={rows}>
				{content}
			</Box>
		);
	return (
		<Pane columns={columns} rows={rows} title={title} note={noteOf(state)} isFocused={isFocused}>
			{content}
		</Pane>
	);
}

/** Why no line is in sight although there are some. */
function emptyText({pool, view}: LogState): string | undefined {
	if (pool.next() === 0 || !filterOf(view)) return undefined;
	if (view.isOnlyMatches && view.query !== '') return 'No line matches so far.';
	if (view.stream === 'both') return undefined;
	return `Nothing was printed to standard ${view.stream === 'stderr' ? 'error' : 'output'} so far.`;
}

function noteOf({pool, view, typed}: LogState): string {
	const dropped = pool.dropped();
	const isAtTop = view.end !== undefined && view.end - 200 <= pool.first() && dropped > 0;
	const matches = view.query === '' || typed !== undefined ? undefined : countMatches(view, pool);
	return [
		...(matches
			? [`"${sanitiseLine(view.query)}" ${matches.place > 0 ? `${matches.place} of ` : ''}${matches.total}`]
			: []),
		...(isAtTop ? [`${dropped.toLocaleString('en-US')} older lines are gone`] : []),
		describePoolView(view, pool),
	].join(', ');
}

const sourceColours = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

function lookOf({type}: Span, {line, isMatch}: PoolRow, place: number): Look & {readonly inverse?: boolean} {
	switch (type) {
		case 'time':
			return looks.secondary;
		case 'source':
			return {color: sourceColours[place % sourceColours.length]};
		case 'mark':
			return line.stream === 'stderr' ? looks.warning : looks.secondary;
		case 'match':
			return {...looks.warning, bold: true, inverse: isMatch};
		case 'text':
			return isMatch ? looks.title : looks.plain;
	}
}

type RowProps = {readonly row: PoolRow; readonly place: number};

const isSameRow = (a: RowProps, b: RowProps): boolean =>
	a.place === b.place &&
	a.row.isMatch === b.row.isMatch &&
	a.row.line === b.row.line &&
	a.row.spans.length === b.row.spans.length &&
	a.row.spans.every((span, index) => span.text === b.row.spans[index]!.text && span.type === b.row.spans[index]!.type);

const Row = memo(({row, place}: RowProps) => {
	// One text is cheaper to lay out than several, and most lines are one.
	const [only] = row.spans;
	if (row.spans.length === 1 && only)
		return (
			<Text {...lookOf(only, row, place)} wrap="truncate">
				{only.text === '' ? ' ' : only.text}
			</Text>
		);
	return (
		<Text wrap="truncate">
			{row.spans.map((span, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
				<Text key={index} {...lookOf(span, row, place)}>
					{span.text}
				</Text>
			))}
		</Text>
	);
}, isSameRow);
