import {Text} from 'ink';
import {memo} from 'react';
import {formatDuration} from '../../output/duration.ts';
import type {StepProgress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, padStart, truncate, truncateMiddle} from '../../output/width.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {actionLooks, looks, stateLooks} from '../parts/theme.ts';
import {useElapsed} from '../parts/use-elapsed.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';

type Props = {
	readonly step: StepProgress;
	/** What a waiting step is waiting for. */
	readonly waitsFor: string;
	readonly isSelected: boolean;
	readonly signColumns: number;
	/** Width of the word for the state. */
	readonly wordColumns: number;
	readonly addressColumns: number;
	readonly columns: number;
	readonly clock: FrameClock;
};

const elapsedColumns = 7;

/** Cells of a row besides sign, word, name and message: cursor, mark, gap and time. */
export const fixedColumns = 2 + 2 + 2 + elapsedColumns;

/** One step: sign, state as symbol and word, address, latest progress, elapsed time. */
export const StepRow = memo(
	({step, waitsFor, isSelected, signColumns, wordColumns, addressColumns, columns, clock}: Props) => {
		const glyphs = useGlyphs();
		const {state, startedAt, durationMs} = step;
		const isRunning = state === 'running';
		const elapsed = useElapsed(clock, isRunning ? (startedAt ?? undefined) : undefined) ?? durationMs;
		const message = glyphs.adapt(sanitiseLine(step.message ?? (state === 'waiting' ? waitsFor : '')));
		const time = elapsed === null ? '' : padStart(formatElapsed(elapsed, isRunning), elapsedColumns);
		const markColumns = displayWidth(glyphs.done) + 1;
		const usedColumns = 2 + signColumns + markColumns + wordColumns + addressColumns + 2 + time.length;
		const messageColumns = Math.max(0, columns - usedColumns);
		const address = padEnd(truncateMiddle(sanitiseLine(step.address), addressColumns, glyphs.ellipsis), addressColumns);
		const isQuiet = state === 'waiting' || state === 'skipped' || state === 'held back';
		return (
			<Text wrap="truncate">
				<Text {...looks.selected}>{isSelected ? (glyphs.isUnicode ? '❯ ' : '> ') : '  '}</Text>
				<Text {...(isQuiet ? looks.secondary : actionLooks[step.kind])}>{padEnd(step.sign, signColumns)}</Text>
				<Text {...stateLooks[state]}>{padEnd(glyphs[state], markColumns) + padEnd(state, wordColumns)}</Text>
				<Text {...(isSelected ? looks.selected : isQuiet ? looks.secondary : looks.plain)}>{address}</Text>
				<Text {...(state === 'failed' ? looks.error : isRunning ? looks.plain : looks.secondary)}>
					{`  ${padEnd(truncate(message, messageColumns, glyphs.ellipsis), messageColumns)}`}
				</Text>
				<Text {...looks.secondary}>{time}</Text>
			</Text>
		);
	},
);

// A running time ticks every second, so it starts at 0s rather than in milliseconds.
const formatElapsed = (milliseconds: number, isRunning: boolean): string =>
	formatDuration(isRunning ? Math.floor(milliseconds / 1000) * 1000 : milliseconds).replace(/^0ms$/, '0s');
