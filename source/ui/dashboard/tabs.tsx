import {Text} from 'ink';
import {displayWidth} from '../../output/width.ts';
import {looks} from '../parts/theme.ts';
import {MouseArea} from '../terminal/mouse-area.tsx';
import {useScreenTerminal} from '../terminal/screen-terminal.ts';
import type {TabName} from './data.ts';

type Props = {readonly tabs: readonly TabName[]; readonly selected: TabName; readonly columns: number};

/** The tabs of an object with their numbers. If they do not fit, only the selected one shows its name. */
export function Tabs({tabs, selected, columns}: Props) {
	const names = tabs.map((tab, index) => ({tab, text: `${index + 1} ${tab}`}));
	const width = names.reduce((sum, {text}) => sum + displayWidth(text) + 2, 2);
	const gap = [1, 0].find(cells => width + cells * (names.length - 1) <= columns);
	const hasRoom = gap !== undefined;
	const space = ' '.repeat(gap ?? 1);
	const {mouse} = useScreenTerminal();
	const click = (x: number) => {
		let left = 1;
		for (const [index, {tab, text}] of names.entries()) {
			const right = left + displayWidth(hasRoom || tab === selected ? text : String(index + 1)) + 2;
			if (x >= left && x < right) return mouse.press(String(index + 1));
			left = right + space.length;
		}
	};
	return (
		<MouseArea height={1} flexShrink={0} paddingX={1} onClick={click}>
			<Text wrap="truncate">
				{names.map(({tab, text}, index) => {
					const isSelected = tab === selected;
					const shown = hasRoom || isSelected ? text : String(index + 1);
					// Brackets show the selected tab without colour.
					return (
						<Text key={tab} {...(isSelected ? looks.selected : looks.secondary)}>
							{(isSelected ? `[${shown}]` : ` ${shown} `) + space}
						</Text>
					);
				})}
			</Text>
		</MouseArea>
	);
}
