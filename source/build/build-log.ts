import type {BuildProgress} from '../engine/engine.ts';

/** One event of a build for people: what happens now, and the lines a log keeps of it. Foreign text is left raw. */
export type BuildReport = {readonly status?: string; readonly lines: readonly string[]};

const seconds = (durationMs: number | undefined): string =>
	durationMs === undefined ? '' : ` ${(durationMs / 1000).toFixed(1)} s`;

/** What a terminal would show of a text: a line that was written over itself keeps its last version. */
const shownLines = (text: string): string[] =>
	text
		.replace(/\r?\n$/, '')
		.split(/\r?\n/)
		.map(line => line.replace(/\r+$/, '').split('\r').at(-1)!);

/** What BuildKit does beside the steps of the Dockerfile, with the words for the two parts that may take long. */
const ownWork: readonly (readonly [name: RegExp, status?: string])[] = [
	[/^\[internal\] load (remote )?build context/, 'sending context'],
	[/^(exporting|writing image|naming to|unpacking to) /, 'exporting'],
	[/^\[internal\] /],
	[/^copy \/context /],
	[/^resolve image config for /],
];

const findOwnWork = (text: string) => ownWork.find(([name]) => name.test(text));

/**
 * Turns an event of a build into a short status and plain log lines. Of what the builder does for itself only a failure
 * is worth a line.
 */
export function describeBuildProgress(progress: BuildProgress): BuildReport {
	switch (progress.type) {
		case 'output':
			return {lines: shownLines(progress.text)};
		case 'transfer': {
			const own = findOwnWork(progress.message);
			return {status: own ? own[1] : progress.message, lines: []};
		}
		case 'step': {
			const {name, state, durationMs} = progress;
			const own = findOwnWork(name);
			if (own && state !== 'failed') return {status: state === 'started' ? own[1] : undefined, lines: []};
			switch (state) {
				case 'started':
					return {status: name, lines: [name]};
				case 'cached':
					return {status: name, lines: [`${name} (cached)`]};
				case 'done':
					return {lines: [`${name} (done${seconds(durationMs)})`]};
				case 'failed':
					return {lines: [`${name} (failed${seconds(durationMs)})`]};
			}
		}
	}
}
