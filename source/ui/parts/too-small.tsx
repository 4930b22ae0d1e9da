import {Box, Text} from 'ink';
import {looks} from './theme.ts';

/** Minimum size of a full screen. */
export const smallestScreen = {columns: 40, rows: 10} as const;

type Props = {readonly columns: number; readonly rows: number; readonly children?: string};

/** Replaces a screen that does not fit into the terminal; `children` is the most important information. */
export function TooSmall({columns, rows, children = ''}: Props) {
	return (
		<Box width={columns} height={rows} flexDirection="column" overflow="hidden">
			<Text wrap="truncate">{children}</Text>
			<Text {...looks.warning} wrap="truncate">
				{`Too small: ${columns}x${rows}, needs ${smallestScreen.columns}x${smallestScreen.rows}`}
			</Text>
		</Box>
	);
}
