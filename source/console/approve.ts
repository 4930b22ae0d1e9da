import {CancelledError, UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';
import {planLine} from '../output/events/events-json.ts';
import {planColumns, renderAction} from '../output/plan/action-text.ts';
import {renderPlan, renderPlanFrame} from '../output/plan/plan-text.ts';
import type {Terminal} from '../output/terminal.ts';
import {withoutSkipped} from '../plan/approval.ts';
import {hasChanges, type Plan, signOf} from '../plan/plan.ts';
import {renderHint} from '../render-hint.ts';
import type {ScreenSettings} from '../ui/apply/open-apply-view.tsx';
import type {PlanRenderer} from '../ui/approve/store.ts';
import type {Dialogue} from './dialogue.ts';

type ShowOptions = {
	/** Show unchanged actions and full-length values. */
	readonly isFull?: boolean | undefined;
	/** Whether a screen that lists the actions asks for approval next: they are not printed twice. */
	readonly isListedNext: boolean;
};

/** Prints the plan in the output format of this run. */
export function showPlan(plan: Plan, {terminal, shownAs}: Dialogue, options: ShowOptions): void {
	const {isFull = false, isListedNext} = options;
	if (shownAs === 'json') process.stdout.write(planLine(plan));
	else if (isListedNext && !isFull && canAsk(plan)) terminal.print(renderPlanFrame(plan, {...terminal, isFull}));
	else terminal.print(renderPlan(plan, {...terminal, isFull}));
}

/** Whether a plan is asked about at all. */
const canAsk = (plan: Plan): boolean => hasChanges(plan) && plan.actions.every(({kind}) => kind !== 'blocked');

/** Renders a plan and its actions for the screen that asks. */
const renderer = (plan: Plan, terminal: Terminal): PlanRenderer => ({
	full: () => renderPlan(plan, {...terminal, isFull: true}),
	action(action, columns) {
		const layout = planColumns([action.address], [terminal.glyphs.sign(signOf(action))], columns);
		return renderAction(plan, action, layout, {...terminal, columns, isFull: true});
	},
});

type ApprovalOptions = {
	readonly dialogue: Dialogue;
	/** The user has approved already: `--auto-approve`, a saved plan, or `deploy` in a script. */
	readonly isApproved: boolean;
	/** Keys and colours of the question. */
	readonly settings?: ScreenSettings;
	/** The command line that does not ask, for the error outside a terminal. */
	readonly insteadOfAsking: Hint;
};

/**
 * The plan that may run: the shown plan, or the part of it that the user selected; undefined when there is nothing to do.
 * @throws UserError when an action is blocked, or without a terminal to ask on; CancelledError after a no
 */
export async function approve(
	plan: Plan,
	{dialogue, isApproved, settings, insteadOfAsking}: ApprovalOptions,
): Promise<Plan | undefined> {
	const {terminal} = dialogue;
	const blocked = plan.actions.filter(({kind}) => kind === 'blocked');
	if (blocked.length > 0) {
		const hints = new Set(blocked.flatMap(({unblock}) => (unblock === undefined ? [] : [renderHint(unblock, plan)])));
		throw new UserError(
			`${blocked.length === 1 ? 'An action is' : `${blocked.length} actions are`} blocked, nothing was changed.`,
			{
				hint: [...hints].join('\n'),
			},
		);
	}
	if (!hasChanges(plan)) return undefined;
	if (isApproved) return plan;
	if (!terminal.isInteractive)
		throw new UserError(
			'Cannot ask for approval: there is no terminal, or CI, TERM=dumb or --plain is set. Nothing was changed.',
			{
				hint: insteadOfAsking,
			},
		);
	terminal.print('');
	const approval = await dialogue.askApproval(plan, {render: renderer(plan, terminal), settings});
	if (approval.decision === 'cancel') throw new CancelledError('Nothing was changed.');
	return withoutSkipped(plan, approval.skipped);
}
