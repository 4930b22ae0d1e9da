import type {BuildProgress} from '../engine/engine.ts';

/** A build event for people: the current status, and lines for the log. Foreign text is not yet sanitised. */
export type BuildReport = {readonly status?: string; readonly lines: readonly string[]};

const seconds = (durationMs: number | undefined): string =>
	durationMs === undefined ? '' : ` ${(durationMs / 1000).toFixed(1)} s`;

/** The lines as a terminal would show them: after carriage returns, only the last version of a line remains. */
const shownLines = (text: string): string[] =>
	text
		.replace(/\r?\n$/, '')
		.split(/\r?\n/)
		.map(line => line.replace(/\r+$/, '').split('\r').at(-1)!);

/** BuildKit's internal steps. The two that may take long have a status text. */
const ownWork: readonly (readonly [name: RegExp, status?: string])[] = [
	[/^\[internal\] load (remote )?build context/, 'sending context'],
	[/^(exporting|writing image|naming to|unpacking to) /, 'exporting'],
	[/^\[internal\] /],
	[/^copy \/context /],
	[/^resolve image config for /],
];

const findOwnWork = (text: string) => ownWork.find(([name]) => name.test(text));

/**
 * Turns a build event into a short status and log lines. Internal steps of the builder get a line only if they fail.
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
