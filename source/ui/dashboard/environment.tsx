import {Box, Text} from 'ink';
import {formatAge} from '../../output/duration.ts';
import {failureHead} from '../logs/failure-lines.ts';
import type {LogState} from '../logs/log-store.ts';
import {LogWheel} from '../logs/log-wheel.tsx';
import {PoolPane} from '../logs/pool-pane.tsx';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {currentEnvironment, currentObject, shownObjects, staleSince} from './lookups.ts';
import {objectColumns, objectRow} from './rows.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';

type Props = {
	readonly state: DashboardState;
	readonly log: LogState;
	readonly now: number;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** Minimum height of a useful log. */
const leastLogRows = 5;

/** Services and resources of one environment, and the log of the selected one. */
export function EnvironmentScreen({state, log, now, clock, isColoured, columns, rows}: Props) {
	const environment = currentEnvironment(state);
	const objects = shownObjects(state);
	const selected = currentObject(state);
	const {isUnicode} = useGlyphs();
	const since = environment && staleSince(environment, state.link, now);
	const options = {now, isUnicode, isStale: since !== undefined, sort: state.sort};
	const groups = new Set(objects.map(({kind}) => kind)).size;
	const wanted = Math.max(1, objects.length) + groups + paneFrame.rows;
	const listRows = Math.min(wanted, Math.max(6, Math.floor(rows * 0.6)), rows);
	const logRows = rows - listRows;
	return (
		<Box flexDirection="column">
			<Pane
				columns={columns}
				rows={listRows}
				title="Services and resources"
				note={[
					...(since === undefined ? [] : [`as of ${formatAge(since, now)} ago`]),
					...(state.sort === 'worst first' ? [] : [`by ${state.sort}`]),
					...noteOf(objects.length, environment?.objects.length ?? 0),
				].join(', ')}
				isFocused
			>
				{objects.length === 0 ? (
					<Text {...looks.secondary} wrap="truncate">
						{state.filter === '' ? 'compartment.yml declares nothing yet.' : 'No matching service or resource.'}
					</Text>
				) : (
					<TableList
						columns={objectColumns}
						list={objects.map(object => objectRow(object, state.figures[object.address], options))}
						selected={objects.findIndex(({address}) => address === selected?.address)}
						width={columns - paneFrame.columns}
						rows={listRows - paneFrame.rows}
					/>
				)}
			</Pane>
			{logRows >= leastLogRows && (
				<LogWheel rows={logRows}>
					<PoolPane
						title={selected ? `Log of ${selected.name}` : 'Log'}
						state={log}
						head={failureHead(selected, now)}
						empty={
							environment?.isDeployed
								? `${selected?.name ?? 'It'} has no output yet.`
								: 'Nothing is deployed yet. Press a to plan and apply.'
						}
						clock={clock}
						isColoured={isColoured}
						isFocused={false}
						columns={columns}
						rows={logRows}
					/>
				</LogWheel>
			)}
		</Box>
	);
}

const noteOf = (shown: number, all: number): string[] => (shown === all ? [] : [`${shown} of ${all} shown`]);
