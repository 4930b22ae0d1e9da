import type {ActionKind, Change, ShownValue} from '../../plan/plan.ts';
import {sanitiseLine} from '../sanitise.ts';
import {displayWidth, padEnd} from '../width.ts';
import type {PlanTextOptions} from './value-text.ts';
import {formatValue, isMultiLine, textLines, valueLines, withoutSecret} from './value-text.ts';

const minimumRoom = 20;

const signStyles = {'+': 'create', '-': 'delete', '~': 'update'} as const;

const signOfChange = ({before, after}: Change): '+' | '-' | '~' =>
	before.type === 'absent' ? '+' : after.type === 'absent' ? '-' : '~';

// The other side of a multi-line change may be a value that is not text.
const isNoText = (value: ShownValue): boolean => value.type === 'sensitive' || value.type === 'computed';

type Layout = {readonly indent: number; readonly nameWidth: number; readonly hasSigns: boolean};

function changeLines(change: Change, {indent, nameWidth, hasSigns}: Layout, options: PlanTextOptions): string[] {
	const {paint, glyphs, columns} = options;
	const {before, after} = change;
	const sign = signOfChange(change);
	const mark = hasSigns ? glyphs.sign(sign) : '';
	const head = `${' '.repeat(indent)}${hasSigns ? `${paint[signStyles[sign]](mark)} ` : ''}`;
	const name = sanitiseLine(change.name);
	if (isMultiLine(before) || isMultiLine(after)) {
		const from = isNoText(before) ? `  ${formatValue(before)}` : '';
		const to = isNoText(after) ? `  ${paint.dim(glyphs.arrow)} ${formatValue(after)}` : '';
		const inner = indent + 2;
		const room = Math.max(minimumRoom, columns - inner);
		return [head + name + from + to, ...textLines(change, room, options).map(line => ' '.repeat(inner) + line)];
	}
	const column = indent + (hasSigns ? mark.length + 1 : 0) + Math.max(nameWidth, displayWidth(name)) + 2;
	const [first = '', ...rest] = valueLines(change, Math.max(minimumRoom, columns - column), options);
	return [`${head}${padEnd(name, nameWidth)}  ${first}`, ...rest.map(line => ' '.repeat(column) + line)];
}

/** The changed attributes of one action, names aligned. Without signs when each would repeat the action's own. */
export function renderChanges(
	changes: readonly Change[],
	kind: ActionKind,
	indent: number,
	options: PlanTextOptions,
): string[] {
	const ownSign = kind === 'create' || kind === 'adopt' || kind === 'run' ? '+' : kind === 'delete' ? '-' : undefined;
	const hasSigns = !changes.every(change => signOfChange(change) === ownSign);
	// One long name must not shift the values of all others.
	const limit = Math.floor((options.columns - indent) / 2);
	const widths = changes.map(({name}) => displayWidth(sanitiseLine(name))).filter(width => width <= limit);
	const layout = {indent, nameWidth: Math.max(0, ...widths), hasSigns};
	return changes.flatMap(change => changeLines(withoutSecret(change), layout, options));
}
