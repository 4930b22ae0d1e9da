import {exitCodes, UserError} from '../errors.ts';

let isReaderNeeded = true;

/** From here on nobody has to read: an apply must not end half-way because of a `| head`. */
export function keepGoingUnread(): void {
	isReaderNeeded = false;
}

/** For the `error` event of stdout and stderr: a reader that goes away ends a command that only shows something. */
export function onOutputError(error: NodeJS.ErrnoException): void {
	if (error.code !== 'EPIPE') throw new UserError(`the output cannot be written: ${error.message}`, {cause: error});
	if (isReaderNeeded) process.exit(exitCodes.done);
}
