import {Text} from 'ink';
import type {StepProgress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate, wrapWords} from '../../output/width.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import type {LogBuffer} from './log-buffer.ts';
import {describeView, type LogView, visibleRows} from './log-view.ts';

type Props = {
	readonly title: string;
	readonly buffer: LogBuffer;
	readonly view: LogView;
	/** Shown above the lines, most important first. */
	readonly headlines?: readonly string[];
	/** Shown while there are no lines. */
	readonly empty: string;
	readonly isColoured: boolean;
	readonly isFocused: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** The log of one source. Draws only the visible lines. */
export function LogPane({title, buffer, view, headlines = [], empty, isColoured, isFocused, columns, rows}: Props) {
	useStore(buffer);
	const {adapt, ellipsis} = useGlyphs();
	const inner = {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const head = headlines
		.flatMap(line => wrapWords(adapt(sanitiseLine(line)), inner.columns))
		.slice(0, Math.floor(inner.rows / 2));
	const lines = visibleRows(buffer, view, {...inner, rows: inner.rows - head.length, isColoured});
	const dropped = buffer.dropped();
	const isAtTop = view.end !== undefined && view.end - inner.rows <= buffer.first() && dropped > 0;
	return (
		<Pane
			columns={columns}
			rows={rows}
			title={title}
			note={isAtTop ? `${dropped.toLocaleString('en-US')} older lines dropped` : describeView(view, buffer)}
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
