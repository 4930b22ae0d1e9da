import {Box, useWindowSize} from 'ink';
import type {Note} from '../dashboard/header.tsx';
import {DashboardHeader} from '../dashboard/header.tsx';
import {hintsOf} from '../keys/key-hints.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {useKeys} from '../keys/use-keys.ts';
import {LogsBody} from '../logs/body.tsx';
import {chipRowsOf} from '../logs/chip-row.tsx';
import type {Head} from '../logs/failure-lines.ts';
import {promptOf} from '../logs/log-prompt.ts';
import {logLabels} from '../logs/log-screens.ts';
import type {LogState} from '../logs/log-store.ts';
import {LogScrollContext} from '../logs/log-wheel.tsx';
import {poolRowsIn} from '../logs/pool-pane.tsx';
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
import {useProgress} from '../terminal/use-progress.ts';
import {windowTitle} from '../terminal/window-title.ts';
import type {DevCause} from './events.ts';
import {RunList} from './run-list.tsx';
import {type DevState, type DevStore, devScreens, phaseText} from './store.ts';

type Props = {
	readonly store: DevStore;
	readonly project: string;
	readonly environment: string;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
};

const headerRows = 3;
const footerRows = 1;

/** `compartment dev`: what was saved, how it went, and the logs. */
export function DevScreen({store, project, environment, clock, isColoured}: Props) {
	const state = useStore(store);
	const log = useStore(store.log);
	const {columns, rows} = useWindowSize();
	const {isUnicode} = useGlyphs();
	const keymap = useKeymap();
	useFullScreen(windowTitle([project, environment]));
	useProgress(state.phase === 'applying' ? state.progress : undefined);
	const move = useMoves();
	const bodyRows = rows - footerRows - (log.isZoomed ? 0 : headerRows);
	const runRows = log.isZoomed ? 0 : runRowsIn(bodyRows, state.runs.length);
	const logRows = bodyRows - runRows;
	const helpRows = bodyRows - paneFrame.rows;
	useKeys(key => store.press(key, state.helpTop === undefined ? poolRowsIn(logRows - chipRowsOf(log)) : helpRows), {
		onPaste: store.log.paste,
	});
	if (columns < smallestScreen.columns || rows < smallestScreen.rows)
		return (
			<TooSmall columns={columns} rows={rows}>
				{phaseText(state)}
			</TooSmall>
		);
	const screens = devScreens(state, log);
	const hints = hintsOf(screens, {keymap, isUnicode, labels: labelsOf(log)});
	return (
		<Box flexDirection="column" width={columns} height={rows}>
			{!log.isZoomed && (
				<DashboardHeader
					crumbs={[project, environment]}
					link={state.link}
					notes={notesOf(state)}
					message={messageOf(state, log)}
					columns={columns}
					clock={clock}
				/>
			)}
			{state.helpTop !== undefined ? (
				<MouseArea flexGrow={1} onWheel={move}>
					<Help screen={devScreens({helpTop: undefined}, log)} top={state.helpTop} columns={columns} rows={bodyRows} />
				</MouseArea>
			) : (
				<LogScrollContext value={store.log.scroll}>
					{runRows > 0 && <RunList runs={state.runs} columns={columns} rows={runRows} clock={clock} />}
					<LogsBody
						title="Logs"
						log={log}
						{...(state.cause ? {head: headOf(state.cause)} : {})}
						empty="No output yet."
						clock={clock}
						isColoured={isColoured}
						columns={columns}
						rows={logRows}
					/>
				</LogScrollContext>
			)}
			<Footer columns={columns} hints={hints.filter(({action}) => action !== 'look' || state.waitsFor.length > 0)} />
		</Box>
	);
}

/** The list grows with the runs, up to a quarter of the screen. */
const runRowsIn = (rows: number, count: number): number =>
	paneFrame.rows + Math.max(1, Math.min(count, Math.floor(rows / 4) - paneFrame.rows));

function notesOf(state: DevState): Note[] {
	const {phase, urls, notice} = state;
	const tone = phase === 'failed' ? 'bad' : phase === 'looking' ? 'warning' : phase === 'watching' ? 'good' : 'busy';
	return [
		{text: phaseText(state), tone, isProse: true},
		...(notice === undefined ? [] : [{text: notice.split('\n', 1)[0]!, tone: 'warning', isProse: true} as const]),
		...urls.map(({url, asksPassword}) => ({text: asksPassword ? `${url} (password required)` : url})),
	];
}

const messageOf = ({message}: DevState, log: LogState): string | undefined =>
	log.typed ? promptOf(log.typed, log.view) : (message ?? log.message);

/** The cause stays above the logs until the next change. */
const headOf = ({message, lines, hint}: DevCause): Head => ({
	headlines: [...message.split('\n'), ...(hint?.split('\n') ?? [])],
	lines,
	note: 'What ran before keeps serving. Below are the logs.',
});

const labelsOf = ({view, isZoomed}: LogState) => ({
	...logLabels(view),
	...(isZoomed ? {zoom: 'unzoom'} : {}),
});
