import type {Plan} from './plan.ts';

/** The plan without the actions that the user deselected; they stay listed as unchanged. */
export function withoutSkipped(plan: Plan, skipped: readonly string[]): Plan {
	if (skipped.length === 0) return plan;
	const isSkipped = (address: string) => skipped.includes(address);
	const actions = plan.actions.map(action => {
		const dependsOn = action.dependsOn.filter(address => !isSkipped(address));
		return isSkipped(action.address) ? {...action, kind: 'none' as const, dependsOn} : {...action, dependsOn};
	});
	return {...plan, actions};
}
