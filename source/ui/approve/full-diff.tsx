import {Text} from 'ink';
import {truncate} from '../../output/width.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {useGlyphs} from '../parts/use-glyphs.ts';

type Props = {
	/** Sanitised, with colours. */
	readonly lines: readonly string[];
	/** Index of the first visible line. */
	readonly top: number;
	readonly columns: number;
	/** Maximum number of visible lines. */
	readonly rows: number;
};

/** A window of the full plan. */
export function FullDiff({lines, top, columns, rows}: Props) {
	const {ellipsis} = useGlyphs();
	const shown = lines.slice(top, top + rows);
	const last = top + shown.length;
	return (
		<Pane
			columns={columns}
			rows={shown.length + paneFrame.rows}
			title="Full diff"
			note={shown.length < lines.length ? `${top + 1} to ${last} of ${lines.length}` : ''}
			isFocused
		>
			<Text>{shown.map(line => truncate(line, columns - paneFrame.columns, ellipsis)).join('\n')}</Text>
		</Pane>
	);
}
