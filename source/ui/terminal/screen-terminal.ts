import {createContext, useContext} from 'react';
import {createMouse, type Mouse} from './mouse.ts';

/** What a screen can do with its terminal besides showing frames. */
export type ScreenTerminal = {
	readonly mouse: Mouse;
	/** Whether the terminal reports clicks and the wheel on a full screen. */
	readonly hasMouse: boolean;
	/** Whether windows of this terminal have a title that can be changed and put back. */
	readonly hasTitle: boolean;
	/** Whether the terminal shows progress outside of its frames. */
	readonly hasProgress: boolean;
	/** Whether text can link to a URL. */
	readonly hasLinks: boolean;
	/** The title of the window while a full screen is shown. */
	readonly title: {text: string};
	/** Asks once whether the terminal can show a frame in one piece; empty when it was asked. */
	readonly question: () => string;
};

/** Provided at the root of a screen. Without it a screen changes nothing but its frames. */
export const ScreenTerminalContext = createContext<ScreenTerminal>({
	mouse: createMouse(),
	hasMouse: false,
	hasTitle: false,
	hasProgress: false,
	hasLinks: false,
	title: {text: ''},
	question: () => '',
});

export const useScreenTerminal = (): ScreenTerminal => useContext(ScreenTerminalContext);
