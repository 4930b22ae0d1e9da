import {Box, Text} from 'ink';
import {formatDuration} from '../../output/duration.ts';
import type {Progress, StepProgress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';
import type {ActionKind} from '../../plan/plan.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {actionLooks, type Look, looks} from '../parts/theme.ts';
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
	const {ellipsis} = useGlyphs();
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
					{truncate(message, Math.max(0, columns - 4 - 3 - figuresWidth(progress)), ellipsis)}
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

/** The figures in words, and how many actions of each kind there are. */
function figuresOf({steps, counts}: Progress) {
	const words: readonly (readonly [string, Look])[] = [
		[`${counts.done}/${counts.total} done`, looks.plain],
		...(counts.failed > 0 ? [[`${counts.failed} failed`, looks.error] as const] : []),
		...(counts['held back'] > 0 ? [[`${counts['held back']} held back`, looks.warning] as const] : []),
		...(counts.failed > 0 && counts.skipped > 0 ? [[`${counts.skipped} skipped`, looks.secondary] as const] : []),
	];
	const kinds = signs.flatMap(([kind, sign]) => {
		const count = steps.filter((step: StepProgress) => step.kind === kind).length;
		return counts.failed === 0 && count > 0 ? [[kind, `${sign}${count}`] as const] : [];
	});
	return {words, kinds};
}

/** Cells that the figures take. */
function figuresWidth(progress: Progress): number {
	const {words, kinds} = figuresOf(progress);
	return [...words.map(([text]) => text), ...(kinds.length > 0 ? [kinds.map(([, text]) => text).join(' ')] : [])].join(
		'  ',
	).length;
}

function Figures({progress}: Pick<Props, 'progress'>) {
	const {words, kinds} = figuresOf(progress);
	return (
		<Box gap={2} flexShrink={0}>
			{words.map(([text, look]) => (
				<Text key={text} {...look}>
					{text}
				</Text>
			))}
			{kinds.length > 0 && (
				<Box gap={1}>
					{kinds.map(([kind, text]) => (
						<Text key={kind} {...actionLooks[kind]}>
							{text}
						</Text>
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
