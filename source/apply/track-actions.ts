import {CancelledError, hintOf, isOutcomeUnknown, messageOf} from '../errors.ts';
import {routesAddress} from '../model/address.ts';
import {renderHint} from '../render-hint.ts';
import {type ApplyContext, notice} from './context.ts';
import type {ApplyEvent} from './events.ts';
import {createLosses} from './graph/lost-actions.ts';
import {type Step, watchId} from './graph/step.ts';
import {StepError} from './step-error.ts';

export const cancelled = 'the apply was cancelled';

type Outcome = 'done' | 'failed' | 'heldBack' | 'skipped';

/**
 * Turns the steps of the graph into events and counts, one per action, however many steps it takes. An action that cannot be
 * finished because of a failure elsewhere has not failed: it is held back, or skipped if it had not begun, and reported as
 * soon as that is certain (docs/rules.md, "Causes first").
 */
export function trackActions(context: ApplyContext, graph: readonly Step[]) {
	const {emit} = context;
	const losses = createLosses(graph);
	const startedAt = new Map<string, number>();
	const counts: Record<Outcome, number> = {done: 0, failed: 0, heldBack: 0, skipped: 0};
	const settled = new Map<string, Outcome>();
	const elapsed = (address: string) => Date.now() - (startedAt.get(address) ?? Date.now());
	let hasUnknown = false;
	let isSwitched = false;
	const settle = (address: string, outcome: Outcome): boolean => {
		if (settled.has(address)) return false;
		settled.set(address, outcome);
		counts[outcome]++;
		return true;
	};
	const skip = (address: string, reason: string) => {
		if (settle(address, 'skipped')) emit({type: 'step-skipped', at: Date.now(), address, reason});
	};
	type Cause = Pick<Extract<ApplyEvent, {type: 'step-failed'}>, 'failure' | 'hint'>;
	const fail = (address: string, message: string, {failure, hint}: Cause = {}, isLate = false) => {
		const before = settled.get(address);
		if (isLate && before) {
			settled.delete(address);
			counts[before]--;
		}
		if (settle(address, 'failed'))
			emit({type: 'step-failed', at: Date.now(), address, durationMs: elapsed(address), message, hint, failure});
		// A failure after the action was done is still reported.
		else notice(context, 'warning', [`${address}: ${message}`, ...(hint === undefined ? [] : [` ${hint}`])]);
	};
	const holdBack = (address: string, reason: string) => {
		if (settle(address, 'heldBack'))
			emit({type: 'step-held-back', at: Date.now(), address, durationMs: elapsed(address), reason});
	};
	/** Reports what a failure has made impossible. */
	const reportLost = () => {
		for (const {address, cause} of losses.take()) {
			if (!startedAt.has(address)) skip(address, `${cause} failed`);
			else holdBack(address, isSwitched ? `rolled back, ${cause} failed` : `${cause} failed`);
		}
	};
	return {
		counts,
		/** Whether a step failed because the engine did not answer. */
		hasUnknown: () => hasUnknown,
		/** Reports the work of a step. */
		async track(step: Step, work: () => Promise<void>) {
			const {address, isFirst, isLast} = step;
			if (address && isFirst) {
				startedAt.set(address, Date.now());
				emit({type: 'step-started', at: Date.now(), address});
			}
			losses.begin(step);
			await work();
			losses.end(step);
			if (address && isLast && settle(address, 'done'))
				emit({type: 'step-done', at: Date.now(), address, durationMs: elapsed(address)});
			reportLost();
		},
		onFail(step: Step, error: unknown) {
			losses.end(step);
			hasUnknown ||= isOutcomeUnknown(error);
			const stepError = error instanceof StepError ? error : undefined;
			const where = stepError?.address ?? step.address ?? routesAddress;
			if (error instanceof CancelledError) return skip(where, cancelled);
			isSwitched ||= step.id === watchId;
			const hint = hintOf(error);
			fail(where, context.secrets.mask(messageOf(error)), {
				failure: stepError?.failure,
				hint: hint && context.secrets.mask(renderHint(hint, {environment: context.plan.environment})),
			});
			losses.lose(step, where);
			reportLost();
		},
		/** Fails an action that was done, because what it started has ended since. */
		onEnded({address, failure}: StepError) {
			fail(address!, context.secrets.mask(failure.message), {failure}, true);
		},
		/** What a failure has made impossible was reported before; so this was cancelled, or what it needs was. */
		onSkip({address}: Step) {
			if (address) skip(address, startedAt.has(address) ? `not switched, ${cancelled}` : cancelled);
		},
	};
}
