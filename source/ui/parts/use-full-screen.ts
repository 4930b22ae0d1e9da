import {useStdout} from 'ink';
import {useEffect, useLayoutEffect, useRef} from 'react';
import {sanitiseLine} from '../../output/sanitise.ts';
import {type ScreenTerminal, useScreenTerminal} from '../terminal/screen-terminal.ts';
import {noProgress} from '../terminal/use-progress.ts';

const wrapOff = '\u001B[?7l';
const wrapOn = '\u001B[?7h';
// The wheel sends arrow keys, and the mouse still selects text.
const wheelOn = '\u001B[?1007h';
const wheelOff = '\u001B[?1007l';
// Clicks and the wheel are reported with their cell; with shift the mouse selects text as ever.
const mouseOn = '\u001B[?1000h\u001B[?1006h';
const mouseOff = '\u001B[?1006l\u001B[?1000l';
const keepTitle = '\u001B[22;0t';
const giveTitleBack = '\u001B[23;0t';

const titleOf = (title: string): string => `\u001B]2;${sanitiseLine(title, {maxLength: 200})}\u0007`;

/** The terminal modes of a full screen; ctrl-z turns them off, `fg` on again. */
export function fullScreenModes({hasMouse, hasTitle, hasProgress, title}: ScreenTerminal): {
	readonly on: string;
	readonly off: string;
} {
	return {
		on: wrapOff + (hasMouse ? mouseOn : wheelOn) + (hasTitle ? keepTitle + titleOf(title.text) : ''),
		off: wrapOn + (hasMouse ? mouseOff : wheelOff) + (hasProgress ? noProgress : '') + (hasTitle ? giveTitleBack : ''),
	};
}

/**
 * Turns off line wrapping while a full screen is shown: terminals disagree about the width of some emoji, and a line
 * that is too wide would push the rest of the screen down. The mouse is reported, or else the wheel acts as the arrow keys do. The
 * window gets a title, and its own back.
 */
export function useFullScreen(title: string): void {
	const {stdout} = useStdout();
	const terminal = useScreenTerminal();
	const first = useRef(title);
	// A layout effect, because Ink runs its cleanup on every exit, including signals.
	useLayoutEffect(() => {
		terminal.title.text = first.current;
		const {on, off} = fullScreenModes(terminal);
		stdout.write(on + terminal.question());
		return () => {
			stdout.write(off);
		};
	}, [stdout, terminal]);
	useEffect(() => {
		if (terminal.title.text === title) return;
		terminal.title.text = title;
		if (terminal.hasTitle) stdout.write(titleOf(title));
	}, [stdout, terminal, title]);
}
