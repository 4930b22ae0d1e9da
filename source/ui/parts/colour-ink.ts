import chalk from 'chalk';

/** Ink draws with this very chalk, which decides by rules of its own: without NO_COLOR, and by whatever CI is set to. */
export function colourInk(isColoured: boolean): void {
	chalk.level = isColoured ? (Math.max(1, chalk.level) as typeof chalk.level) : 0;
}
