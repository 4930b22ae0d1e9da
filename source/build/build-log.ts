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

/** Turns an event of a build into a short status and plain log lines. */
export function describeBuildProgress(progress: BuildProgress): BuildReport {
	switch (progress.type) {
		case 'output':
			return {lines: shownLines(progress.text)};
		case 'transfer':
			return {status: progress.message, lines: []};
		case 'step': {
			const {name, state, durationMs} = progress;
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
