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
	/** Shown above the lines. */
	readonly head?: Head;
	/** Shown while there are no lines. */
	readonly empty: string;
	readonly isColoured: boolean;
	readonly isFocused: boolean;
	/** Without a border. */
	readonly isFrameless?: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** The number of lines in a pane that is `rows` high. */
export const poolRowsIn = (rows: number): number => Math.max(1, rows - paneFrame.rows);

/** The log of one or several sources. Draws only the visible lines. */
export function PoolPane(props: Props) {
	const {title, state, head, empty, isColoured, isFocused, isFrameless = false, columns, rows} = props;
	const {pool, shown, view} = state;
	useStore(pool);
	const {adapt, vertical} = useGlyphs();
	const inner = isFrameless ? {columns, rows} : {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const rowsIn = (height: number) => poolRows(shown, view, {...inner, rows: height, isColoured, vertical});
	const all = rowsIn(inner.rows);
	const headRows = head ? fitHead(head, {...inner, wanted: all.length}, adapt) : [];
	const lines = headRows.length + all.length <= inner.rows ? all : rowsIn(inner.rows - headRows.length);
	const sources = shown.sources();
	const content = (
		<>
			{headRows.map(({text, look}, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their position
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
				<Row key={row.key} row={row} sourceIndex={sources.indexOf(row.line.source)} />
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

/** Why no line is visible, although there are some or may be. */
function emptyText({pool, view}: LogState): string | undefined {
	if (!pool.isRead()) return 'Loading…';
	if (pool.next() === 0 || !filterOf(view)) return undefined;
	if (view.isOnlyMatches && view.query !== '') return 'No matching lines yet.';
	if (view.stream === 'both') return undefined;
	return `Nothing on standard ${view.stream === 'stderr' ? 'error' : 'output'} yet.`;
}

function noteOf({pool, shown, view, typed}: LogState): string {
	const dropped = shown.dropped();
	const isAtTop = view.end !== undefined && view.end - 200 <= shown.first() && dropped > 0;
	const query = typed ?? view.query;
	const matches = query === '' ? undefined : countMatches({...view, query}, shown);
	return [
		...(matches
			? [`"${sanitiseLine(query)}" ${matches.position > 0 ? `${matches.position} of ` : ''}${matches.total}`]
			: []),
		...(isAtTop ? [`${dropped.toLocaleString('en-US')} older lines dropped`] : []),
		describePoolView(view, pool),
	].join(', ');
}

const sourceColours = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

function lookOf({type}: Span, {line, isMatch}: PoolRow, sourceIndex: number): Look & {readonly inverse?: boolean} {
	switch (type) {
		case 'time':
			return looks.secondary;
		case 'source':
			return {color: sourceColours[sourceIndex % sourceColours.length]};
		case 'mark':
			return line.stream === 'stderr' ? looks.warning : looks.secondary;
		case 'match':
			return {...looks.warning, bold: true, inverse: isMatch};
		case 'text':
			return isMatch ? looks.title : looks.plain;
	}
}

type RowProps = {readonly row: PoolRow; readonly sourceIndex: number};

const isSameRow = (a: RowProps, b: RowProps): boolean =>
	a.sourceIndex === b.sourceIndex &&
	a.row.isMatch === b.row.isMatch &&
	a.row.line === b.row.line &&
	a.row.spans.length === b.row.spans.length &&
	a.row.spans.every((span, index) => span.text === b.row.spans[index]!.text && span.type === b.row.spans[index]!.type);

const Row = memo(({row, sourceIndex}: RowProps) => {
	// One Text is cheaper to lay out than several, and most lines need only one.
	const [only] = row.spans;
	if (row.spans.length === 1 && only)
		return (
			<Text {...lookOf(only, row, sourceIndex)} wrap="truncate">
				{only.text === '' ? ' ' : only.text}
			</Text>
		);
	return (
		<Text wrap="truncate">
			{row.spans.map((span, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their position
				<Text key={index} {...lookOf(span, row, sourceIndex)}>
					{span.text}
				</Text>
			))}
		</Text>
	);
}, isSameRow);
