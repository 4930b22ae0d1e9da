import {Text} from 'ink';
import {counted} from '../../counted.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import type {EventView, TableColumn, TableRow} from './data.ts';
import {selectedEvent, shownEvents} from './lookups.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';

type Props = {readonly state: DashboardState; readonly columns: number; readonly rows: number};

const eventColumns: readonly TableColumn[] = [
	{title: 'TIME', priority: 0},
	{title: 'ENVIRONMENT', priority: 3},
	{title: 'OBJECT', priority: 1, isName: true},
	{title: 'WHAT', priority: 0, isFlexible: true},
	{title: 'DEPLOYMENT', priority: 4},
];

const pad = (value: number): string => String(value).padStart(2, '0');

/** Local time of the day: `08:00:00`. */
function timeOf(at: number): string {
	const date = new Date(at);
	return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':');
}

const eventRow = ({id, at, environment, object, deployment, text, tone}: EventView, isAll: boolean): TableRow => ({
	id: String(id),
	tone,
	toneCell: 3,
	cells: [timeOf(at), isAll ? (environment ?? '') : '', object, text, deployment],
});

/** What the engine says has happened since the dashboard was opened, newest first. */
export function EventsScreen({state, columns, rows}: Props) {
	const events = shownEvents(state);
	const {location, filter, otherEvents} = state;
	const isAll = location.screen === 'events' && location.isAll;
	const others = otherEvents === 0 ? [] : [`${otherEvents} of others not shown`];
	return (
		<Pane
			columns={columns}
			rows={rows}
			title="Events of the engine"
			note={[counted(events.length, 'event'), ...others].join(', ')}
			isFocused
		>
			{events.length === 0 ? (
				<Text {...looks.secondary} wrap="truncate">
					{filter === '' ? 'Nothing has happened since the dashboard was opened.' : 'No matching event.'}
				</Text>
			) : (
				<TableList
					columns={eventColumns}
					list={events.map(event => eventRow(event, isAll))}
					selected={Math.max(
						0,
						events.findIndex(({id}) => id === selectedEvent(state)?.id),
					)}
					width={columns - paneFrame.columns}
					rows={rows - paneFrame.rows}
				/>
			)}
		</Pane>
	);
}
