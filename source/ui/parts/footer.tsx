import {Text} from 'ink';
import {Fragment} from 'react';
import {fitHints, hintGap, type KeyHint} from '../keys/key-hints.ts';
import {keyOf} from '../keys/keymap.ts';
import {MouseArea} from '../terminal/mouse-area.tsx';
import {useScreenTerminal} from '../terminal/screen-terminal.ts';
import {looks} from './theme.ts';

type Props = {readonly hints: readonly KeyHint[]; readonly columns: number};

const edge = 2;

/** The hint at a column of the footer. */
function hintAt(hints: readonly KeyHint[], column: number): KeyHint | undefined {
	let left = edge;
	for (const hint of hints) {
		const right = left + hint.keys.length + 1 + hint.label.length;
		if (column >= left && column < right) return hint;
		left = right + hintGap;
	}
	return undefined;
}

/** The available keys, on one line. A click on one does what the key does. */
export function Footer({hints, columns}: Props) {
	const {mouse} = useScreenTerminal();
	const shown = fitHints(hints, columns - 3);
	const click = (x: number) => {
		const hint = hintAt(shown, x);
		if (hint) mouse.press(keyOf(hint.action));
	};
	return (
		<MouseArea height={1} flexShrink={0} paddingLeft={edge} width={columns} onClick={click}>
			<Text wrap="truncate">
				{shown.map(({action, keys, label}, index) => (
					<Fragment key={action}>
						{index > 0 && ' '.repeat(hintGap)}
						<Text {...looks.title}>{keys}</Text> <Text {...looks.secondary}>{label}</Text>
					</Fragment>
				))}
			</Text>
		</MouseArea>
	);
}
