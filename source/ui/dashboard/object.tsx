import {Box, Text} from 'ink';
import {LogsBody} from '../logs/body.tsx';
import {failureHead} from '../logs/failure-lines.ts';
import type {LogState} from '../logs/log-store.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {looks} from '../parts/theme.ts';
import {Content} from './content.tsx';
import {tabsOf} from './data.ts';
import {currentObject} from './lookups.ts';
import type {PageRow} from './page-lines.ts';
import type {DashboardState} from './state.ts';
import {Tabs} from './tabs.tsx';

type Props = {
	readonly state: DashboardState;
	readonly log: LogState;
	/** The content of the tab, when it is a page. */
	readonly page: readonly PageRow[];
	readonly now: number;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** One service or resource: its tabs and the content of the selected one. */
export function ObjectScreen({state, log, page, now, clock, isColoured, columns, rows}: Props) {
	const object = currentObject(state);
	if (!object || state.location.screen !== 'object')
		return <Text {...looks.warning}> No longer declared in compartment.yml, and not running.</Text>;
	const {tab} = state.location;
	const isZoomed = log.isZoomed && tab === 'logs';
	const size = {columns, rows: rows - (isZoomed ? 0 : 1)};
	return (
		<Box flexDirection="column">
			{!isZoomed && <Tabs tabs={tabsOf(object)} selected={tab} columns={columns} />}
			{tab === 'logs' ? (
				<LogsBody
					log={log}
					title={`Log of ${object.name}`}
					head={failureHead(object, now)}
					empty={object.tone === 'quiet' ? `${object.name} is ${object.state}.` : `${object.name} has no output yet.`}
					clock={clock}
					isColoured={isColoured}
					{...size}
				/>
			) : (
				<Content state={state} page={page} title={tab} {...size} />
			)}
		</Box>
	);
}
