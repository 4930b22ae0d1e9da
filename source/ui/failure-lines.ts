import {formatAge} from '../output/duration.ts';
import type {ObjectView} from './stores/browse-data.ts';

/** What stands above a log. Where it has no room, the first of `lines` are left out. */
export type Head = {readonly headlines: readonly string[]; readonly lines: readonly string[]; readonly note: string};

/** What is known of a newer attempt that failed, to stand above the log of what serves. */
export function failureHead(object: ObjectView | undefined, now: number): Head | undefined {
	const failure = object?.failure;
	if (!failure) return undefined;
	return {
		headlines: [
			`The newest attempt failed ${formatAge(failure.at, now)} ago: ${failure.headlines[0] ?? ''}`,
			...failure.headlines.slice(1),
		],
		lines: failure.lines,
		note: object.tone === 'quiet' ? '' : 'Below is the log of what serves meanwhile.',
	};
}
