import {useInput, usePaste} from 'ink';
import {keysOf} from '../keys.ts';

/**
 * Calls `onKey` for every single key, with names as in the keymap: `j`, `G`, `?`, `up`, `ctrl-d`, `enter`. Keys that a
 * terminal delivers in one chunk come one by one, so a handler must read its state from a store, never from the
 * render. Pasted text is no key: it goes to `onPaste`, or nowhere, so a pasted `y` approves nothing.
 */
export function useKeys(onKey: (key: string) => void, onPaste: (text: string) => void = () => {}): void {
	useInput((input, key) => {
		for (const name of keysOf(input, key)) onKey(name);
	});
	usePaste(onPaste);
}
