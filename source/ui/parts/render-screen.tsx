import {type Instance, type RenderOptions, render} from 'ink';
import type {ReactNode} from 'react';
import {createGlyphs} from '../../output/glyphs.ts';
import type {Keymap} from '../keys/keymap.ts';
import {KeymapContext} from '../keys/use-keymap.ts';
import {keepHeapSmall} from './small-heap.ts';
import {GlyphsContext} from './use-glyphs.ts';

type Options = Pick<RenderOptions, 'alternateScreen' | 'maxFps'> & {
	readonly keymap: Keymap;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
};

/**
 * Renders a screen with the user's keys and the symbols that the terminal can show. Turns on raw mode before the first
 * frame, because Ink does so only after it: a key pressed in between would be echoed into the frame, and ctrl-z would
 * stop the program with the frame still on the screen.
 */
export function renderScreen(screen: ReactNode, {keymap, stdin, ...options}: Options): Instance {
	if (stdin.isTTY) stdin.setRawMode(true);
	const app = render(
		<GlyphsContext value={createGlyphs(process.env)}>
			<KeymapContext value={keymap}>{screen}</KeymapContext>
		</GlyphsContext>,
		{...options, stdin, incrementalRendering: true, exitOnCtrlC: false, patchConsole: false},
	);
	// After the first frame, because it loads a module of node.
	setImmediate(keepHeapSmall);
	return app;
}
