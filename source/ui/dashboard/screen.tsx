import {Box, Text, useApp, useWindowSize} from 'ink';
import {useEffect} from 'react';
import type {Glyphs} from '../../output/glyphs.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {applyLabels, isApplyKeyOffered, logRowsIn} from '../apply/panes.tsx';
import {ProblemPane} from '../apply/problem-pane.tsx';
import {approveHints} from '../approve/panes.tsx';
import {hintsOf, type KeyHint} from '../keys/key-hints.ts';
import type {KeyAction, Keymap} from '../keys/keymap.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {useKeys} from '../keys/use-keys.ts';
import {LogsBody} from '../logs/body.tsx';
import {chipRowsOf} from '../logs/chip-row.tsx';
import {createLogPool} from '../logs/log-pool.ts';
import {promptOf} from '../logs/log-prompt.ts';
import {logLabels} from '../logs/log-screens.ts';
import type {LogState} from '../logs/log-store.ts';
import {LogScrollContext} from '../logs/log-wheel.tsx';
import {poolRowsIn} from '../logs/pool-pane.tsx';
import {Footer} from '../parts/footer.tsx';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Help} from '../parts/help.tsx';
import {paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {smallestScreen, TooSmall} from '../parts/too-small.tsx';
import {useElapsed} from '../parts/use-elapsed.ts';
import {useFullScreen} from '../parts/use-full-screen.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import type {Task} from '../task/task.ts';
import {TaskLine} from '../task/task-line.tsx';
import {TaskPage} from '../task/task-page.tsx';
import {useMoves} from '../terminal/list-area.tsx';
import {MouseArea} from '../terminal/mouse-area.tsx';
import {windowTitle} from '../terminal/window-title.ts';
import {ComparisonScreen} from './comparison.tsx';
import {activeScreens, screensBelowOverlay} from './contexts.ts';
import {EnvironmentScreen} from './environment.tsx';
import {EnvironmentsScreen, layoutEnvironments} from './environments.tsx';
import {EventsScreen} from './events.tsx';
import {DashboardHeader} from './header.tsx';
import {currentEnvironment, currentObject, isOnLog, logSubjectOf, otherEnvironment, showsLoad} from './lookups.ts';
import {notesOf} from './notes.ts';
import {ObjectScreen} from './object.tsx';
import {drawPage} from './page-lines.ts';
import {Palette} from './palette.tsx';
import {paletteEntries} from './palette-entries.ts';
import {QuitQuestion} from './quit-question.tsx';
import type {DashboardState} from './state.ts';
import type {DashboardStore} from './store.ts';
import {taskNotes} from './task-notes.ts';
import {isBusy, taskScreens} from './tasks.ts';

type Props = {readonly store: DashboardStore; readonly clock: FrameClock; readonly isColoured: boolean};

const headerRows = 3;
const footerRows = 1;

/** The dashboard: all environments, one environment, or one object. */
export function DashboardScreen({store, clock, isColoured}: Props) {
	const state = useStore(store);
	const log = ownLog(state, useStore(store.log));
	const {columns, rows} = useWindowSize();
	const glyphs = useGlyphs();
	const keymap = useKeymap();
	const {exit} = useApp();
	const isLeaving = state.departure !== undefined;
	useEffect(() => {
		if (isLeaving) exit();
	}, [isLeaving, exit]);
	// What is not heard of any more gets older.
	useElapsed(clock, state.link.status === 'lost' ? state.link.since : undefined);
	useFullScreen(windowTitle(crumbsOf(state).slice(0, 2)));
	const move = useMoves();
	const isZoomed = log.isZoomed && isOnLog(state) && !state.task;
	const body = {columns, rows: rows - footerRows - (isZoomed ? 0 : headerRows)};
	const tabRows = state.location.screen === 'object' && !log.isZoomed ? 1 : 0;
	const chipRows = isOnLog(state) ? chipRowsOf(log) : 0;
	const contentRows = poolRowsIn(body.rows - tabRows - chipRows);
	const page = state.content.type === 'page' ? drawPage(state.content.lines, columns - 4, glyphs) : [];
	const room = {
		rows: contentRows,
		lastTop: Math.max(0, page.length - contentRows),
		lastColumn:
			state.location.screen === 'environments'
				? layoutEnvironments(state, {now: clock.now(), columns, glyphs}).layout.lastFirst
				: 0,
	};
	useKeys(key => store.press(key, {...room, rows: taskRowsIn(store.getSnapshot(), body) ?? contentRows}), {
		onPaste: store.paste,
	});

	if (isLeaving) return null;
	if (columns < smallestScreen.columns || rows < smallestScreen.rows)
		return (
			<TooSmall columns={columns} rows={rows}>{`${state.project ?? 'compartment'}: make the window larger`}</TooSmall>
		);
	const screens = activeScreens(state, log);
	const line = messageOf(state, log);
	return (
		<Box flexDirection="column" width={columns} height={rows}>
			{body.rows + footerRows < rows && (
				<DashboardHeader
					crumbs={crumbsOf(state)}
					link={state.link}
					notes={[...taskNotes(state, keymap, glyphs.isUnicode), ...notesOf(state, clock.now())]}
					line={state.task && <TaskLine task={state.task} message={state.message} columns={columns} clock={clock} />}
					message={line}
					load={showsLoad(state) ? state.load : undefined}
					columns={columns}
					clock={clock}
				/>
			)}
			<MouseArea flexDirection="column" flexGrow={1} height={body.rows} onWheel={move}>
				<LogScrollContext value={store.log.scroll}>
					<Body store={store} state={state} log={log} body={body} page={page} isColoured={isColoured} clock={clock} />
				</LogScrollContext>
			</MouseArea>
			{body.rows + footerRows === rows && line !== undefined ? (
				<Text {...looks.warning} wrap="truncate">
					{`  ${truncate(glyphs.adapt(sanitiseLine(line)), columns - 4, glyphs.ellipsis)}`}
				</Text>
			) : (
				<Footer
					columns={columns}
					hints={
						state.task && !state.overlay
							? taskHints(state.task, {keymap, isUnicode: glyphs.isUnicode}, state)
							: hintsOf(screens, {
									keymap,
									isUnicode: glyphs.isUnicode,
									labels: labelsOf(state, log, glyphs),
								}).filter(({action}) => isOffered(action, state, log) && (action !== 'next' || room.lastColumn > 0))
					}
				/>
			)}
		</Box>
	);
}

const loading = createLogPool({isRead: false});

/** The log of this screen: while that of another object is still there, one that is being read. */
const ownLog = (state: DashboardState, log: LogState): LogState =>
	log.subject === undefined || log.subject === logSubjectOf(state) ? log : {...log, pool: loading, shown: loading};

type BodyProps = Props & {
	readonly state: DashboardState;
	readonly log: LogState;
	readonly body: {readonly columns: number; readonly rows: number};
	readonly page: ReturnType<typeof drawPage>;
};

function Body({state, log, body, page, isColoured, clock}: BodyProps) {
	const keymap = useKeymap();
	const {overlay, location} = state;
	if (overlay?.type === 'help') return <Help screen={screensBelowOverlay(state, log)} top={overlay.top} {...body} />;
	if (overlay?.type === 'palette')
		return (
			<Palette
				typed={overlay.typed}
				cursor={overlay.cursor}
				entries={paletteEntries(state, log, keymap, overlay.typed)}
				{...body}
			/>
		);
	if (overlay?.type === 'quit') return <QuitQuestion tasks={state.tasks.filter(isBusy)} {...body} />;
	if (state.task) return <TaskPage task={state.task} clock={clock} isColoured={isColoured} {...body} />;
	if (state.problem) return <ProblemPane problem={state.problem} {...body} />;
	if (!state.isLoaded && state.link.status === 'lost')
		return (
			<ProblemPane problem={{message: state.link.message, hint: 'Retrying automatically.', canInit: false}} {...body} />
		);
	if (!state.isLoaded) return <Text {...looks.secondary}>{'  Reading the files and the engine.'}</Text>;
	switch (location.screen) {
		case 'environments':
			return <EnvironmentsScreen state={state} now={clock.now()} {...body} />;
		case 'environment':
			return (
				<EnvironmentScreen state={state} log={log} now={clock.now()} clock={clock} isColoured={isColoured} {...body} />
			);
		case 'events':
			return <EventsScreen state={state} {...body} />;
		case 'comparison':
			return <ComparisonScreen state={state} page={page} {...body} />;
		case 'object':
			return (
				<ObjectScreen
					state={state}
					log={log}
					page={page}
					now={clock.now()}
					clock={clock}
					isColoured={isColoured}
					{...body}
				/>
			);
		case 'all-logs':
			return (
				<LogsBody
					log={log}
					title={location.deployment ? `Deployment ${location.deployment.id}` : `Logs of ${location.environment}`}
					empty={location.deployment ? 'No log was kept.' : 'No output yet.'}
					clock={clock}
					isColoured={isColoured}
					{...body}
				/>
			);
	}
}

function crumbsOf(state: DashboardState): string[] {
	const {location, project, task} = state;
	const root = project ?? 'compartment';
	if (task) return [root, task.environment, task.title];
	if (location.screen === 'environments') return [root];
	const environment = currentEnvironment(state)?.name ?? location.environment;
	if (location.screen === 'environment') return [root, environment];
	if (location.screen === 'events') return [root, ...(location.isAll ? [] : [environment]), 'events'];
	if (location.screen === 'comparison') return [root, `${environment} and ${location.other}`];
	if (location.screen === 'all-logs')
		return [root, environment, location.deployment ? location.deployment.id : 'all logs'];
	return [root, environment, currentObject(state)?.name ?? location.address];
}

/** Whether an action applies to the selected item. */
function isOffered(action: KeyAction, state: DashboardState, {pool}: LogState): boolean {
	if (action === 'services') return pool.sources().length > 1;
	const {content, problem, location, tasks} = state;
	if (action === 'task') return tasks.length > 0;
	if (action === 'init') return problem?.canInit === true;
	if (action === 'follow') return pool.isLive;
	if (location.screen !== 'object') return true;
	if (action === 'open')
		return content.type === 'table' && content.rows.some(({deployment}) => deployment !== undefined);
	return true;
}

function messageOf({overlay, filter, message, trouble, location}: DashboardState, log: LogState): string | undefined {
	if (overlay?.type === 'filter') return `/${filter}`;
	if (log.typed) return promptOf(log.typed, log.view);
	if (message !== undefined) return message;
	if (trouble !== undefined) return trouble;
	if (log.message !== undefined) return log.message;
	const isList = ['environments', 'environment', 'events'].includes(location.screen);
	return isList && filter !== '' ? `filter: "${filter}"` : undefined;
}

/** Longest name of an environment in the footer. */
const longestName = 16;

function labelsOf(state: DashboardState, {view, isZoomed}: LogState, {ellipsis}: Glyphs) {
	const {screen} = state.location;
	if (screen === 'environments' || screen === 'comparison') {
		const other = otherEnvironment(state);
		const name = other === undefined ? '' : truncate(sanitiseLine(other), longestName, ellipsis);
		return other === undefined ? {} : {diff: `compare with ${name}`, 'promote-to': `promote to ${name}`};
	}
	if (!isOnLog(state)) return {};
	return {
		...logLabels(view),
		...(isZoomed ? {back: 'unzoom', zoom: 'unzoom'} : {}),
	};
}

type HintOptions = {readonly keymap: Keymap; readonly isUnicode: boolean};

/** What the keys do on the page of a task. */
function taskHints(task: Task, options: HintOptions, {tasks}: DashboardState): KeyHint[] {
	const {question, apply, isRunning, isLasting} = task.getSnapshot();
	if (question?.type === 'approval') return approveHints(question.store, question.store.getSnapshot(), options);
	const steps = apply?.getSnapshot();
	const labels = {...(steps && applyLabels(steps)), back: isRunning && !isLasting ? 'cancel' : 'back'};
	return hintsOf(taskScreens(task), {...options, labels}).filter(({action}) => {
		if (action === 'dismiss') return !isRunning && isLasting;
		if (action === 'interrupt') return isRunning && isLasting;
		if (action === 'task') return tasks.length > 1;
		if (action === 'quit') return true;
		return !steps || isApplyKeyOffered(action, steps.progress);
	});
}

/** The rows that scroll on the page of a task; undefined without one. */
function taskRowsIn({task, overlay}: DashboardState, body: {readonly columns: number; readonly rows: number}) {
	if (!task) return undefined;
	const {question, apply} = task.getSnapshot();
	return apply && !question && !overlay ? logRowsIn(apply.getSnapshot(), body) : body.rows - paneFrame.rows;
}
