import {Text} from 'ink';
import {formatDuration} from '../../output/duration.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, padStart, truncate} from '../../output/width.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {type Look, looks} from '../parts/theme.ts';
import {useElapsed} from '../parts/use-elapsed.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import type {DevRun} from './store.ts';

type Props = {
	readonly runs: readonly DevRun[];
	readonly columns: number;
	readonly rows: number;
	readonly clock: FrameClock;
};

/** The last runs, the newest at the bottom. */
export function RunList({runs, columns, rows, clock}: Props) {
	const shown = runs.slice(-(rows - paneFrame.rows));
	const note = shown.length < runs.length ? `${shown.length} of ${runs.length} shown` : '';
	return (
		<Pane columns={columns} rows={rows} title="Runs" note={note}>
			{runs.length === 0 && <Text {...looks.secondary}>Nothing was applied yet: save a file.</Text>}
			{shown.map(run => (
				<RunRow key={run.number} run={run} columns={columns - paneFrame.columns} clock={clock} />
			))}
		</Pane>
	);
}

const signs = {
	running: 'running',
	waiting: 'waiting',
	done: 'done',
	failed: 'failed',
	cancelled: 'skipped',
	declined: 'skipped',
} as const;

const lookOf = (outcome: DevRun['outcome']): Look => {
	if (outcome === 'running') return looks.accent;
	if (outcome === 'waiting') return looks.warning;
	if (outcome === 'done') return looks.success;
	return outcome === 'failed' ? looks.error : looks.secondary;
};

const wordColumns = 9;
const timeColumns = 8;

/** A running time ticks every second; one that is over has tenths, because most runs are short. */
const runTime = (milliseconds: number, isRunning: boolean): string => {
	if (!isRunning && milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)}s`;
	return formatDuration(Math.floor(milliseconds / 1000) * 1000).replace(/^0ms$/, '0s');
};

/** The time of day. */
const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8);

function RunRow({run, columns, clock}: Pick<Props, 'columns' | 'clock'> & {readonly run: DevRun}) {
	const glyphs = useGlyphs();
	const {outcome, startedAt, endedAt, line} = run;
	const elapsed = useElapsed(clock, outcome === 'running' || endedAt !== undefined ? startedAt : undefined, endedAt);
	const end = elapsed === undefined ? '' : runTime(elapsed, outcome === 'running');
	const mark = glyphs[signs[outcome]];
	const used = displayWidth(mark) + 1 + wordColumns + 1 + timeColumns + 2 + timeColumns;
	const room = Math.max(0, columns - used);
	return (
		<Text wrap="truncate">
			<Text {...lookOf(outcome)}>{`${mark} ${padEnd(outcome, wordColumns)}`}</Text>
			<Text {...looks.secondary}>{` ${clockTime(startedAt)}  `}</Text>
			<Text>{padEnd(truncate(glyphs.adapt(sanitiseLine(line)), room, glyphs.ellipsis), room)}</Text>
			<Text {...looks.secondary}>{padStart(end, timeColumns)}</Text>
		</Text>
	);
}
