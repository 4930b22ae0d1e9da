import {DescriptorError} from '../descriptor/problem.ts';
import {CancelledError, messageOf, UserError} from '../errors.ts';
import type {Paint} from './colour.ts';
import {sanitiseText} from './sanitise.ts';

const indent = (text: string): string => text.replaceAll('\n', '\n  ');

function userError(error: UserError, paint: Paint): string {
	const message = sanitiseText(error.message);
	const hint = error.hint === undefined ? '' : `\n  ${paint.dim(indent(sanitiseText(error.hint)))}`;
	if (error instanceof CancelledError) return paint.warn(message) + hint;
	// Each problem already names its file and line; a word before the first would only stand in the way.
	if (error instanceof DescriptorError) return message.replace(/^ +\| +\^+$/gm, line => paint.fail(line)) + hint;
	return `${paint.fail('Error:')} ${message}${hint}`;
}

function causesOf(error: unknown): string[] {
	const causes: string[] = [];
	let cause = error instanceof Error ? error.cause : undefined;
	while (cause !== undefined && causes.length < 5) {
		causes.push(`Caused by: ${messageOf(cause)}`);
		cause = cause instanceof Error ? cause.cause : undefined;
	}
	return causes;
}

/**
 * What is printed on stderr for anything thrown, without a line break at its end. A UserError is its message and what
 * to do next; everything else is a defect of ours and comes with its stack and a request to report it.
 */
export function renderError(error: unknown, paint: Paint): string {
	if (error instanceof UserError) return userError(error, paint);
	if (
		error instanceof AggregateError &&
		error.errors.length > 0 &&
		error.errors.every(part => part instanceof UserError)
	)
		return error.errors.map(part => userError(part, paint)).join('\n');
	const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line)) : [];
	return [
		`${paint.fail('Error:')} this is a defect of Compartment: ${sanitiseText(messageOf(error))}`,
		...[...causesOf(error), ...stack].map(line => paint.dim(`  ${sanitiseText(line.trim())}`)),
		'Please report it with the lines above, the command, and the output of compartment --version.',
	].join('\n');
}
