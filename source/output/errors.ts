import {DescriptorError} from '../descriptor/problem.ts';
import {CancelledError, messageOf, UserError} from '../errors.ts';
import {type HintPlace, renderHint} from '../render-hint.ts';
import type {Paint} from './colour.ts';
import {sanitiseText} from './sanitise.ts';

const indent = (text: string): string => text.replaceAll('\n', '\n  ');

function userError(error: UserError, paint: Paint, place: HintPlace): string {
	const message = sanitiseText(error.message);
	const hint = error.hint === undefined ? '' : `\n  ${paint.dim(indent(sanitiseText(renderHint(error.hint, place))))}`;
	if (error instanceof CancelledError) return paint.warn(message) + hint;
	// No `Error:` prefix: every problem already starts with its file and line.
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

/** The stack frames; in the minified build, where function names mean nothing, one line of positions. */
function stackOf(error: unknown): string[] {
	const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line)) : [];
	// Replaced at build time (vite.config.ts).
	if (!process.env['COMPARTMENT_BUILD']) return frames;
	const positions = frames.flatMap(frame => /([\w.-]+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []).slice(0, shownPositions);
	return positions.length === 0 ? [] : [`at ${positions.join(', ')}`];
}

const shownPositions = 4;

/**
 * The stderr text for anything thrown, without a trailing newline. A UserError prints its message and hint; anything
 * else is a bug in Compartment and prints its causes, its stack and a request to report it.
 */
export function renderError(error: unknown, paint: Paint, place: HintPlace, version?: string): string {
	if (error instanceof UserError) return userError(error, paint, place);
	if (
		error instanceof AggregateError &&
		error.errors.length > 0 &&
		error.errors.every(part => part instanceof UserError)
	)
		return error.errors.map(part => userError(part, paint, place)).join('\n');
	const known = version === undefined ? 'and the output of compartment --version' : `and the version, ${version}`;
	return [
		`${paint.fail('Error:')} this is a bug in Compartment: ${sanitiseText(messageOf(error))}`,
		...[...causesOf(error), ...stackOf(error)].map(line => paint.dim(`  ${sanitiseText(line.trim())}`)),
		`Please report it with the lines above, the command, ${known}.`,
	].join('\n');
}
