import {useStdout} from 'ink';
import {useLayoutEffect} from 'react';

const wrapOff = '\u001B[?7l';
const wrapOn = '\u001B[?7h';

/**
 * Keeps the terminal from breaking lines while a full screen is shown. Terminals disagree about the width of some
 * emoji; a line that turns out too wide is then cut at the edge, where it would push the rest of the screen down.
 */
export function useStraightLines(): void {
	const {stdout} = useStdout();
	// A layout effect, because Ink runs its end on every way out, signals included.
	useLayoutEffect(() => {
		stdout.write(wrapOff);
		return () => {
			stdout.write(wrapOn);
		};
	}, [stdout]);
}
