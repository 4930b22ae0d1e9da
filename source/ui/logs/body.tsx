import type {Head} from './failure-lines.ts';
import type {LogState} from './log-store.ts';
import {PoolPane} from './pool-pane.tsx';

type Props = {
	readonly log: LogState;
	readonly title: string;
	readonly head?: Head;
	readonly empty: string;
	readonly isColoured: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** A full-screen log; without a border when zoomed, so that the mouse selects nothing but lines. */
export function LogsBody({log, title, head, empty, isColoured, columns, rows}: Props) {
	const source = log.view.source;
	return (
		<PoolPane
			title={source === undefined ? title : `${title}: ${source}`}
			state={log}
			head={head}
			empty={empty}
			isColoured={isColoured}
			isFocused
			isFrameless={log.isZoomed}
			columns={columns}
			rows={rows}
		/>
	);
}
