import {serviceAddress} from '../../model/address.ts';
import {isRouted} from '../../model/kinds.ts';
import {type Action, type Change, type Plan, type ShownValue, signOf} from '../../plan/plan.ts';
import type {Glyphs} from '../glyphs.ts';
import {sanitiseLine} from '../sanitise.ts';
import {displayWidth, padEnd, wrapWords} from '../width.ts';
import {renderChanges} from './change-text.ts';
import type {PlanTextOptions} from './value-text.ts';
import {verbOf} from './words.ts';

/** Widths of the sign and address columns, shared by all lines of a plan. */
export type PlanColumns = {readonly sign: number; readonly address: number};

/** Cells before the sign of an action. */
export const margin = 2;
const shownFiles = 5;

/** Column widths for these actions. Addresses wider than 40 % of the line do not widen the column. */
export function planColumns(addresses: readonly string[], signs: readonly string[], columns: number): PlanColumns {
	const limit = Math.max(16, Math.floor(columns * 0.4));
	const widths = addresses.map(address => displayWidth(sanitiseLine(address))).filter(width => width <= limit);
	return {sign: Math.max(1, ...signs.map(sign => sign.length)), address: Math.max(1, ...widths)};
}

/** `address  text`, the text wrapped in its own column. */
export function addressLines(
	sign: string,
	address: string,
	text: string,
	{sign: signWidth, address: addressWidth}: PlanColumns,
	{paint, glyphs, columns}: PlanTextOptions,
	styles: {readonly sign?: (text: string) => string; readonly text?: (text: string) => string} = {},
): string[] {
	const mark = glyphs.sign(sign);
	const {sign: signStyle = paint.bold, text: textStyle = (line: string) => line} = styles;
	const name = sanitiseLine(address);
	const column = margin + signWidth + 1 + Math.max(addressWidth, displayWidth(name)) + 2;
	const isNarrow = columns - column < 24;
	const textColumn = isNarrow ? margin + signWidth + 3 : column;
	const wrapped = wrapWords(glyphs.adapt(sanitiseLine(text)), Math.max(20, columns - textColumn));
	const head = `${' '.repeat(margin)}${signStyle(padEnd(mark, signWidth))} ${paint.bold(name)}`;
	const rest = wrapped.map(line => ' '.repeat(textColumn) + textStyle(line));
	if (isNarrow) return [head, ...rest];
	return [
		`${head}${' '.repeat(column - margin - signWidth - 1 - displayWidth(name))}${textStyle(wrapped[0]!)}`,
		...rest.slice(1),
	];
}

// Lists changed source files by name, without their content.
function fileLines(names: readonly string[], indent: string, {paint, glyphs, isFull}: PlanTextOptions): string[] {
	const limit = isFull || names.length <= shownFiles + 1 ? names.length : shownFiles;
	const lines = names.slice(0, limit).map(name => `${indent}${paint.update(glyphs.sign('~'))} ${sanitiseLine(name)}`);
	if (limit < names.length) lines.push(`${indent}${paint.dim(`(${names.length - limit} more files)`)}`);
	return lines;
}

const adaptValue = (value: ShownValue, {adapt}: Glyphs): ShownValue =>
	value.type === 'text' ? {...value, text: adapt(value.text)} : value;

/** Replaces symbols in route rules, whose text is Compartment's. Other values are the user's and stay unchanged. */
const adaptRules = (change: Change, glyphs: Glyphs): Change =>
	change.name.startsWith('rules.')
		? {...change, before: adaptValue(change.before, glyphs), after: adaptValue(change.after, glyphs)}
		: change;

/** The port of a new service, when neither compartment.yml nor a variable sets it. */
function portNote(plan: Plan, {address, kind, object}: Action, isFull: boolean): string | undefined {
	const planned = plan.deployments.find(({service}) => address === serviceAddress(service));
	if (object !== 'service' || !planned || !isRouted(planned.kind) || planned.spec.port !== undefined) return undefined;
	if (kind !== 'create' && kind !== 'adopt' && !isFull) return undefined;
	const {number, why} = planned.port;
	return number === undefined ? `port: ${why}` : `port: ${number} (${why})`;
}

/** One action: a line with verb and reasons, then its changes. */
export function renderAction(plan: Plan, action: Action, layout: PlanColumns, options: PlanTextOptions): string[] {
	const {paint, isFull} = options;
	const [main, ...others] = action.reasons;
	const phrase = [verbOf(plan, action), ...(main ? [main] : [])].join(': ');
	const also = others.length === 0 ? '' : `; ${others.join('; ')}`;
	const style = paint[action.kind];
	const text = action.deletesData ? paint.delete : undefined;
	const lines = addressLines(signOf(action), action.address, phrase + also, layout, options, {sign: style, text});
	const indent = margin + layout.sign + 3;
	const files = action.changes.filter(({name}) => action.object === 'image' && name.startsWith('source.'));
	const attributes = action.changes
		.filter(change => !files.includes(change))
		.map(change => (action.object === 'routes' ? adaptRules(change, options.glyphs) : change));
	const fileNames = files.map(({name}) => name.slice('source.'.length));
	lines.push(...fileLines(fileNames, ' '.repeat(indent), options));
	lines.push(...renderChanges(attributes, action.kind, indent, options));
	const builder = plan.images.find(({service}) => `image.${service}` === action.address)?.builder;
	// The reason of a first build already names the builder.
	if (action.object === 'image' && builder && !action.reasons.some(reason => reason.includes(builder)))
		lines.push(`${' '.repeat(indent)}${paint.dim(`builder: ${sanitiseLine(builder)}`)}`);
	const port = portNote(plan, action, isFull);
	if (port !== undefined) lines.push(`${' '.repeat(indent)}${paint.dim(port)}`);
	if (isFull && action.unchanged > 0)
		lines.push(`${' '.repeat(indent)}${paint.dim(`(${action.unchanged} unchanged)`)}`);
	return lines;
}
