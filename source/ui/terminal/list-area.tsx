import type {ReactNode} from 'react';
import {keyOf} from '../keys/keymap.ts';
import {MouseArea} from './mouse-area.tsx';
import {useScreenTerminal} from './screen-terminal.ts';

/** Presses the keys that move a cursor. */
export function useMoves(): (rows: number) => void {
	const {mouse} = useScreenTerminal();
	return rows => {
		for (let count = 0; count < Math.abs(rows); count++) mouse.press(keyOf(rows < 0 ? 'up' : 'down'));
	};
}

type Props = {
	/** The item with the cursor; below 0 when there is no cursor, and the mouse does nothing. */
	readonly cursor: number;
	/** The item in a line, counted from the top of the list; undefined for a line without one. */
	readonly itemAt: (line: number) => number | undefined;
	readonly children: ReactNode;
};

/** A list in which a click moves the cursor to an item, and the wheel to the next one, as the keys do. */
export function ListArea({cursor, itemAt, children}: Props) {
	const move = useMoves();
	const click = (_: number, line: number) => {
		const item = itemAt(line);
		if (item !== undefined) move(item - cursor);
	};
	return (
		<MouseArea flexDirection="column" {...(cursor >= 0 && {onClick: click, onWheel: move})}>
			{children}
		</MouseArea>
	);
}
