import {Text} from 'ink';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, padStart, truncate, truncateMiddle} from '../../output/width.ts';
import {nameOfKeys} from '../keys/key-hints.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {windowAround} from '../parts/window.ts';
import {ListArea} from '../terminal/list-area.tsx';
import type {PaletteEntry} from './palette-entries.ts';

type Props = {
	readonly typed: string;
	readonly entries: readonly PaletteEntry[];
	readonly cursor: number;
	readonly columns: number;
	readonly rows: number;
};

/** Everything that the palette finds, by name. */
export function Palette({typed, entries, cursor, columns, rows}: Props) {
	const {isUnicode, ellipsis} = useGlyphs();
	const inner = columns - paneFrame.columns;
	const listRows = rows - paneFrame.rows - 2;
	const {from, to} = windowAround(entries.length, listRows, cursor);
	const shown = entries.slice(from, to);
	const longest = Math.max(0, ...entries.map(({name}) => displayWidth(sanitiseLine(name))));
	const nameColumns = Math.min(longest, Math.floor(inner / 2));
	const keyNames = shown.map(({keys}) => nameOfKeys(keys.slice(0, 1), isUnicode));
	const keyColumns = Math.max(0, ...keyNames.map(displayWidth));
	return (
		<Pane columns={columns} rows={rows} title="Find" note={`${entries.length}`} isFocused>
			<Text wrap="truncate">
				<Text {...looks.selected}>: </Text>
				{sanitiseLine(typed)}
				<Text inverse> </Text>
			</Text>
			<Text> </Text>
			{entries.length === 0 && <Text {...looks.secondary}>Nothing matches.</Text>}
			<ListArea cursor={cursor} itemAt={line => (from + line < to ? from + line : undefined)}>
				{shown.map(({id, name, help}, index) => {
					const isSelected = from + index === cursor;
					const room = inner - 2 - nameColumns - 2 - keyColumns - 2;
					return (
						<Text key={id} wrap="truncate">
							<Text {...looks.selected}>{isSelected ? (isUnicode ? '❯ ' : '> ') : '  '}</Text>
							<Text {...(isSelected ? looks.selected : looks.title)}>
								{padEnd(truncateMiddle(sanitiseLine(name), nameColumns, ellipsis), nameColumns)}
							</Text>
							<Text
								{...looks.secondary}
							>{`  ${padEnd(truncate(sanitiseLine(help), room, ellipsis), Math.max(0, room))}  `}</Text>
							{padStart(keyNames[index]!, keyColumns)}
						</Text>
					);
				})}
			</ListArea>
		</Pane>
	);
}
