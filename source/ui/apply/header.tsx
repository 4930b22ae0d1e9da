import {Box, Text} from 'ink';
import {formatDuration} from '../../output/duration.ts';
import type {Progress, StepProgress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';
import type {ActionKind} from '../../plan/plan.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {actionLooks, looks} from '../parts/theme.ts';
import {useElapsed} from '../parts/use-elapsed.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';

/** Where an apply happens. */
export type ApplyTarget = {
	readonly project: string;
	readonly environment: string;
	/** Display name of the engine: `docker 20.10.24`. */
	readonly engine: string;
};

type Props = {
	readonly target: ApplyTarget;
	readonly progress: Progress;
	/** Replaces the progress bar. */
	readonly message: string | undefined;
	readonly columns: number;
	readonly clock: FrameClock;
};

/** Height of the header, including the empty line below it. */
export const headerRows = 3;

/** The target of an apply, its elapsed time and its progress. */
export function Header({target, progress, message, columns, clock}: Props) {
	const {separator, dot, ellipsis} = useGlyphs();
	const elapsed = useElapsed(clock, progress.startedAt ?? undefined, progress.finishedAt ?? undefined) ?? 0;
	const time = formatDuration(Math.floor(elapsed / 1000) * 1000).replace(/^0ms$/, '0s');
	const name = `${sanitiseLine(target.project)} ${separator} ${sanitiseLine(target.environment)}`;
	const engine = `${sanitiseLine(target.engine)} ${dot} `;
	// The environment matters more than the engine.
	const hasRoom = displayWidth(name) + displayWidth(engine) + time.length + 6 <= columns;
	const side = hasRoom ? engine + time : time;
	return (
		<Box flexDirection="column" height={headerRows} flexShrink={0} paddingX={2}>
			<Box justifyContent="space-between">
				<Text {...looks.title}>{truncate(name, columns - displayWidth(side) - 6, ellipsis)}</Text>
				<Text {...looks.secondary}>{side}</Text>
			</Box>
			<ProgressLine progress={progress} message={message} columns={columns} />
		</Box>
	);
}

/** How far an apply has come, on one line. `columns` is the width of the screen. */
export function ProgressLine({progress, message, columns}: Pick<Props, 'progress' | 'message' | 'columns'>) {
	return (
		<Box gap={3}>
			<Figures progress={progress} />
			{message === undefined ? (
				<Bar
					progress={progress}
					columns={Math.max(0, Math.min(40, columns - (progress.counts.failed > 0 ? 54 : 42)))}
				/>
			) : (
				<Text {...looks.warning} wrap="truncate">
					{message}
				</Text>
			)}
		</Box>
	);
}

const signs: readonly (readonly [ActionKind, string])[] = [
	['create', '+'],
	['update', '~'],
	['replace', '+/-'],
	['adopt', '@'],
	['delete', '-'],
	['run', '>'],
];

function Figures({progress: {steps, counts}}: Pick<Props, 'progress'>) {
	const countOf = (kind: ActionKind) => steps.filter((step: StepProgress) => step.kind === kind).length;
	return (
		<Box gap={2} flexShrink={0}>
			<Text>{`${counts.done}/${counts.total} done`}</Text>
			{counts.failed > 0 && <Text {...looks.error}>{`${counts.failed} failed`}</Text>}
			{counts['held back'] > 0 && <Text {...looks.warning}>{`${counts['held back']} held back`}</Text>}
			{counts.failed > 0 && counts.skipped > 0 && <Text {...looks.secondary}>{`${counts.skipped} skipped`}</Text>}
			{counts.failed === 0 && (
				<Box gap={1}>
					{signs
						.filter(([kind]) => countOf(kind) > 0)
						.map(([kind, sign]) => (
							<Text key={kind} {...actionLooks[kind]}>{`${sign}${countOf(kind)}`}</Text>
						))}
				</Box>
			)}
		</Box>
	);
}

function Bar({progress: {counts}, columns}: Pick<Props, 'progress' | 'columns'>) {
	const {isUnicode} = useGlyphs();
	const cellsOf = (count: number) => (counts.total === 0 ? 0 : Math.round((columns * count) / counts.total));
	const done = cellsOf(counts.done);
	const failed = Math.min(columns - done, cellsOf(counts.failed));
	const heldBack = Math.min(columns - done - failed, cellsOf(counts['held back']));
	const [full, empty] = isUnicode ? ['━', '─'] : ['=', '-'];
	return (
		<Text wrap="truncate">
			<Text {...looks.success}>{full.repeat(done)}</Text>
			<Text {...looks.error}>{full.repeat(failed)}</Text>
			<Text {...looks.warning}>{full.repeat(heldBack)}</Text>
			<Text {...looks.secondary}>{empty.repeat(columns - done - failed - heldBack)}</Text>
		</Text>
	);
}
