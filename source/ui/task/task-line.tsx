import {Text} from 'ink';
import {plainPaint} from '../../output/colour.ts';
import {formatDuration} from '../../output/duration.ts';
import {renderResult} from '../../output/events/result-text.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {ProgressLine} from '../apply/header.tsx';
import {applyMessage} from '../apply/panes.tsx';
import type {ApplyStore} from '../apply/store.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {looks} from '../parts/theme.ts';
import {useElapsed} from '../parts/use-elapsed.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import type {Task, TaskOutcome, TaskState} from './task.ts';

type Props = {
	readonly task: Task;
	/** The result of the last key; shown instead. */
	readonly message: string | undefined;
	/** Width of the screen. */
	readonly columns: number;
	readonly clock: FrameClock;
};

const outcomeLooks = () => ({done: looks.success, failed: looks.error, cancelled: looks.warning});

/** The state of a task, on the line below the names in the header. */
export function TaskLine({task, message, columns, clock}: Props) {
	const state = useStore(task);
	const {ellipsis} = useGlyphs();
	if (message === undefined && state.apply && state.question === undefined)
		return <ApplyLine store={state.apply} columns={columns} />;
	if (message === undefined && state.isRunning && state.question === undefined)
		return <WorkingLine state={state} columns={columns} clock={clock} />;
	const [text, look] =
		message !== undefined
			? [message, looks.warning]
			: state.outcome !== undefined
				? [endText(task, state.outcome), outcomeLooks()[state.outcome]]
				: [questionText(state), looks.accent];
	return (
		<Text {...look} wrap="truncate">
			{truncate(sanitiseLine(text), columns - 4, ellipsis)}
		</Text>
	);
}

const questionText = ({question}: TaskState): string =>
	question?.type === 'approval' ? 'Nothing is changed before your answer.' : 'Waits for your answer.';

const endText = ({title, onlyReads, getSnapshot}: Task, outcome: TaskOutcome): string => {
	if (!getSnapshot().isLasting && outcome === 'done')
		return onlyReads ? 'Nothing is changed by a plan.' : 'Nothing was changed.';
	return `${title} ${outcome}`;
};

function ApplyLine({store, columns}: {readonly store: ApplyStore; readonly columns: number}) {
	const state = useStore(store);
	const {progress, message} = state;
	const [result] = progress.result ? renderResult(progress.result, plainPaint) : [];
	return <ProgressLine progress={progress} message={message ?? result ?? applyMessage(state)} columns={columns} />;
}

type WorkingProps = Pick<Props, 'columns' | 'clock'> & {readonly state: TaskState};

function WorkingLine({state: {doing, since, isCancelled}, columns, clock}: WorkingProps) {
	const {ellipsis} = useGlyphs();
	const elapsed = useElapsed(clock, since) ?? 0;
	const time = elapsed < 1000 ? '' : ` ${formatDuration(Math.floor(elapsed / 1000) * 1000)}`;
	const text = isCancelled ? `cancelling: ${doing}` : doing;
	return (
		<Text {...looks.accent} wrap="truncate">
			{truncate(`${sanitiseLine(text)}${ellipsis}${time}`, columns - 4, ellipsis)}
		</Text>
	);
}
