import type {Action, Plan} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import {sanitiseLine} from '../sanitise.ts';
import {addressLines, margin, type PlanColumns} from './action-text.ts';
import type {PlanTextOptions} from './value-text.ts';

/** A blocked action: its reasons, and on a separate line, to be copied, the command that unblocks it. */
export function renderBlocked(plan: Plan, action: Action, layout: PlanColumns, options: PlanTextOptions): string[] {
	const {paint, glyphs} = options;
	const lines = addressLines('!', action.address, action.reasons.join('; '), layout, options, {sign: paint.blocked});
	if (action.unblock === undefined) return lines;
	const indent = ' '.repeat(margin + layout.sign + 3);
	return [
		...lines,
		`${indent}${paint.dim(glyphs.arrow)} ${paint.accent(sanitiseLine(renderHint(action.unblock, plan)))}`,
	];
}
