import {Box, type BoxProps, type DOMElement, measureElement} from 'ink';
import {type ReactNode, useEffect, useRef} from 'react';
import type {MouseTarget} from './mouse.ts';
import {useScreenTerminal} from './screen-terminal.ts';

type Props = Omit<BoxProps, 'ref'> & Pick<MouseTarget, 'onClick' | 'onWheel'> & {readonly children: ReactNode};

/** A box that the mouse can act on. */
export function MouseArea({onClick, onWheel, children, ...box}: Props) {
	const {mouse, hasMouse} = useScreenTerminal();
	const element = useRef<DOMElement>(null);
	const handlers = useRef({onClick, onWheel});
	handlers.current = {onClick, onWheel};
	const [canClick, canWheel] = [onClick !== undefined, onWheel !== undefined];
	useEffect(() => {
		if (!hasMouse) return undefined;
		return mouse.add({
			measure: () => (element.current ? measureElement(element.current) : {x: 0, y: 0, width: 0, height: 0}),
			...(canClick && {onClick: (x: number, y: number) => handlers.current.onClick?.(x, y)}),
			...(canWheel && {onWheel: (by: 1 | -1) => handlers.current.onWheel?.(by)}),
		});
	}, [mouse, hasMouse, canClick, canWheel]);
	return (
		<Box {...box} ref={element}>
			{children}
		</Box>
	);
}
