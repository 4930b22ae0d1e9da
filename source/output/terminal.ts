import {createPaint, type Paint, shouldColour} from './colour.ts';
import {createGlyphs, type Glyphs, spokenGlyphs} from './glyphs.ts';
import {sanitiseText} from './sanitise.ts';

/** How a command writes: decided once from the streams, the environment and the flags. */
export type Terminal = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Cells per line; 80 where there is no terminal. */
	readonly columns: number;
	/** Whether what is printed is for a person's eyes alone: outside of a terminal, and in CI, it is kept. */
	readonly isSeen: boolean;
	/** Whether a person sits at both ends. */
	readonly isInteractive: boolean;
	/** Whether that person wants lines in words, for a screen reader, and no screen. */
	readonly isAccessible: boolean;
	/** Whether screens can be shown: a person, and not in lines. */
	readonly hasScreen: boolean;
	/** Writes a text and a line break to stdout; what a terminal would obey goes, but for colours where it shows them. */
	readonly print: (text: string) => void;
	/** The same to stderr: what is not the command's result. */
	readonly inform: (text: string) => void;
};

// As Ink sees it, which draws nothing there.
const isContinuousIntegration = ({CI}: NodeJS.ProcessEnv): boolean =>
	CI !== undefined && !['', '0', 'false'].includes(CI);

// A tab is harmless, and lists that programs read are made of them.
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
	const {stdout, stderr, stdin, env} = process;
	const isSeen = stdout.isTTY === true && flags.plain !== true && !isContinuousIntegration(env);
	const isInteractive = isSeen && stdin.isTTY === true && env['TERM'] !== 'dumb';
	const isAccessible = flags.accessible === true || env['INK_SCREEN_READER'] === 'true';
	const flag = flags.color === false ? false : undefined;
	const paint = createPaint({stream: stdout, env, flag});
	// Colours on their way to a stream without colours are not ours: a file name or a log can hold them.
	const isInformColoured = shouldColour({stream: stderr, env, flag});
	return {
		paint,
		glyphs: isAccessible ? spokenGlyphs : createGlyphs(env),
		columns: stdout.columns ?? 80,
		isSeen,
		isInteractive,
		isAccessible,
		hasScreen: isInteractive && !isAccessible,
		print: text => void stdout.write(`${clean(text, paint.isColoured)}\n`),
		inform: text => void stderr.write(`${clean(text, isInformColoured)}\n`),
	};
}

/** Warns beside a result; the lines after it are commands to copy. */
export function warn({inform, paint}: Pick<Terminal, 'inform' | 'paint'>, warnings: readonly string[]): void {
	for (const warning of warnings) inform(`${paint.warn('Warning:')} ${sanitiseText(warning)}`);
}
