import {Text} from 'ink';
import {displayWidth, padEnd, truncate} from '../../output/width.ts';
import {helpOf} from '../keys/key-hints.ts';
import type {KeyScreen} from '../keys/keymap.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {Pane, paneFrame} from './pane.tsx';
import {looks} from './theme.ts';
import {useGlyphs} from './use-glyphs.ts';

type Props = {
	readonly screen: KeyScreen | readonly KeyScreen[];
	readonly columns: number;
	readonly rows: number;
	/** Index of the first visible key. */
	readonly top?: number;
};

/** All keys of a screen, from the keymap. */
export function Help({screen, columns, rows, top = 0}: Props) {
	const {isUnicode, ellipsis} = useGlyphs();
	const entries = helpOf(screen, isUnicode, useKeymap());
	const width = Math.max(...entries.map(({keys}) => displayWidth(keys))) + 3;
	const shown = entries.slice(top, top + rows - paneFrame.rows);
	const isCut = shown.length < entries.length;
	return (
		<Pane
			columns={columns}
			rows={Math.min(rows, entries.length + paneFrame.rows)}
			title="Keys"
			note={isCut ? `${top + 1} to ${top + shown.length} of ${entries.length}, esc closes` : 'esc closes'}
			isFocused
		>
			{shown.map(({keys, help}) => (
				<Text key={`${keys} ${help}`} wrap="truncate">
					<Text {...looks.title}>{padEnd(keys, width)}</Text>
					{truncate(help, columns - paneFrame.columns - width, ellipsis)}
				</Text>
			))}
		</Pane>
	);
}
