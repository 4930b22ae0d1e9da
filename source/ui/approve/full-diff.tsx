import {Text} from 'ink';
import {stripEscapes} from '../../output/escape-sequences.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import type {ApproveState} from './store.ts';

type Props = {
	/** Sanitised, with colours. */
	readonly lines: readonly string[];
	readonly state: Pick<ApproveState, 'diffTop' | 'query' | 'input' | 'message'>;
	readonly columns: number;
	/** Maximum number of visible lines. */
	readonly rows: number;
};

const isFound = (line: string, query: string): boolean =>
	query !== '' && stripEscapes(line).toLowerCase().includes(query.toLowerCase());

/** A window of the full plan. Lines with the searched text are marked. */
export function FullDiff({lines, state, columns, rows}: Props) {
	const {ellipsis} = useGlyphs();
	const {diffTop, query, input, message} = state;
	const top = Math.max(0, Math.min(diffTop, lines.length - rows));
	const shown = lines.slice(top, top + rows);
	const last = top + shown.length;
	return (
		<Pane
			columns={columns}
			rows={shown.length + paneFrame.rows}
			title="Full diff"
			note={[
				...(input ? [`/${sanitiseLine(input.text)}`] : message !== undefined ? [sanitiseLine(message)] : []),
				...(!input && message === undefined && query !== '' ? [`"${sanitiseLine(query)}"`] : []),
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
