import {Box, Text} from 'ink';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {currentEnvironment, shownEnvironments} from './lookups.ts';
import {environmentColumns, environmentRow, objectColumns, objectRow} from './rows.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';

type Props = {readonly state: DashboardState; readonly now: number; readonly columns: number; readonly rows: number};

/** All environments of the project, and the services and resources of the selected one. */
export function EnvironmentsScreen({state, now, columns, rows}: Props) {
	const environments = shownEnvironments(state);
	const selected = currentEnvironment(state);
	const listRows = Math.min(rows, environments.length + 1 + paneFrame.rows, Math.max(5, Math.floor(rows / 2)));
	const restRows = rows - listRows;
	const objects = selected?.objects.map(object => objectRow(object, undefined, now)) ?? [];
	return (
		<Box flexDirection="column">
			<Pane
				columns={columns}
				rows={Math.max(4, listRows)}
				title="Environments"
				note={String(environments.length)}
				isFocused
			>
				{environments.length === 0 ? (
					<Text {...looks.secondary}>No matching environment.</Text>
				) : (
					<TableList
						columns={environmentColumns}
						list={environments.map(view => environmentRow(view, now))}
						selected={environments.findIndex(({name}) => name === selected?.name)}
						width={columns - paneFrame.columns}
						rows={listRows - paneFrame.rows}
					/>
				)}
			</Pane>
			{selected && restRows >= 5 && objects.length > 0 && (
				<Pane
					columns={columns}
					rows={Math.min(restRows, objects.length + 2 + paneFrame.rows)}
					title={`In ${selected.name}`}
				>
					<TableList
						columns={objectColumns}
						list={objects}
						selected={-1}
						width={columns - paneFrame.columns}
						rows={restRows - paneFrame.rows}
					/>
				</Pane>
			)}
		</Box>
	);
}
