import {nameIn, serviceAddress} from '../model/address.ts';
import {actionsToApprove, skippedBy, withoutSkipped} from './approval.ts';
import type {Action, Plan} from './plan.ts';

/** What the user decided about the plan of an apply that has failed. */
export type ApprovedBefore = {
	readonly approved: readonly Action[];
	/** Addresses of the actions that were left out. */
	readonly skipped: readonly string[];
};

/** What was decided about a plan, from the part of it that was approved. */
export function rememberApproval(plan: Plan, approved: Plan): ApprovedBefore {
	const actions = actionsToApprove(approved);
	const skipped = actionsToApprove(plan).filter(({address}) => actions.every(action => action.address !== address));
	return {approved: actions, skipped: skipped.map(({address}) => address)};
}

/**
 * Whether an approval covers an action: the same thing is done to the same object, and nothing else about it changes. A new
 * image for a service that was to be deployed is covered, because a failure is often mended in the source.
 */
const covers = (approved: readonly Action[], {address, object, kind, changes, deletesData}: Action): boolean =>
	approved.some(
		action =>
			(object === 'image' && action.address === serviceAddress(nameIn(address))) ||
			(action.address === address &&
				action.kind === kind &&
				(action.deletesData || !deletesData) &&
				changes.every(({name}) => object === 'image' || action.changes.some(change => change.name === name))),
	);

/**
 * The part of a plan that was approved before, without what was left out then. Undefined when the plan has anything else, or
 * is blocked, so that the user has to be asked. Pure.
 */
export function approvedAgain(plan: Plan, {approved, skipped}: ApprovedBefore): Plan | undefined {
	const actions = actionsToApprove(plan);
	const isPlanned = (address: string) => actions.some(action => action.address === address);
	const left = skippedBy(plan, skipped.filter(isPlanned));
	const wanted = actions.filter(({address}) => !left.includes(address));
	if (!wanted.every(action => action.kind !== 'blocked' && covers(approved, action))) return undefined;
	return withoutSkipped(plan, left);
}
