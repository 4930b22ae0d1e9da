import {exitCodes, UserError} from '../errors.ts';

let isReaderNeeded = true;

/** Ignores a closed output from now on: an apply must not stop half-way because of `| head`. */
export function keepGoingUnread(): void {
	isReaderNeeded = false;
}

/** Handles the `error` event of stdout and stderr: a closed pipe ends a command that only shows something. */
export function onOutputError(error: NodeJS.ErrnoException): void {
	if (error.code !== 'EPIPE') throw new UserError(`the output cannot be written: ${error.message}`, {cause: error});
	if (isReaderNeeded) process.exit(exitCodes.done);
}
