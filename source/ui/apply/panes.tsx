import {Box} from 'ink';
import type {Progress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import type {KeyAction} from '../keys/keymap.ts';
import {headlinesOf, LogPane} from '../logs/log-pane.tsx';
import {wheelLines} from '../logs/log-wheel.tsx';
import type {FrameClock} from '../parts/frame-clock.ts';
import {paneFrame} from '../parts/pane.tsx';
import {MouseArea} from '../terminal/mouse-area.tsx';
import {useProgress} from '../terminal/use-progress.ts';
import {entriesOf, hasCauses} from './entries.ts';
import {layOut} from './layout.ts';
import {StepList} from './step-list.tsx';
import type {ApplyState, ApplyStore} from './store.ts';

type Size = {
	readonly columns: number;
	/** Height of both panes together. */
	readonly rows: number;
};

const layoutOf = ({progress, isUnfolded, focus}: ApplyState, size: Size) => {
	const entries = entriesOf(progress, isUnfolded);
	return {entries, layout: layOut(size, entries.length, focus)};
};

/** The number of visible lines of the log, in panes of this size. */
export const logRowsIn = (state: ApplyState, size: Size): number =>
	layoutOf(state, size).layout.log.rows - paneFrame.rows;

type Props = Size & {
	readonly store: ApplyStore;
	readonly state: ApplyState;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
};

/** The steps of an apply, and the log of the selected one. */
export function ApplyPanes({store, state, clock, isColoured, columns, rows}: Props) {
	const {progress, selected, focus, view} = state;
	const {entries, layout} = layoutOf(state, {columns, rows});
	useProgress(progress);
	const step = progress.steps.find(({address}) => address === selected);
	return (
		<Box flexDirection={layout.direction} flexGrow={1}>
			{layout.steps.rows > 0 && (
				<StepList
					steps={progress.steps}
					entries={entries}
					hasCauses={hasCauses(progress)}
					selected={selected}
					isFocused={focus === 'steps'}
					onSelect={store.select}
					clock={clock}
					{...layout.steps}
				/>
			)}
			{layout.log.rows > 0 && (
				<MouseArea onWheel={by => store.scrollLog(by * wheelLines, layout.log.rows - paneFrame.rows)}>
					<LogPane
						title={selected ?? 'Log'}
						live={store.logOf(selected ?? '')}
						buffer={store.shownLog()}
						clock={clock}
						view={view}
						headlines={headlinesOf(step)}
						empty={step?.state === 'waiting' ? 'Not started yet.' : 'No output.'}
						isColoured={isColoured}
						isFocused={focus === 'logs'}
						{...layout.log}
					/>
				</MouseArea>
			)}
		</Box>
	);
}

/** Labels of keys whose effect depends on what is shown. */
export const applyLabels = ({cancel, isUnfolded, view}: ApplyState): Partial<Record<KeyAction, string>> => ({
	...(cancel ? {interrupt: 'stop now'} : {}),
	unfold: isUnfolded ? 'fold' : 'unfold',
	follow: view.end === undefined ? 'pause' : 'follow',
	wrap: view.isWrapped ? 'cut' : 'wrap',
});

/** Whether a key does something now. */
export function isApplyKeyOffered(action: KeyAction, progress: Progress): boolean {
	const isOver = progress.result !== null;
	if (action === 'retry') return progress.result?.outcome === 'failed';
	if (action === 'quit') return isOver;
	if (action === 'interrupt') return !isOver;
	return (action !== 'next-cause' && action !== 'previous-cause' && action !== 'unfold') || hasCauses(progress);
}

/** What is said instead of the progress bar; undefined when there is nothing to say. */
export function applyMessage({cancel, message, progress}: ApplyState): string | undefined {
	if (message !== undefined) return message;
	if (cancel === 'now') return 'stopping now';
	if (cancel === 'graceful') return 'finishing running steps, press ctrl-c again to stop now';
	const warning = progress.notices.findLast(({level}) => level === 'warning');
	return warning && sanitiseLine(warning.message);
}
