import {Box, Text} from 'ink';
import {looks} from './theme.ts';

/** The least a full screen needs. */
export const smallestScreen = {columns: 40, rows: 10} as const;

type Props = {readonly columns: number; readonly rows: number; readonly children?: string};

/** Stands in for a screen that cannot be drawn in so little room; `children` is the one thing to know meanwhile. */
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
