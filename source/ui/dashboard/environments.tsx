import {Box, Text} from 'ink';
import type {Glyphs} from '../../output/glyphs.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import type {EnvironmentView} from './data.ts';
import {currentEnvironment, shownEnvironments, staleSince} from './lookups.ts';
import {createMatrix, type Matrix} from './matrix.ts';
import {columnsNote, layoutMatrix, type MatrixLayout} from './matrix-layout.ts';
import {MatrixList, matrixEdge} from './matrix-list.tsx';
import {objectRow, previewColumns, summaryOf} from './rows.ts';
import {sortObjects} from './sort.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';

type Props = {readonly state: DashboardState; readonly now: number; readonly columns: number; readonly rows: number};

/** The matrix of the environments that pass the filter, in a pane of this width. */
export const layoutEnvironments = (
	state: DashboardState,
	{now, columns, glyphs}: {readonly now: number; readonly columns: number; readonly glyphs: Glyphs},
): {readonly matrix: Matrix; readonly layout: MatrixLayout} => {
	const matrix = createMatrix(shownEnvironments(state), now);
	const width = columns - paneFrame.columns - matrixEdge;
	return {matrix, layout: layoutMatrix(matrix, {width, first: state.firstColumn, now, glyphs})};
};

/** The images of all environments of the project, and the services and resources of the selected one. */
export function EnvironmentsScreen({state, now, columns, rows}: Props) {
	const glyphs = useGlyphs();
	const {matrix, layout} = layoutEnvironments(state, {now, columns, glyphs});
	const selected = currentEnvironment(state);
	const listRows = Math.min(rows, matrix.rows.length + 1 + paneFrame.rows, Math.max(5, Math.floor(rows / 2)));
	const restRows = rows - listRows;
	const isStale = (environment: EnvironmentView) => staleSince(environment, state.link, now) !== undefined;
	const {sort} = state;
	const objects = selected
		? sortObjects(selected.objects, sort, {}).map(object =>
				objectRow(object, undefined, {now, isUnicode: glyphs.isUnicode, isStale: isStale(selected), sort}),
			)
		: [];
	return (
		<Box flexDirection="column">
			<Pane columns={columns} rows={Math.max(4, listRows)} title="Environments" note={columnsNote(layout)} isFocused>
				{matrix.rows.length === 0 ? (
					<Text {...looks.secondary}>No matching environment.</Text>
				) : (
					<MatrixList
						matrix={matrix}
						layout={layout}
						selected={matrix.rows.findIndex(({environment}) => environment.name === selected?.name)}
						marked={state.marked}
						isStale={({environment}) => isStale(environment)}
						rows={listRows - paneFrame.rows}
						width={columns - paneFrame.columns}
					/>
				)}
			</Pane>
			{selected && restRows >= 5 && objects.length > 0 && (
				<Pane
					columns={columns}
					rows={Math.min(restRows, objects.length + 2 + paneFrame.rows)}
					title={`In ${selected.name}`}
					note={glyphs.adapt(summaryOf(selected).text)}
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
