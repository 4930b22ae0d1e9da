import {useStdout} from 'ink';
import {useLayoutEffect} from 'react';

const wrapOff = '\u001B[?7l';
const wrapOn = '\u001B[?7h';
// The wheel then sends arrow keys; selecting with the mouse stays the terminal's own.
const wheelOn = '\u001B[?1007h';
const wheelOff = '\u001B[?1007l';

/** What a full screen switches on, once; ctrl-z takes it back and brings it again. */
export const fullScreenModes = {on: wrapOff + wheelOn, off: wrapOn + wheelOff} as const;

/**
 * Keeps the terminal from breaking lines while a full screen is shown: terminals disagree about the width of some
 * emoji, and a line that turns out too wide is then cut at the edge, where it would push the rest of the screen down.
 * The mouse wheel moves as the arrow keys do.
 */
export function useFullScreen(): void {
	const {stdout} = useStdout();
	// A layout effect, because Ink runs its end on every way out, signals included.
	useLayoutEffect(() => {
		stdout.write(fullScreenModes.on);
		return () => {
			stdout.write(fullScreenModes.off);
		};
	}, [stdout]);
}
