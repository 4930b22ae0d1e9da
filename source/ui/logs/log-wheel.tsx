import {createContext, type ReactNode, useContext} from 'react';
import {paneFrame} from '../parts/pane.tsx';
import {MouseArea} from '../terminal/mouse-area.tsx';
import type {LogStore} from './log-store.ts';

/** Scrolls the log of the screen; provided at its root. */
export const LogScrollContext = createContext<LogStore['scroll']>(() => undefined);

/** Lines that one step of the wheel scrolls. */
export const wheelLines = 3;

type Props = {readonly rows: number; readonly children: ReactNode};

/** A log that the wheel scrolls, whether it has the keys or not. */
export function LogWheel({rows, children}: Props) {
	const scroll = useContext(LogScrollContext);
	return (
		<MouseArea
			flexDirection="column"
			flexShrink={0}
			onWheel={by => scroll(by * wheelLines, Math.max(1, rows - paneFrame.rows))}
		>
			{children}
		</MouseArea>
	);
}
