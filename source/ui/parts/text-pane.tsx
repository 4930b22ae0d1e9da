import {Text} from 'ink';
import {stripEscapes} from '../../output/escape-sequences.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {Pane, paneFrame} from './pane.tsx';
import type {TextView} from './text-view.ts';
import {looks} from './theme.ts';
import {useGlyphs} from './use-glyphs.ts';

type Props = {
	readonly title: string;
	/** Sanitised, with colours. */
	readonly lines: readonly string[];
	readonly view: TextView;
	readonly columns: number;
	/** Maximum number of visible lines. */
	readonly rows: number;
};

const isFound = (line: string, query: string): boolean =>
	query !== '' && stripEscapes(line).toLowerCase().includes(query.toLowerCase());

/** A window of a long text. Lines with the searched text are marked. */
export function TextPane({title, lines, view, columns, rows}: Props) {
	const {ellipsis} = useGlyphs();
	const {top: wanted, query, typed, message} = view;
	const top = Math.max(0, Math.min(wanted, lines.length - rows));
	const shown = lines.slice(top, top + rows);
	const last = top + shown.length;
	return (
		<Pane
			columns={columns}
			rows={shown.length + paneFrame.rows}
			title={title}
			note={[
				...(typed !== undefined ? [`/${sanitiseLine(typed)}`] : message !== undefined ? [sanitiseLine(message)] : []),
				...(typed === undefined && message === undefined && query !== '' ? [`"${sanitiseLine(query)}"`] : []),
				...(shown.length < lines.length ? [`${top + 1} to ${last} of ${lines.length}`] : []),
			].join(', ')}
			isFocused
		>
			{shown.map((line, index) => (
				<Text
					// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their position
					key={index}
					wrap="truncate"
					{...(isFound(line, query) ? looks.warning : {})}
				>
					{line === '' ? ' ' : truncate(line, columns - paneFrame.columns, ellipsis)}
				</Text>
			))}
		</Pane>
	);
}
