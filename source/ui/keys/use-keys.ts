import {useInput, usePaste} from 'ink';
import {keysOf} from './key-names.ts';
import {useSuspend} from './use-suspend.ts';

type Options = {
	/** Gets pasted text, which is no key: without it a paste goes nowhere, so a pasted `y` approves nothing. */
	readonly onPaste?: (text: string) => void;
	/** Whether the screen is below other output instead of on a screen of its own. */
	readonly isInline?: boolean;
};

const nowhere = () => {};

/**
 * Calls `onKey` for every single key, with names as in the keymap: `j`, `G`, `?`, `up`, `ctrl-d`, `enter`. Keys that a
 * terminal delivers in one chunk come one by one, so a handler must read its state from a store, never from the
 * render. ctrl-z goes back to the shell, as it does everywhere.
 */
export function useKeys(onKey: (key: string) => void, {onPaste = nowhere, isInline = false}: Options = {}): void {
	const suspend = useSuspend(isInline);
	useInput((input, key) => {
		for (const name of keysOf(input, key)) {
			if (name === 'ctrl-z') suspend();
			else onKey(name);
		}
	});
	usePaste(onPaste);
}
