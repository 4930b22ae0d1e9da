import {Text} from 'ink';
import {sanitiseLine} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import type {Task} from '../task/task.ts';

type Props = {
	/** Those that run. */
	readonly tasks: readonly Task[];
	readonly columns: number;
	readonly rows: number;
};

/** Asks what becomes of what runs, when the user quits. */
export function QuitQuestion({tasks, columns, rows}: Props) {
	const inner = columns - paneFrame.columns;
	const lines = [
		...tasks.map(({environment, getSnapshot}) => sanitiseLine(`${environment}: ${getSnapshot().doing}`)),
		'',
		'Cancelled, it finishes the steps that run, starts no more, and saves. The same command continues from there.',
	].flatMap(line => wrapWords(line, inner));
	const shown = lines.slice(0, Math.max(1, rows - paneFrame.rows - 1));
	return (
		<Pane columns={columns} rows={shown.length + paneFrame.rows + 1} title="Something still runs" look={looks.warning}>
			{shown.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their position
				<Text key={index} wrap="truncate">
					{line === '' ? ' ' : line}
				</Text>
			))}
			<Text {...looks.title} wrap="truncate">
				Cancel it and quit? y/N
			</Text>
		</Pane>
	);
}
