import {type Action, countActions, type Drift, type Plan, signOf} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import {sanitiseLine} from '../sanitise.ts';
import {displayWidth, wrapWords} from '../width.ts';
import {addressLines, type PlanColumns, planColumns, renderAction} from './action-text.ts';
import {renderBlocked} from './blocked-text.ts';
import {intentionOf, modeWords} from './mode-words.ts';
import type {PlanTextOptions} from './value-text.ts';
import {driftWords, legend, nothingToDo} from './words.ts';

export type {PlanTextOptions} from './value-text.ts';

function header(plan: Plan, {paint, glyphs, columns}: PlanTextOptions): string[] {
	const place = `${sanitiseLine(plan.project)} ${glyphs.separator} ${sanitiseLine(plan.environment)}`;
	const note =
		modeWords[plan.mode].heading ||
		(plan.services?.length ? `only ${plan.services.map(name => sanitiseLine(name)).join(', ')}` : '');
	const parts = ['compartment plan', place, ...(note ? [note] : [])];
	const hasActions = plan.actions.some(({kind}) => kind !== 'none');
	const intention = hasActions ? wrapWords(sanitiseLine(intentionOf(plan)), columns) : [];
	return [paint.bold(parts.join(` ${glyphs.dot} `)), ...intention];
}

function legendLines(actions: readonly Action[], {paint, glyphs, columns}: PlanTextOptions): string[] {
	const signs = new Map(actions.map(action => [signOf(action), action.kind]));
	// Signs shown as words need no legend.
	const items = legend.filter(([sign]) => signs.has(sign) && glyphs.sign(sign) === sign);
	const lines: string[][] = [[]];
	let width = 0;
	for (const [sign, meaning] of items) {
		const itemWidth = displayWidth(`${sign} ${meaning}`) + 3;
		if (width > 0 && 2 + width + itemWidth - 3 > columns) {
			lines.push([]);
			width = 0;
		}
		width += itemWidth;
		lines.at(-1)!.push(`${paint[signs.get(sign)!](sign)} ${paint.dim(meaning)}`);
	}
	return items.length === 0 ? [] : lines.map(line => `  ${line.join('   ')}`);
}

const hasDetails = (lines: readonly string[], action: Action) => lines.length > 1 && action.changes.length > 0;

// Empty lines separate actions with details from the others.
function actionLines(plan: Plan, actions: readonly Action[], layout: PlanColumns, options: PlanTextOptions): string[] {
	const lines: string[] = [];
	let wasBlock = false;
	for (const action of actions) {
		const block = renderAction(plan, action, layout, options);
		const isBlock = hasDetails(block, action);
		if (lines.length > 0 && (isBlock || wasBlock)) lines.push('');
		lines.push(...block);
		wasBlock = isBlock;
	}
	return lines;
}

function driftLines(heading: string, drift: readonly Drift[], options: PlanTextOptions): string[] {
	if (drift.length === 0) return [];
	const layout = planColumns(
		drift.map(({address}) => address),
		[options.glyphs.sign('*')],
		options.columns,
	);
	const lines = drift.flatMap(({address, message}) =>
		addressLines('*', address, message, layout, options, {sign: options.paint.warn}),
	);
	return [options.paint.bold(heading), ...lines];
}

function blockedLines(plan: Plan, actions: readonly Action[], layout: PlanColumns, options: PlanTextOptions): string[] {
	if (actions.length === 0) return [];
	const blocks = actions.map(action => renderBlocked(plan, action, layout, options));
	return [
		options.paint.blocked('Blocked: nothing runs until this is resolved'),
		...blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block])),
	];
}

function warningLines(warnings: readonly string[], {paint, glyphs, columns}: PlanTextOptions): string[] {
	return warnings.flatMap(warning => {
		// The lines after the first are commands to copy.
		const [text = '', ...copied] = warning.split('\n').map(line => sanitiseLine(line));
		const wrapped = wrapWords(glyphs.adapt(text), Math.max(20, columns - 9));
		return [
			...wrapped.map((line, index) => (index === 0 ? `${paint.warn('Warning:')} ${line}` : `         ${line}`)),
			...copied.map(line => `  ${paint.accent(line)}`),
		];
	});
}

/** The last line of every plan with changes (docs/rules.md, "Summary line"). */
export function planSummary(actions: readonly Action[]): string {
	const counts = countActions(actions);
	const parts = [
		`${counts.create} to create`,
		`${counts.update} to update`,
		`${counts.replace} to replace`,
		...(counts.adopt > 0 ? [`${counts.adopt} to adopt`] : []),
		`${counts.delete} to delete`,
		...(counts.run > 0 ? [`${counts.run} to run`] : []),
		...(counts.blocked > 0 ? [`${counts.blocked} blocked`] : []),
	];
	return `Plan: ${parts.join(', ')}.`;
}

function lastLines(plan: Plan, changing: readonly Action[], options: PlanTextOptions): string[] {
	const {paint} = options;
	const unchanged = plan.actions.length - changing.length;
	const lost = changing.filter(({deletesData}) => deletesData).map(({address}) => sanitiseLine(address));
	const warning = lost.length === 0 ? [] : [paint.fail(`Data will be permanently deleted: ${lost.join(', ')}.`), ''];
	if (changing.length === 0)
		return wrapWords(sanitiseLine(nothingToDo(plan)), options.columns).map(line => paint.bold(line));
	const count = unchanged > 0 ? [paint.dim(`${unchanged} unchanged`)] : [];
	return [...warning, ...count, paint.bold(planSummary(plan.actions))];
}

/**
 * A plan as text: the drift, the actions with their reasons, what is blocked, the warnings and the counts. No trailing
 * newline. `planDocument` is for programs.
 */
export function renderPlan(plan: Plan, options: PlanTextOptions): string {
	const changing = plan.actions.filter(({kind}) => kind !== 'none');
	// What changes comes first, also in the full plan.
	const shown = options.isFull ? [...changing, ...plan.actions.filter(({kind}) => kind === 'none')] : changing;
	const layout = planColumns(
		shown.map(({address}) => address),
		shown.map(action => options.glyphs.sign(signOf(action))),
		options.columns,
	);
	const isBlocked = ({kind}: Action) => kind === 'blocked';
	const sections = [
		header(plan, options),
		legendLines(changing, options),
		...driftSections(plan, options),
		actionLines(
			plan,
			shown.filter(action => !isBlocked(action)),
			layout,
			options,
		),
		blockedLines(plan, shown.filter(isBlocked), layout, options),
		warningLines(
			plan.warnings.map(warning => renderHint(warning, plan)),
			options,
		),
		lastLines(plan, changing, options),
	];
	return joined(sections);
}

const joined = (sections: readonly (readonly string[])[]): string =>
	sections
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n');

/** What a plan says besides its actions: for a screen that lists them, above it. No trailing newline. */
export function renderPlanFrame(plan: Plan, options: PlanTextOptions): string {
	const changing = plan.actions.filter(({kind}) => kind !== 'none');
	return joined([
		header(plan, options),
		...driftSections(plan, options),
		warningLines(
			plan.warnings.map(warning => renderHint(warning, plan)),
			options,
		),
		lastLines(plan, changing, options),
	]);
}

function driftSections({drift}: Plan, options: PlanTextOptions): string[][] {
	const unhealthy = drift.filter(({isUnhealthy}) => isUnhealthy);
	const changed = drift.filter(({isUnhealthy}) => !isUnhealthy);
	return [
		driftLines(`${driftWords({})} since the last apply`, changed, options),
		driftLines(driftWords({isUnhealthy: true}), unhealthy, options),
	];
}
