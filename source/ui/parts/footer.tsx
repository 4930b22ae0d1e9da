import {Box, Text} from 'ink';
import {Fragment} from 'react';
import {fitHints, hintGap, type KeyHint} from '../keys/key-hints.ts';
import {looks} from './theme.ts';

type Props = {readonly hints: readonly KeyHint[]; readonly columns: number};

/** The available keys, on one line. */
export function Footer({hints, columns}: Props) {
	return (
		<Box height={1} flexShrink={0} paddingLeft={2}>
			<Text wrap="truncate">
				{fitHints(hints, columns - 3).map(({action, keys, label}, index) => (
					<Fragment key={action}>
						{index > 0 && ' '.repeat(hintGap)}
						<Text {...looks.title}>{keys}</Text> <Text {...looks.secondary}>{label}</Text>
					</Fragment>
				))}
			</Text>
		</Box>
	);
}
