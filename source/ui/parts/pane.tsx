import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';
import {type Look, looks} from './theme.ts';
import {useGlyphs} from './use-glyphs.ts';

type Props = {
	readonly columns: number;
	readonly rows: number;
	readonly title: string;
	/** Shown at the right end of the top border. */
	readonly note?: string;
	/** Whether the pane has the focus. */
	readonly isFocused?: boolean;
	/** Look of border and title, such as that of an error. */
	readonly look?: Look;
	readonly children: ReactNode;
};

/** Cells that a pane's border and padding take, in each direction. */
export const paneFrame = {columns: 4, rows: 2} as const;

/** A box with a border and a title. Its content is smaller by `paneFrame`. */
export function Pane({columns, rows, title, note = '', isFocused = false, look, children}: Props) {
	const {isUnicode, rule, ellipsis} = useGlyphs();
	const edge = look ?? (isFocused ? looks.accent : looks.secondary);
	const [left, right] = isUnicode ? ['╭', '╮'] : ['+', '+'];
	const end = note === '' ? '' : ` ${truncate(sanitiseLine(note), Math.max(0, columns - 12), ellipsis)} `;
	const start = truncate(sanitiseLine(title), Math.max(0, columns - displayWidth(end) - 7), ellipsis);
	const line = rule.repeat(Math.max(0, columns - displayWidth(start) - displayWidth(end) - 6));
	return (
		<Box flexDirection="column" width={columns} height={rows} flexShrink={0}>
			<Text wrap="truncate">
				<Text {...edge}>{`${left}${rule} `}</Text>
				<Text {...(look ?? (isFocused ? looks.selected : looks.title))}>{start}</Text>
				<Text {...edge}>{` ${line}`}</Text>
				<Text {...looks.secondary}>{end}</Text>
				<Text {...edge}>{`${rule}${right}`}</Text>
			</Text>
			<Box
				flexDirection="column"
				flexGrow={1}
				borderStyle={isUnicode ? 'round' : 'classic'}
				borderTop={false}
				borderColor={edge.color}
				borderDimColor={edge.dimColor}
				paddingX={1}
			>
				{children}
			</Box>
		</Box>
	);
}
