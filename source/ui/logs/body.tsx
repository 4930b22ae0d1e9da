import {Box} from 'ink';
import type {FrameClock} from '../parts/frame-clock.ts';
import {ChipRow, chipRowsOf} from './chip-row.tsx';
import type {Head} from './failure-lines.ts';
import type {LogState} from './log-store.ts';
import {LogWheel} from './log-wheel.tsx';
import {PoolPane} from './pool-pane.tsx';
import {sourcesOn} from './pool-view.ts';

type Props = {
	readonly log: LogState;
	readonly title: string;
	readonly head?: Head;
	readonly empty: string;
	readonly clock: FrameClock;
	readonly isColoured: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** A full-screen log; without a border when zoomed, so that the mouse selects nothing but lines. */
export function LogsBody({log, title, head, empty, clock, isColoured, columns, rows}: Props) {
	const [only, ...others] = sourcesOn(log.shown, log.view);
	const isOne = log.view.off.length > 0 && only !== undefined && others.length === 0;
	const chipRows = chipRowsOf(log);
	return (
		<Box flexDirection="column">
			{chipRows > 0 && <ChipRow log={log} columns={columns} />}
			<LogWheel rows={rows - chipRows}>
				<PoolPane
					title={isOne ? `${title}: ${only}` : title}
					state={log}
					head={head}
					empty={empty}
					clock={clock}
					isColoured={isColoured}
					isFocused={log.chip === undefined}
					isFrameless={log.isZoomed}
					columns={columns}
					rows={rows - chipRows}
				/>
			</LogWheel>
		</Box>
	);
}
