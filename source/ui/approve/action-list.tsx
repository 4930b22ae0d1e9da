import {Box, Text} from 'ink';
import type {Glyphs} from '../../output/glyphs.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, truncate, truncateMiddle, wrapWords} from '../../output/width.ts';
import {type Action, type Plan, signOf} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import {actionLooks, looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {windowAround} from '../parts/window.ts';
import type {ApproveState} from './store.ts';

type Line =
	| {readonly type: 'action'; readonly action: Action; readonly index: number}
	| {readonly type: 'unblock'; readonly text: string; readonly key: string};

const indent = 12;
const label = 'unblock    ';

/** The lines of the list: one per action, with the way out under blocked ones. */
export function linesOf(plan: Plan, actions: readonly Action[], columns: number): Line[] {
	return actions.flatMap((action, index): Line[] => [
		{type: 'action', action, index},
		...(action.unblock === undefined
			? []
			: wrapWords(sanitiseLine(renderHint(action.unblock, plan)), Math.max(10, columns - indent - label.length)).map(
					(text, row): Line => ({type: 'unblock', text, key: `${action.address} ${row} ${text}`}),
				)),
	]);
}

type Props = {
	readonly plan: Plan;
	/** Those that pass the filter. */
	readonly actions: readonly Action[];
	readonly state: ApproveState;
	readonly columns: number;
	readonly rows: number;
};

/** The plan's actions, each with a checkbox. The cursor's line stays visible. */
export function ActionList({plan, actions, state, columns, rows}: Props) {
	const lines = linesOf(plan, actions, columns);
	const cursorLine = lines.findIndex(line => line.type === 'action' && line.index === state.cursor);
	const {from, to} = windowAround(lines.length, rows, cursorLine === -1 ? lines.length : cursorLine);
	const longest = Math.max(0, ...actions.map(({address}) => displayWidth(sanitiseLine(address))));
	const width = Math.min(longest, Math.max(24, Math.floor(columns * 0.4)));
	const glyphs = useGlyphs();
	return (
		<Box flexDirection="column" height={Math.max(1, to - from)} flexShrink={0}>
			{actions.length === 0 && <Text {...looks.secondary}> No matching action.</Text>}
			{lines.slice(from, to).map(line =>
				line.type === 'unblock' ? (
					<Text key={line.key} wrap="truncate">
						<Text {...looks.secondary}>{' '.repeat(indent) + label}</Text>
						{glyphs.adapt(line.text)}
					</Text>
				) : (
					<ActionRow
						key={line.action.address}
						action={line.action}
						isSelected={line.index === state.cursor}
						isSkipped={state.skipped.includes(line.action.address)}
						addressColumns={width}
						columns={columns}
					/>
				),
			)}
		</Box>
	);
}

type RowProps = {
	readonly action: Action;
	readonly isSelected: boolean;
	readonly isSkipped: boolean;
	readonly addressColumns: number;
	readonly columns: number;
};

function ActionRow({action, isSelected, isSkipped, addressColumns, columns}: RowProps) {
	const glyphs = useGlyphs();
	const look = isSkipped ? looks.secondary : actionLooks[action.kind];
	const address = padEnd(truncateMiddle(sanitiseLine(action.address), addressColumns, glyphs.ellipsis), addressColumns);
	const reason = isSkipped ? 'skipped' : (action.reasons[0] ?? '');
	return (
		<Text wrap="truncate">
			<Text {...looks.selected}>{isSelected ? (glyphs.isUnicode ? '❯ ' : '> ') : '  '}</Text>
			<Text {...looks.secondary}>{isSkipped ? '[ ] ' : action.kind === 'blocked' ? '    ' : '[x] '}</Text>
			<Text {...look}>{padEnd(signOf(action), 4)}</Text>
			<Text {...(isSkipped ? looks.secondary : isSelected ? looks.selected : looks.plain)}>{address}</Text>
			<Text {...looks.secondary}>{`  ${clean(reason, columns - addressColumns - 12, glyphs)}`}</Text>
		</Text>
	);
}

const clean = (text: string, columns: number, {adapt, ellipsis}: Glyphs): string =>
	truncate(adapt(sanitiseLine(text)), columns, ellipsis);
