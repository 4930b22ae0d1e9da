import {Box, Text} from 'ink';
import {useGlyphs} from '../hooks/use-glyphs.ts';
import {useKeymap} from '../hooks/use-keymap.ts';
import {helpOf} from '../key-hints.ts';
import type {KeyScreen} from '../keymap.ts';
import {looks} from '../theme.ts';
import {Pane, paneFrame} from './pane.tsx';

type Props = {readonly screen: KeyScreen | readonly KeyScreen[]; readonly columns: number; readonly rows: number};

/** Every key of a screen, drawn from the keymap. */
export function Help({screen, columns, rows}: Props) {
	const entries = helpOf(screen, useGlyphs().isUnicode, useKeymap());
	const width = Math.max(...entries.map(({keys}) => keys.length));
	return (
		<Pane
			columns={columns}
			rows={Math.min(rows, entries.length + paneFrame.rows)}
			title="Keys"
			note="esc closes"
			isFocused
		>
			{entries.slice(0, rows - paneFrame.rows).map(({keys, help}) => (
				<Box key={`${keys} ${help}`}>
					<Box width={width + 3} flexShrink={0}>
						<Text {...looks.title}>{keys}</Text>
					</Box>
					<Text wrap="truncate">{help}</Text>
				</Box>
			))}
		</Pane>
	);
}
