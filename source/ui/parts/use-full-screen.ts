import {useStdout} from 'ink';
import {useLayoutEffect} from 'react';

const wrapOff = '\u001B[?7l';
const wrapOn = '\u001B[?7h';
// The wheel sends arrow keys, and the mouse still selects text.
const wheelOn = '\u001B[?1007h';
const wheelOff = '\u001B[?1007l';

/** The terminal modes of a full screen; ctrl-z turns them off, `fg` on again. */
export const fullScreenModes = {on: wrapOff + wheelOn, off: wrapOn + wheelOff} as const;

/**
 * Turns off line wrapping while a full screen is shown: terminals disagree about the width of some emoji, and a line
 * that is too wide would push the rest of the screen down. The mouse wheel acts as the arrow keys do.
 */
export function useFullScreen(): void {
	const {stdout} = useStdout();
	// A layout effect, because Ink runs its cleanup on every exit, including signals.
	useLayoutEffect(() => {
		stdout.write(fullScreenModes.on);
		return () => {
			stdout.write(fullScreenModes.off);
		};
	}, [stdout]);
}
