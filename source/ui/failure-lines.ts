import {formatAge} from '../output/duration.ts';
import type {ObjectView} from './stores/browse-data.ts';

/** What is known of a newer attempt that failed, to stand above the log. */
export function failureLines(object: ObjectView | undefined, now: number): string[] {
	const failure = object?.failure;
	if (!failure) return [];
	return [
		`The newest attempt failed ${formatAge(failure.at, now)} ago: ${failure.headlines[0] ?? ''}`,
		...failure.headlines.slice(1),
		...failure.lines,
	];
}
