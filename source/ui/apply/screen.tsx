import {Box, useWindowSize} from 'ink';
import {hintsOf} from '../keys/key-hints.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {useKeys} from '../keys/use-keys.ts';
import {Footer} from '../parts/footer.tsx';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Help} from '../parts/help.tsx';
import {paneFrame} from '../parts/pane.tsx';
import {smallestScreen, TooSmall} from '../parts/too-small.tsx';
import {useFullScreen} from '../parts/use-full-screen.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import {useMoves} from '../terminal/list-area.tsx';
import {MouseArea} from '../terminal/mouse-area.tsx';
import {windowTitle} from '../terminal/window-title.ts';
import {type ApplyTarget, Header, headerRows} from './header.tsx';
import {ApplyPanes, applyLabels, applyMessage, isApplyKeyOffered, logRowsIn} from './panes.tsx';
import type {ApplyStore} from './store.ts';

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
	useFullScreen(windowTitle([target.project, target.environment]));
	const move = useMoves();
	const body = {columns, rows: rows - headerRows - 1};
	useKeys(key => store.press(key, {log: logRowsIn(store.getSnapshot(), body), help: body.rows - paneFrame.rows}));

	const {progress, focus} = state;
	const message = applyMessage(state);
	if (columns < smallestScreen.columns || rows < smallestScreen.rows) {
		const {done, total} = progress.counts;
		return (
			<TooSmall columns={columns} rows={rows}>
				{message ?? `${done}/${total} done`}
			</TooSmall>
		);
	}
	const labels = applyLabels(state);
	return (
		<Box flexDirection="column" width={columns} height={rows}>
			<Header target={target} progress={progress} message={message} columns={columns} clock={clock} />
			{state.helpTop !== undefined ? (
				<MouseArea flexGrow={1} onWheel={move}>
					<Help screen={focus} top={state.helpTop} {...body} />
				</MouseArea>
			) : (
				<ApplyPanes store={store} state={state} clock={clock} isColoured={isColoured} {...body} />
			)}
			<Footer
				columns={columns}
				hints={hintsOf(state.helpTop === undefined ? focus : 'help', {keymap, isUnicode, labels}).filter(({action}) =>
					isApplyKeyOffered(action, progress),
				)}
			/>
		</Box>
	);
}
