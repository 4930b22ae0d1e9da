import {runProgram} from '../programs.ts';

/** Shows a text in the user's pager, and waits until it is closed. Returns a message if there is no such program. */
export function openPager(text: string): string | undefined {
	const pager = process.env['PAGER'] || 'less -R';
	const {error, status} = runProgram(pager, [], {shell: true, input: text, stdio: ['pipe', 'inherit', 'inherit']});
	// Whoever leaves the pager before the end of the text closes its input.
	const isLeft = error !== undefined && 'code' in error && error.code === 'EPIPE';
	return (error && !isLeft) || status === 127 ? `The pager "${pager}" cannot be started: set PAGER` : undefined;
}
