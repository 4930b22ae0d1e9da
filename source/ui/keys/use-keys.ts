import {useInput, usePaste} from 'ink';
import {useEffect, useRef} from 'react';
import {useScreenTerminal} from '../terminal/screen-terminal.ts';
import {keysOf} from './key-names.ts';
import {useSuspend} from './use-suspend.ts';

type Options = {
	/** Receives pasted text, which never counts as keys: a pasted `y` approves nothing. By default it is ignored. */
	readonly onPaste?: (text: string) => void;
	/** Whether the screen is below other output instead of on the alternate screen. */
	readonly isInline?: boolean;
};

const nowhere = () => {};

/**
 * Calls `onKey` for every key, with names as in the keymap: `j`, `G`, `?`, `up`, `ctrl-d`, `enter`. Several keys may
 * arrive between two renders, so a handler must read its state from a store, never from the render. ctrl-z suspends
 * the program.
 */
export function useKeys(onKey: (key: string) => void, {onPaste = nowhere, isInline = false}: Options = {}): void {
	const suspend = useSuspend(isInline);
	const {mouse} = useScreenTerminal();
	const latest = useRef(onKey);
	latest.current = onKey;
	useEffect(() => mouse.toKeys(key => latest.current(key)), [mouse]);
	useInput((input, key) => {
		for (const name of keysOf(input, key)) {
			if (name === 'ctrl-z') suspend();
			else onKey(name);
		}
	});
	usePaste(onPaste);
}
