import {Box, Text} from 'ink';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import type {EnvironmentView} from './data.ts';
import {currentEnvironment, shownEnvironments, staleSince} from './lookups.ts';
import {environmentColumns, environmentRow, objectRow, previewColumns} from './rows.ts';
import {sortObjects} from './sort.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';

type Props = {readonly state: DashboardState; readonly now: number; readonly columns: number; readonly rows: number};

/** All environments of the project, and the services and resources of the selected one. */
export function EnvironmentsScreen({state, now, columns, rows}: Props) {
	const environments = shownEnvironments(state);
	const selected = currentEnvironment(state);
	const listRows = Math.min(rows, environments.length + 1 + paneFrame.rows, Math.max(5, Math.floor(rows / 2)));
	const restRows = rows - listRows;
	const {isUnicode} = useGlyphs();
	const isStale = (environment: EnvironmentView) => staleSince(environment, state.link, now) !== undefined;
	const {sort} = state;
	const objects = selected
		? sortObjects(selected.objects, sort, {}).map(object =>
				objectRow(object, undefined, {now, isUnicode, isStale: isStale(selected), sort}),
			)
		: [];
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
						list={environments.map(view => environmentRow(view, now, isStale(view)))}
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
						columns={previewColumns}
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
