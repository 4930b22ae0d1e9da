import {Box, useWindowSize} from 'ink';
import type {Progress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {hintsOf} from '../keys/key-hints.ts';
import type {KeyAction} from '../keys/keymap.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {useKeys} from '../keys/use-keys.ts';
import {headlinesOf, LogPane} from '../logs/log-pane.tsx';
import {Footer} from '../parts/footer.tsx';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Help} from '../parts/help.tsx';
import {paneFrame} from '../parts/pane.tsx';
import {smallestScreen, TooSmall} from '../parts/too-small.tsx';
import {useFullScreen} from '../parts/use-full-screen.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import {entriesOf, hasCauses} from './entries.ts';
import {type ApplyTarget, Header, headerRows} from './header.tsx';
import {layOut} from './layout.ts';
import {StepList} from './step-list.tsx';
import type {ApplyState, ApplyStore} from './store.ts';

type Props = {
	readonly store: ApplyStore;
	readonly target: ApplyTarget;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
};

/** A running apply: its steps, and the log of the selected one. */
export function ApplyScreen({store, target, clock, isColoured}: Props) {
	const state = useStore(store);
	const {columns, rows} = useWindowSize();
	const {isUnicode} = useGlyphs();
	const keymap = useKeymap();
	const entries = entriesOf(state.progress, state.isUnfolded);
	const layout = layOut({columns, rows: rows - headerRows - 1}, entries.length, state.focus);
	useFullScreen();
	const bodyRows = rows - headerRows - 1;
	useKeys(key => store.press(key, {log: layout.log.rows - paneFrame.rows, help: bodyRows - paneFrame.rows}));

	const {progress, selected, focus, view} = state;
	const message = messageOf(state);
	if (columns < smallestScreen.columns || rows < smallestScreen.rows) {
		const {done, total} = progress.counts;
		return (
			<TooSmall columns={columns} rows={rows}>
				{message ?? `${done}/${total} done`}
			</TooSmall>
		);
	}
	const step = progress.steps.find(({address}) => address === selected);
	const labels = {
		...(state.cancel ? {interrupt: 'stop now'} : {}),
		unfold: state.isUnfolded ? 'fold' : 'unfold',
		follow: view.end === undefined ? 'pause' : 'follow',
		wrap: view.isWrapped ? 'cut' : 'wrap',
	};
	return (
		<Box flexDirection="column" width={columns} height={rows}>
			<Header target={target} progress={progress} message={message} columns={columns} clock={clock} />
			{state.helpTop !== undefined ? (
				<Box flexGrow={1}>
					<Help screen={focus} top={state.helpTop} columns={columns} rows={bodyRows} />
				</Box>
			) : (
				<Box flexDirection={layout.direction} flexGrow={1}>
					{layout.steps.rows > 0 && (
						<StepList
							steps={progress.steps}
							entries={entries}
							hasCauses={hasCauses(progress)}
							selected={selected}
							isFocused={focus === 'steps'}
							clock={clock}
							{...layout.steps}
						/>
					)}
					{layout.log.rows > 0 && (
						<LogPane
							title={selected ?? 'Log'}
							buffer={store.logOf(selected ?? '')}
							view={view}
							headlines={headlinesOf(step)}
							empty={step?.state === 'waiting' ? 'Not started yet.' : 'No output.'}
							isColoured={isColoured}
							isFocused={focus === 'logs'}
							{...layout.log}
						/>
					)}
				</Box>
			)}
			<Footer
				columns={columns}
				hints={hintsOf(state.helpTop === undefined ? focus : 'help', {keymap, isUnicode, labels}).filter(({action}) =>
					isOffered(action, progress),
				)}
			/>
		</Box>
	);
}

/** Whether a key does something now. */
function isOffered(action: KeyAction, progress: Progress): boolean {
	const isOver = progress.result !== null;
	if (action === 'retry' || action === 'quit') return isOver;
	if (action === 'interrupt') return !isOver;
	return (action !== 'next-cause' && action !== 'previous-cause' && action !== 'unfold') || hasCauses(progress);
}

function messageOf({cancel, message, progress}: ApplyState): string | undefined {
	if (message !== undefined) return message;
	if (cancel === 'now') return 'stopping now';
	if (cancel === 'graceful') return 'finishing running steps, press ctrl-c again to stop now';
	const warning = progress.notices.findLast(({level}) => level === 'warning');
	return warning && sanitiseLine(warning.message);
}
