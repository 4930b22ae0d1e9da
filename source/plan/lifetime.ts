import {lifetimeAddress} from '../model/address.ts';
import {lifetimeText, minuteText} from '../model/lifetime.ts';
import type {Lifetime} from '../state/state.ts';
import {action} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action, Change, LifetimeRequest, Plan, ShownValue} from './plan.ts';

const text = (shown: string): ShownValue => ({type: 'text', text: shown});
const absent: ShownValue = {type: 'absent'};

const dataText = ({deletesData}: Pick<Lifetime, 'deletesData'>): string => (deletesData ? 'deleted' : 'kept');

function changesOf(before: Lifetime | null, after: LifetimeRequest): Change[] {
	const {lifetimeMs} = after;
	const isEnding = lifetimeMs === null;
	const data = {
		name: 'data',
		before: before ? text(dataText(before)) : absent,
		after: isEnding ? absent : text(dataText(after)),
	};
	return [
		{
			name: 'expires',
			before: before ? text(minuteText(before.expiresAt)) : absent,
			after: isEnding ? absent : {type: 'computed', note: `${lifetimeText(lifetimeMs)} after the apply`},
		},
		...(before && !isEnding && before.deletesData === after.deletesData ? [] : [data]),
	];
}

/**
 * What an apply does to the lifetime of its environment (docs/rules.md, "Lifetime of an environment"): sets or ends it on
 * request, and extends it when it changes anything else.
 * @param others the other actions of the plan
 */
export function planLifetime(
	{mode, state, lifetime: wanted}: Pick<PlanInput, 'mode' | 'state' | 'lifetime'>,
	others: readonly Action[],
): {readonly actions: readonly Action[]; readonly lifetime: Plan['lifetime']} {
	const none = {actions: [], lifetime: null};
	const before = state.lifetime ?? null;
	if (mode !== 'apply' || (!wanted && !before)) return none;
	const isBusy = others.some(({kind}) => kind !== 'none');
	const {lifetimeMs, deletesData} = wanted ?? before!;
	if (!wanted && !isBusy) return none;
	if (lifetimeMs === null && !before) return none;
	const after = {lifetimeMs, deletesData};
	const reason = !wanted ? 'an apply extends it' : lifetimeMs === null ? '--expires never' : '--expires';
	return {
		actions: [
			action({
				address: lifetimeAddress,
				object: 'lifetime',
				kind: 'update',
				reasons: [reason],
				changes: changesOf(before, after),
			}),
		],
		lifetime: after,
	};
}
