import {type Instance, type RenderOptions, render} from 'ink';
import type {ReactNode} from 'react';
import {createGlyphs} from '../../output/glyphs.ts';
import {terminalFeatures} from '../../output/terminal-features.ts';
import type {Keymap} from '../keys/keymap.ts';
import {KeymapContext} from '../keys/use-keymap.ts';
import {filterInput} from '../terminal/filter-input.ts';
import {createMouse} from '../terminal/mouse.ts';
import {type ScreenTerminal, ScreenTerminalContext} from '../terminal/screen-terminal.ts';
import {synchronize} from '../terminal/synchronize.ts';
import {keepHeapSmall} from './small-heap.ts';
import {GlyphsContext} from './use-glyphs.ts';

type Options = Pick<RenderOptions, 'alternateScreen' | 'maxFps'> & {
	readonly keymap: Keymap;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	/** Whether the mouse is used; only on the alternate screen, because elsewhere nobody knows where a frame is. */
	readonly hasMouse?: boolean;
};

/**
 * Renders a screen with the user's keys and the symbols that the terminal can show. Turns on raw mode before the first
 * frame, because Ink does so only after it: a key pressed in between would be echoed into the frame, and ctrl-z would
 * stop the program with the frame still on the screen.
 */
export function renderScreen(screen: ReactNode, {keymap, stdin, stdout, hasMouse, ...options}: Options): Instance {
	if (stdin.isTTY) stdin.setRawMode(true);
	const {canAsk, ...features} = terminalFeatures(process.env);
	const mouse = createMouse();
	const synchronized = synchronize(stdout, canAsk);
	const terminal: ScreenTerminal = {
		mouse,
		hasMouse: hasMouse === true && options.alternateScreen === true,
		...features,
		title: {text: ''},
		question: synchronized.question,
	};
	const input = filterInput(stdin, report => {
		synchronized.onReport(report);
		mouse.report(report);
	});
	const app = render(
		<ScreenTerminalContext value={terminal}>
			<GlyphsContext value={createGlyphs(process.env)}>
				<KeymapContext value={keymap}>{screen}</KeymapContext>
			</GlyphsContext>
		</ScreenTerminalContext>,
		{
			...options,
			...{stdin: input, stdout: synchronized.stdout},
			incrementalRendering: true,
			exitOnCtrlC: false,
			patchConsole: false,
		},
	);
	// After the first frame, because it loads a module of node.
	setImmediate(keepHeapSmall);
	return app;
}
