import {Chalk} from 'chalk';

type Style = (text: string) => string;

type Meaning =
	| 'create'
	| 'update'
	| 'replace'
	| 'adopt'
	| 'delete'
	| 'run'
	| 'blocked'
	| 'none'
	| 'dim'
	| 'bold'
	| 'accent'
	| 'ok'
	| 'warn'
	| 'fail';

/** Colours by meaning. A sign or a word always says the same. */
export type Paint = Readonly<Record<Meaning, Style>> & {
	readonly isColoured: boolean;
	/** Colours that tell log sources apart. */
	readonly palette: readonly Style[];
};

type PaintOptions = {
	readonly stream: {readonly isTTY?: boolean};
	readonly env: Readonly<Record<string, string | undefined>>;
	/** `--color` true, `--no-color` false, undefined when neither is given. */
	readonly flag?: boolean;
};

/** Whether to use colour, by precedence: the flag, NO_COLOR, FORCE_COLOR, then TERM and whether the stream is a terminal. */
export function shouldColour({stream, env, flag}: PaintOptions): boolean {
	if (flag !== undefined) return flag;
	if (env.NO_COLOR) return false;
	if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
	return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Styles for one stream. They use only the 16 colours of the terminal's theme. */
export function createPaint(options: PaintOptions): Paint {
	const isColoured = shouldColour(options);
	const chalk = new Chalk({level: isColoured ? 1 : 0});
	// Chalk prints all its arguments, and `map` and table cells pass more than one.
	const only =
		(style: (text: string) => string): Style =>
		text =>
			style(text);
	const palette = [chalk.cyan, chalk.yellow, chalk.green, chalk.magenta, chalk.blue, chalk.red];
	return {
		isColoured,
		create: only(chalk.green),
		update: only(chalk.yellow),
		replace: only(chalk.magenta),
		adopt: only(chalk.blue),
		delete: only(chalk.red),
		run: only(chalk.cyan),
		blocked: only(chalk.red.bold),
		none: only(chalk.dim),
		dim: only(chalk.dim),
		bold: only(chalk.bold),
		accent: only(chalk.cyan),
		ok: only(chalk.green),
		warn: only(chalk.yellow),
		fail: only(chalk.red),
		palette: palette.map(style => only(style)),
	};
}

/** No colour: for files, pipes and tests. */
export const plainPaint: Paint = createPaint({stream: {}, env: {}, flag: false});
