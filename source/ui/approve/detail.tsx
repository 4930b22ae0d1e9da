import {Text} from 'ink';
import type {Glyphs} from '../../output/glyphs.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate, wrapWords} from '../../output/width.ts';
import {dependenciesOf, dependentsOf, listOf} from '../../plan/approval.ts';
import type {Action, Plan} from '../../plan/plan.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';

type Props = {
	readonly plan: Plan;
	/** Undefined while the cursor is on the question. */
	readonly action: Action | undefined;
	/** The changes of the action, sanitised, with colours. */
	readonly diff: readonly string[];
	readonly columns: number;
	readonly rows: number;
};

/** What an action needs and what needs it. */
function relationsOf(plan: Plan, {address}: Action, columns: number, {adapt}: Glyphs): string[] {
	const dependencies = dependenciesOf(plan, address);
	const dependents = dependentsOf(plan, address);
	const facts = [
		...(dependencies.length > 0 ? [`needs ${listOf(dependencies)}`] : []),
		`needed by ${dependents.length > 0 ? listOf(dependents) : 'nothing else in this plan'}`,
	];
	return facts.flatMap(fact => wrapWords(adapt(sanitiseLine(fact)), columns));
}

/** The selected action: why, its changes line by line, and what depends on it. */
export function Detail({plan, action, diff, columns, rows}: Props) {
	const glyphs = useGlyphs();
	const inner = {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const relations = action
		? relationsOf(plan, action, inner.columns, glyphs).slice(0, Math.max(1, inner.rows - 1))
		: [];
	const room = Math.max(0, inner.rows - relations.length);
	const shown = diff.length > room ? diff.slice(0, Math.max(0, room - 1)) : diff;
	const more = diff.length - shown.length;
	return (
		<Pane
			columns={columns}
			rows={rows}
			title={action ? action.address : 'Changes'}
			note={more > 0 ? `${more} more lines, d shows them` : ''}
		>
			{shown.map((line, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their position
				<Text key={index} wrap="truncate">
					{line === '' ? ' ' : truncate(line, inner.columns, glyphs.ellipsis)}
				</Text>
			))}
			{more > 0 && <Text {...looks.secondary}>{glyphs.ellipsis}</Text>}
			{relations.map(line => (
				<Text key={line} {...looks.secondary} wrap="truncate">
					{line}
				</Text>
			))}
		</Pane>
	);
}
