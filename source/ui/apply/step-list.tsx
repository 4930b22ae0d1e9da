import {Text} from 'ink';
import type {StepProgress} from '../../output/events/progress.ts';
import {displayWidth} from '../../output/width.ts';
import {listOf} from '../../plan/approval.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {windowWithPins} from '../parts/window.ts';
import {StepRow} from './step-row.tsx';

type Props = {
	readonly steps: readonly StepProgress[];
	readonly selected: string | undefined;
	readonly isFocused: boolean;
	readonly columns: number;
	readonly rows: number;
	readonly clock: FrameClock;
};

/** All steps of an apply. If they do not all fit, the selected, running and failed ones stay visible. */
export function StepList({steps, selected, isFocused, columns, rows, clock}: Props) {
	const inner = {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const cursor = Math.max(
		0,
		steps.findIndex(step => step.address === selected),
	);
	const working = steps.flatMap(({state}, index) => (state === 'running' || state === 'failed' ? [index] : []));
	const shown = windowWithPins(steps.length, inner.rows, cursor, working);
	const longest = Math.max(0, ...steps.map(({address}) => displayWidth(address)));
	const signColumns = Math.max(1, ...steps.map(({sign}) => sign.length)) + 1;
	const waitingFor = describeWaiting(steps);
	return (
		<Pane
			columns={columns}
			rows={rows}
			title="Steps"
			note={shown.length < steps.length ? `${shown.length} of ${steps.length} shown` : ''}
			isFocused={isFocused}
		>
			{steps.length === 0 && <Text {...looks.secondary}>Nothing has started yet.</Text>}
			{shown
				.map(index => steps[index]!)
				.map(step => (
					<StepRow
						key={step.address}
						step={step}
						waitsFor={step.state === 'waiting' ? waitingFor(step) : ''}
						isSelected={step.address === selected}
						signColumns={signColumns}
						addressColumns={Math.min(longest, Math.max(12, Math.floor(inner.columns * 0.3)))}
						columns={inner.columns}
						clock={clock}
					/>
				))}
		</Pane>
	);
}

function describeWaiting(steps: readonly StepProgress[]): (step: StepProgress) => string {
	const unfinished = new Set(steps.filter(({state}) => state !== 'done').map(({address}) => address));
	return ({dependsOn}) => {
		const missing = dependsOn.filter(address => unfinished.has(address));
		return missing.length === 0 ? '' : `needs ${listOf(missing)}`;
	};
}
