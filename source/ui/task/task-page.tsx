import {Text} from 'ink';
import {wrapWords} from '../../output/width.ts';
import {ApplyPanes} from '../apply/panes.tsx';
import type {ApplyStore} from '../apply/store.ts';
import {ApprovePanes} from '../approve/panes.tsx';
import type {ApproveStore} from '../approve/store.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {NamePane} from '../parts/name-pane.tsx';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {TextPane} from '../parts/text-pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import type {Task} from './task.ts';

type Size = {readonly columns: number; readonly rows: number};

type Props = Size & {readonly task: Task; readonly clock: FrameClock; readonly isColoured: boolean};

/** A task: its question, the steps of its apply, or what its command printed. */
export function TaskPage({task, clock, isColoured, columns, rows}: Props) {
	const {question, apply, view, isFollowing, isRunning} = useStore(task);
	const size = {columns, rows};
	if (question?.type === 'approval') return <Approval store={question.store} {...size} />;
	if (question?.type === 'name') return <NamePane title={task.title} {...question} columns={columns} />;
	if (question?.type === 'yes') return <YesPane {...question} title={task.title} {...size} />;
	if (apply) return <Apply store={apply} clock={clock} isColoured={isColoured} {...size} />;
	const lines = task.lines();
	const inner = rows - paneFrame.rows;
	const shown = lines.length > 0 ? lines : [isRunning ? 'Nothing to show yet.' : 'Nothing was printed.'];
	const top = isFollowing ? Math.max(0, shown.length - inner) : view.top;
	return <TextPane title={task.title} lines={shown} view={{...view, top}} columns={columns} rows={inner} />;
}

function Approval({store, columns, rows}: Size & {readonly store: ApproveStore}) {
	return <ApprovePanes store={store} state={useStore(store)} columns={columns} rows={rows} />;
}

type ApplyProps = Size & {readonly store: ApplyStore; readonly clock: FrameClock; readonly isColoured: boolean};

function Apply({store, ...props}: ApplyProps) {
	return <ApplyPanes store={store} state={useStore(store)} {...props} />;
}

type YesProps = Size & {readonly title: string; readonly reason: string; readonly question: string};

function YesPane({title, reason, question, columns, rows}: YesProps) {
	const {adapt} = useGlyphs();
	const inner = columns - paneFrame.columns;
	const reasons = wrapWords(adapt(reason), inner).slice(0, Math.max(1, rows - paneFrame.rows - 2));
	return (
		<Pane columns={columns} rows={paneFrame.rows + reasons.length + 2} title={title} isFocused>
			{reasons.map(line => (
				<Text key={line} wrap="truncate">
					{line}
				</Text>
			))}
			<Text> </Text>
			<Text wrap="truncate">
				<Text {...looks.title}>{question}</Text>
				<Text {...looks.secondary}> y/N</Text>
			</Text>
		</Pane>
	);
}
