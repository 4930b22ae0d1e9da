import type {DeploymentFailure} from '../../state/state.ts';
import type {Paint} from '../colour.ts';
import type {Glyphs} from '../glyphs.ts';
import {sanitiseLine} from '../sanitise.ts';

/** Why a step failed, and what to do about it. */
type Cause = {readonly failure?: DeploymentFailure | undefined; readonly hint?: string | undefined};

type FailureOptions = {readonly paint: Paint; readonly glyphs: Glyphs};

const shownLines = 20;

function exitText({exitCode, isOutOfMemory}: DeploymentFailure): string | undefined {
	if (isOutOfMemory)
		return exitCode === undefined ? 'out of memory' : `${exitCode}, killed because it ran out of memory`;
	return exitCode === undefined ? undefined : String(exitCode);
}

/**
 * The details of a failure: the last probe answer, the exit code, the last 20 lines, the log file and the hint. Indented,
 * to be printed below the line with the step and its message (docs/rules.md, "Failures").
 */
export function renderFailure({failure, hint}: Cause, {paint, glyphs}: FailureOptions): string[] {
	const next = hint === undefined ? [] : hint.split('\n').map(line => `  ${paint.dim(sanitiseLine(line))}`);
	return failure ? [...describe(failure, {paint, glyphs}), ...next] : next;
}

function describe(failure: DeploymentFailure, {paint, glyphs}: FailureOptions): string[] {
	const exit = exitText(failure);
	const lines = failure.lastLines.slice(-shownLines);
	return [
		...(failure.lastProbe === undefined ? [] : [`  last probe: ${glyphs.adapt(sanitiseLine(failure.lastProbe))}`]),
		...(exit === undefined ? [] : [`  exit code: ${exit}`]),
		...(lines.length === 0 ? [] : [`  last ${lines.length === 1 ? 'line' : `${lines.length} lines`}:`]),
		...lines.map(
			line =>
				`    ${paint.dim(glyphs.vertical)} ${sanitiseLine(line, {keepColour: paint.isColoured, maxLength: 2000})}`,
		),
		...(failure.logFile === undefined ? [] : [`  whole log: ${sanitiseLine(failure.logFile)}`]),
	];
}
