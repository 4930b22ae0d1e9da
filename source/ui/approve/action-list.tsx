import {Box, Text} from 'ink';
import type {Glyphs} from '../../output/glyphs.ts';
import {changeLine} from '../../output/plan/value-text.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, padEnd, truncate, wrapWords} from '../../output/width.ts';
import {dependenciesOf, dependentsOf, listOf} from '../../plan/approval.ts';
import {type Action, type Plan, signOf} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import {actionLooks, looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {windowAround} from '../parts/window.ts';
import type {ApproveState} from './store.ts';

type Line =
	| {readonly type: 'action'; readonly action: Action; readonly index: number}
	| {readonly type: 'detail'; readonly label: string; readonly text: string; readonly key: string};

const indent = 12;
const labelColumns = 11;

/** The lines of the list: one per action, with details under the opened one and the way out under blocked ones. */
export function linesOf(plan: Plan, actions: readonly Action[], opened: string | undefined, columns: number): Line[] {
	return actions.flatMap((action, index): Line[] => [
		{type: 'action', action, index},
		...(action.address === opened ? factsOf(plan, action) : blockOf(plan, action)).flatMap(([label, text]) =>
			wrapWords(sanitiseLine(text), Math.max(10, columns - indent - labelColumns)).map(
				(part, row): Line => ({
					type: 'detail',
					label: row === 0 ? label : '',
					text: part,
					key: `${action.address} ${label} ${row} ${part}`,
				}),
			),
		),
	]);
}

type Fact = readonly [label: string, text: string];

const blockOf = (plan: Plan, {unblock}: Action): Fact[] =>
	unblock === undefined ? [] : [['unblock', renderHint(unblock, plan)]];

const shownChanges = 12;

/** The changes, the image first. The full diff has all of them. */
function changesOf({changes}: Action): Fact[] {
	const limit = changes.length <= shownChanges + 1 ? changes.length : shownChanges;
	const more = changes.length - limit;
	return [
		...changes.slice(0, limit).map((change): Fact => ['changes', changeLine(change, {arrow: '→'})]),
		...(more > 0 ? [['changes', `${more} more, d shows them`] as const] : []),
	];
}

function factsOf(plan: Plan, action: Action): Fact[] {
	const dependencies = dependenciesOf(plan, action.address);
	const dependents = dependentsOf(plan, action.address);
	return [
		...action.reasons.map((reason): Fact => ['because', reason]),
		...changesOf(action),
		...(dependencies.length > 0 ? [['needs', listOf(dependencies)] as const] : []),
		['needed by', dependents.length > 0 ? listOf(dependents) : 'nothing else in this plan'],
		...blockOf(plan, action),
	];
}

type Props = {
	readonly plan: Plan;
	readonly actions: readonly Action[];
	readonly state: ApproveState;
	readonly columns: number;
	readonly rows: number;
};

/** The plan's actions, each with a checkbox. The cursor's line stays visible. */
export function ActionList({plan, actions, state, columns, rows}: Props) {
	const lines = linesOf(plan, actions, state.opened, columns);
	const cursorLine = lines.findIndex(line => line.type === 'action' && line.index === state.cursor);
	const {from, to} = windowAround(lines.length, rows, cursorLine === -1 ? lines.length : cursorLine);
	const width = Math.min(32, Math.max(0, ...actions.map(({address}) => displayWidth(sanitiseLine(address)))));
	const glyphs = useGlyphs();
	return (
		<Box flexDirection="column" height={to - from} flexShrink={0}>
			{lines.slice(from, to).map(line =>
				line.type === 'detail' ? (
					<Text key={line.key} wrap="truncate">
						<Text {...looks.secondary}>{' '.repeat(indent) + padEnd(line.label, labelColumns)}</Text>
						{glyphs.adapt(line.text)}
					</Text>
				) : (
					<ActionRow
						key={line.action.address}
						action={line.action}
						isSelected={line.index === state.cursor}
						isOpen={line.action.address === state.opened}
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
	readonly isOpen: boolean;
	readonly isSkipped: boolean;
	readonly addressColumns: number;
	readonly columns: number;
};

function ActionRow({action, isSelected, isOpen, isSkipped, addressColumns, columns}: RowProps) {
	const glyphs = useGlyphs();
	const look = isSkipped ? looks.secondary : actionLooks[action.kind];
	const address = padEnd(truncate(sanitiseLine(action.address), addressColumns, glyphs.ellipsis), addressColumns);
	const reason = isSkipped ? 'skipped' : isOpen ? '' : (action.reasons[0] ?? '');
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
