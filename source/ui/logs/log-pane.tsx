import {Text} from 'ink';
import type {StepProgress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate, wrapWords} from '../../output/width.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import type {LogBuffer} from './log-buffer.ts';
import {fitNote, pauseParts} from './log-note.ts';
import {type LogView, visibleRows} from './log-view.ts';
import {useRate} from './use-rate.ts';

type Props = {
	readonly title: string;
	/** Gets new lines. */
	readonly live: LogBuffer;
	/** What is read: the same, or its lines of the moment when the view was paused. */
	readonly buffer: LogBuffer;
	readonly view: LogView;
	/** Shown above the lines, most important first. */
	readonly headlines?: readonly string[];
	/** Shown while there are no lines. */
	readonly empty: string;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
	readonly isFocused: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** The log of one source. Draws only the visible lines. */
export function LogPane(props: Props) {
	const {title, live, buffer, view, headlines = [], empty, clock, isColoured, isFocused, columns, rows} = props;
	useStore(live);
	const rate = useRate(live, clock);
	const {adapt, ellipsis, dot} = useGlyphs();
	const inner = {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const head = headlines
		.flatMap(line => wrapWords(adapt(sanitiseLine(line)), inner.columns))
		.slice(0, Math.floor(inner.rows / 2));
	const lines = visibleRows(buffer, view, {...inner, rows: inner.rows - head.length, isColoured});
	const dropped = buffer.dropped();
	const isAtTop = view.end !== undefined && view.end - inner.rows <= buffer.first() && dropped > 0;
	const pause = pauseParts({
		isPaused: view.end !== undefined,
		rate,
		count: live.next() - buffer.next(),
		frozen: buffer === live ? undefined : buffer,
	});
	const room = Math.max(columns - 12 - Math.min(24, displayWidth(title)), 24);
	return (
		<Pane
			columns={columns}
			rows={rows}
			title={title}
			note={isAtTop ? `${dropped.toLocaleString('en-US')} older lines dropped` : fitNote(pause, room, dot)}
			isFocused={isFocused}
		>
			{head.length > 0 && (
				<Text {...looks.error}>{head.map(line => truncate(line, inner.columns, ellipsis)).join('\n')}</Text>
			)}
			{lines.length === 0 && head.length === 0 && <Text {...looks.secondary}>{empty}</Text>}
			{lines.map(({key, text}) => (
				<Text key={key} wrap="truncate">
					{text === '' ? ' ' : text}
				</Text>
			))}
		</Pane>
	);
}

/** Why a step failed or is held back; empty for any other. */
export function headlinesOf(step: StepProgress | undefined): string[] {
	if (step?.state === 'held back') return [`held back: ${step.message ?? 'something else failed'}`];
	if (step?.state !== 'failed') return [];
	const {lastProbe, exitCode, isOutOfMemory} = step.failure ?? {};
	return [
		step.message ?? 'failed',
		...(lastProbe === undefined ? [] : [`last probe: ${lastProbe}`]),
		...(isOutOfMemory ? ['out of memory'] : []),
		...(exitCode === undefined ? [] : [`exit code: ${exitCode}`]),
		...(step.hint?.split('\n') ?? []),
	];
}
