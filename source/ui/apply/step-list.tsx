import {Text} from 'ink';
import type {StepProgress} from '../../output/events/progress.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';
import {listOf} from '../../plan/approval.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks, stateLooks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {windowWithPins} from '../parts/window.ts';
import {MouseArea} from '../terminal/mouse-area.tsx';
import {reachable, type StepEntry} from './entries.ts';
import {fixedColumns, StepRow} from './step-row.tsx';

type Props = {
	readonly steps: readonly StepProgress[];
	/** The lines of the list. */
	readonly entries: readonly StepEntry[];
	readonly hasCauses: boolean;
	readonly selected: string | undefined;
	readonly isFocused: boolean;
	readonly onSelect: (address: string) => void;
	readonly columns: number;
	readonly rows: number;
	readonly clock: FrameClock;
};

/** The steps of an apply, causes first. If they do not all fit, the selected, running and failed ones stay visible. */
export function StepList({steps, entries, hasCauses, selected, isFocused, onSelect, columns, rows, clock}: Props) {
	const inner = {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const cursor = Math.max(
		0,
		entries.findIndex(entry => entry.type === 'step' && entry.step.address === selected),
	);
	const isWorking = (entry: StepEntry) =>
		entry.type === 'group' || entry.step.state === 'running' || entry.step.state === 'failed';
	const working = entries.flatMap((entry, index) => (isWorking(entry) ? [index] : []));
	const shown = windowWithPins(entries.length, inner.rows, cursor, working);
	const listed = entries.flatMap(entry => (entry.type === 'step' ? [entry.step] : []));
	const wordColumns = Math.max(8, ...listed.map(({state}) => state.length + 1));
	const signColumns = Math.max(1, ...steps.map(({sign}) => sign.length)) + 1;
	const waitingFor = describeWaiting(steps);
	const addressColumns = addressWidth(listed, inner.columns - signColumns - wordColumns);
	const addresses = reachable(entries);
	const current = addresses.indexOf(selected ?? '');
	const moveBy = (by: number) => {
		const next = addresses[current + by];
		if (next !== undefined) onSelect(next);
	};
	const click = (_: number, line: number) => {
		const entry = entries[shown[line] ?? -1];
		if (entry?.type === 'step') onSelect(entry.step.address);
	};
	return (
		<Pane
			columns={columns}
			rows={rows}
			title={hasCauses ? 'Causes' : 'Steps'}
			note={shown.length < entries.length ? `${shown.length} of ${entries.length} shown` : ''}
			isFocused={isFocused}
		>
			{steps.length === 0 && <Text {...looks.secondary}>Nothing has started yet.</Text>}
			<MouseArea flexDirection="column" onClick={click} onWheel={moveBy}>
				{shown
					.map(index => entries[index]!)
					.map(entry =>
						entry.type === 'group' ? (
							<GroupRow key={`${entry.state} ${entry.text}`} {...entry} columns={inner.columns} />
						) : (
							<StepRow
								key={entry.step.address}
								step={entry.step}
								waitsFor={entry.step.state === 'waiting' ? waitingFor(entry.step) : ''}
								isSelected={entry.step.address === selected}
								signColumns={signColumns}
								wordColumns={wordColumns}
								addressColumns={addressColumns}
								columns={inner.columns}
								clock={clock}
							/>
						),
					)}
			</MouseArea>
		</Pane>
	);
}

/** Least width of a message. It does not depend on the messages, so that the columns stay where they are. */
const leastMessage = 20;

/** Room for the names: at least a third of the list, and what short messages leave. */
function addressWidth(steps: readonly StepProgress[], columns: number): number {
	const longest = Math.max(0, ...steps.map(({address}) => displayWidth(sanitiseLine(address))));
	return Math.min(longest, Math.max(12, Math.floor(columns * 0.3), columns - leastMessage - fixedColumns));
}

type GroupProps = Pick<Extract<StepEntry, {readonly type: 'group'}>, 'state' | 'text'> & {readonly columns: number};

/** One line for several steps. */
function GroupRow({state, text, columns}: GroupProps) {
	const glyphs = useGlyphs();
	const shown = truncate(glyphs.adapt(sanitiseLine(text)), Math.max(0, columns - 4), glyphs.ellipsis);
	return (
		<Text wrap="truncate">
			<Text {...stateLooks[state]}>{`  ${glyphs[state]} `}</Text>
			<Text {...looks.secondary}>{shown}</Text>
		</Text>
	);
}

function describeWaiting(steps: readonly StepProgress[]): (step: StepProgress) => string {
	const unfinished = new Set(steps.filter(({state}) => state !== 'done').map(({address}) => address));
	return ({dependsOn}) => {
		const missing = dependsOn.filter(address => unfinished.has(address));
		return missing.length === 0 ? '' : `needs ${listOf(missing)}`;
	};
}
