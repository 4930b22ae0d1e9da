import {isContinuousIntegration} from '../continuous-integration.ts';
import {createPaint, type Paint, shouldColour} from './colour.ts';
import {createGlyphs, type Glyphs, spokenGlyphs} from './glyphs.ts';
import {linkUrls} from './links.ts';
import {sanitiseText} from './sanitise.ts';
import {terminalFeatures} from './terminal-features.ts';

/** How a command prints, decided once from the streams, the environment and the flags. */
export type Terminal = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Line width in cells; 80 without a terminal. */
	readonly columns: number;
	/** Whether the output is only shown on a terminal. Elsewhere, and in CI, it may be recorded. */
	readonly isSeen: boolean;
	/** Whether input and output are a terminal, so that the user can be asked. */
	readonly isInteractive: boolean;
	/** Whether to print plain words for a screen reader instead of screens. */
	readonly isAccessible: boolean;
	/** Whether screens can be shown. */
	readonly hasScreen: boolean;
	/** Writes text and a newline to stdout, sanitised; keeps colours if they are on. */
	readonly print: (text: string) => void;
	/** Like `print`, to stderr, for all that is not the command's result. */
	readonly inform: (text: string) => void;
};

// Tabs are harmless, and separate the columns of lists for programs.
const clean = (text: string, keepColour: boolean): string =>
	text
		.split('\t')
		.map(part => sanitiseText(part, {keepColour}))
		.join('\t');

type TerminalFlags = {
	/** False for `--no-color`. */
	readonly color?: boolean;
	readonly plain?: boolean;
	readonly accessible?: boolean;
};

export function createTerminal(flags: TerminalFlags): Terminal {
	const {stdout, stderr, env} = process;
	const isSeen = stdout.isTTY === true && flags.plain !== true && !isContinuousIntegration(env);
	// Reading `process.stdin` opens it, which loads node's file streams.
	const isInteractive = isSeen && process.stdin.isTTY === true && env['TERM'] !== 'dumb';
	const isAccessible = flags.accessible === true || env['INK_SCREEN_READER'] === 'true';
	const flag = flags.color === false ? false : undefined;
	const paint = createPaint({stream: stdout, env, flag});
	// Colours are removed where they are off: untrusted text, such as a file name or a log, can contain them.
	const {hasLinks} = terminalFeatures(env);
	const link = isSeen && hasLinks ? linkUrls : (text: string) => text;
	const isInformColoured = shouldColour({stream: stderr, env, flag});
	return {
		paint,
		glyphs: isAccessible ? spokenGlyphs : createGlyphs(env),
		columns: stdout.columns ?? 80,
		isSeen,
		isInteractive,
		isAccessible,
		hasScreen: isInteractive && !isAccessible,
		print: text => void stdout.write(`${link(clean(text, paint.isColoured))}\n`),
		inform: text => void stderr.write(`${clean(text, isInformColoured)}\n`),
	};
}

/** Prints warnings; the lines after the first of each are commands to copy. */
export function warn({inform, paint}: Pick<Terminal, 'inform' | 'paint'>, warnings: readonly string[]): void {
	for (const warning of warnings) inform(`${paint.warn('Warning:')} ${sanitiseText(warning)}`);
}
