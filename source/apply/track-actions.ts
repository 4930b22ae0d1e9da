import {CancelledError, hintOf, isOutcomeUnknown, messageOf} from '../errors.ts';
import {routesAddress} from '../model/address.ts';
import {renderHint} from '../render-hint.ts';
import {type ApplyContext, notice} from './context.ts';
import type {ApplyEvent} from './events.ts';
import {type Step, watchId} from './graph/step.ts';
import {StepError} from './step-error.ts';

export const cancelled = 'the apply was cancelled';

/** Turns the steps of the graph into events and counts, one per action, however many steps it takes. */
export function trackActions(context: ApplyContext) {
	const {emit} = context;
	const startedAt = new Map<string, number>();
	const counts = {done: 0, failed: 0, skipped: 0};
	const settled = new Set<string>();
	const elapsed = (address: string) => Date.now() - (startedAt.get(address) ?? Date.now());
	let hasUnknown = false;
	let firstFailure: {readonly address: string; readonly isAfterSwitch: boolean} | undefined;
	const settle = (address: string, outcome: keyof typeof counts): boolean => {
		if (settled.has(address)) return false;
		settled.add(address);
		counts[outcome]++;
		return true;
	};
	const skip = (address: string, reason: string) => {
		if (settle(address, 'skipped')) emit({type: 'step-skipped', at: Date.now(), address, reason});
	};
	type Cause = Pick<Extract<ApplyEvent, {type: 'step-failed'}>, 'failure' | 'hint'>;
	const fail = (address: string, message: string, {failure, hint}: Cause = {}, isLate = false) => {
		if (isLate && settled.delete(address)) counts.done--;
		if (settle(address, 'failed'))
			emit({type: 'step-failed', at: Date.now(), address, durationMs: elapsed(address), message, hint, failure});
		// A failure after the action was done is still reported.
		else notice(context, 'warning', [`${address}: ${message}`, ...(hint === undefined ? [] : [` ${hint}`])]);
	};
	return {
		counts,
		/** Whether a step failed because the engine did not answer. */
		hasUnknown: () => hasUnknown,
		/** Reports the work of a step. */
		async track({address, isFirst, isLast}: Step, work: () => Promise<void>) {
			if (address && isFirst) {
				startedAt.set(address, Date.now());
				emit({type: 'step-started', at: Date.now(), address});
			}
			await work();
			if (address && isLast && settle(address, 'done'))
				emit({type: 'step-done', at: Date.now(), address, durationMs: elapsed(address)});
		},
		onFail({id, address}: Step, error: unknown) {
			hasUnknown ||= isOutcomeUnknown(error);
			const stepError = error instanceof StepError ? error : undefined;
			const where = stepError?.address ?? address ?? routesAddress;
			if (error instanceof CancelledError) return skip(where, cancelled);
			firstFailure ??= {address: where, isAfterSwitch: id === watchId};
			const hint = hintOf(error);
			fail(where, context.secrets.mask(messageOf(error)), {
				failure: stepError?.failure,
				hint: hint && context.secrets.mask(renderHint(hint, {environment: context.plan.environment})),
			});
		},
		/** Fails an action that was done, because what it started has ended since. */
		onEnded({address, failure}: StepError) {
			fail(address!, context.secrets.mask(failure.message), {failure}, true);
		},
		onSkip({address}: Step, reason: 'cancelled' | 'dependency') {
			if (!address || settled.has(address)) return;
			// Without a failure, its dependencies were cancelled too.
			const failure = reason === 'cancelled' ? undefined : firstFailure;
			const why = failure ? `${failure.address} failed` : cancelled;
			if (!startedAt.has(address)) skip(address, why);
			else if (!failure) skip(address, `not switched, ${why}`);
			else fail(address, `${failure.isAfterSwitch ? 'rolled back' : 'not switched'}: ${why}`);
		},
	};
}
