import {isContinuousIntegration} from '../continuous-integration.ts';

/**
 * Whether somebody can be asked: questions go to standard error, so standard output may be a pipe. In CI nobody answers, even if it
 * gives its jobs a terminal.
 */
export const canAsk = (): boolean =>
	process.stdin.isTTY === true && process.stderr.isTTY === true && !isContinuousIntegration();
