import chalk from 'chalk';

/** Turns colour on or off in Ink, which uses this chalk instance. Chalk's own detection ignores NO_COLOR and depends on CI. */
export function colourInk(isColoured: boolean): void {
	chalk.level = isColoured ? (Math.max(1, chalk.level) as typeof chalk.level) : 0;
}
