import {defaultEnvironment} from '../command-names.ts';
import {type Action, countActions, type Plan} from './plan.ts';

export type Approval =
	/** `skipped` are addresses of actions that must not run; nothing that depends on them runs either. */
	{readonly decision: 'apply'; readonly skipped: string[]} | {readonly decision: 'cancel'};

/** The actions to approve: all that do something, in plan order. */
export const actionsToApprove = (plan: Plan): Action[] => plan.actions.filter(action => action.kind !== 'none');

/** Addresses of all direct and indirect dependents of `address`, in plan order. */
export function dependentsOf(plan: Plan, address: string): string[] {
	const found = reach([address], each =>
		plan.actions.filter(action => action.dependsOn.includes(each)).map(action => action.address),
	);
	return inPlanOrder(plan, found, address);
}

/** Addresses of all direct and indirect dependencies of `address`, in plan order. */
export function dependenciesOf(plan: Plan, address: string): string[] {
	const found = reach([address], each => plan.actions.find(action => action.address === each)?.dependsOn ?? []);
	return inPlanOrder(plan, found, address);
}

function reach(start: readonly string[], neighboursOf: (address: string) => readonly string[]): Set<string> {
	const found = new Set(start);
	// Iterating a set includes members added meanwhile.
	for (const address of found) for (const neighbour of neighboursOf(address)) found.add(neighbour);
	return found;
}

const inPlanOrder = (plan: Plan, found: ReadonlySet<string>, except: string) =>
	actionsToApprove(plan)
		.map(action => action.address)
		.filter(address => address !== except && found.has(address));

/** All addresses that are skipped when the user excludes some: those and their dependents, in plan order. */
export function skippedBy(plan: Plan, excluded: readonly string[]): string[] {
	const skipped = new Set(excluded.flatMap(address => [address, ...dependentsOf(plan, address)]));
	return actionsToApprove(plan)
		.map(action => action.address)
		.filter(address => skipped.has(address));
}

/**
 * Excludes an action, or includes it again together with its dependencies. `excluded` are the actions excluded by hand;
 * their dependents follow from them, so they come back automatically. The message names what else changed.
 */
export function toggleAction(
	plan: Plan,
	excluded: readonly string[],
	address: string,
): {readonly excluded: readonly string[]; readonly message: string | undefined} {
	const before = skippedBy(plan, excluded);
	if (!before.includes(address)) {
		const next = [...excluded, address];
		const followers = skippedBy(plan, next).filter(each => each !== address && !before.includes(each));
		const verb = followers.length === 1 ? 'depends' : 'they depend';
		return {
			excluded: next,
			message: followers.length === 0 ? undefined : `${listOf(followers)} skipped too: ${verb} on ${address}`,
		};
	}
	const needed = dependenciesOf(plan, address);
	const next = excluded.filter(each => each !== address && !needed.includes(each));
	const after = skippedBy(plan, next);
	const returned = before.filter(each => each !== address && !after.includes(each));
	return {
		excluded: next,
		message: returned.length === 0 ? undefined : `${listOf(returned)} included again too`,
	};
}

/** "a", "a and b", "a, b and c", "a, b, c and 4 more". */
export function listOf(names: readonly string[]): string {
	if (names.length < 2) return names.join('');
	const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
	return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

const nameOfEnvironment = ({project, environment}: Plan): string =>
	environment === defaultEnvironment ? project : `${project}/${environment}`;

/**
 * What must be typed before data is deleted: `environment/resource` when only one resource loses its data, else the
 * project's name, outside production `project/environment`. Undefined when no data is deleted.
 */
export function confirmationOf(
	plan: Plan,
	skipped: readonly string[],
): {readonly expected: string; readonly addresses: readonly string[]} | undefined {
	const addresses = plan.actions
		.filter(action => action.deletesData && !skipped.includes(action.address))
		.map(action => action.address);
	if (addresses.length === 0) return undefined;
	const resources = new Set(addresses.map(address => address.split('.')[1]));
	const [resource] = resources;
	const isOneResource = plan.mode !== 'destroy' && resources.size === 1 && resource !== undefined;
	return {expected: isOneResource ? `${plan.environment}/${resource}` : nameOfEnvironment(plan), addresses};
}

/** "2 to create, 1 to update", without zero counts; "nothing" when all actions are skipped. */
export function describeCounts(actions: readonly Action[]): string {
	const counts = countActions(actions);
	const parts = (['create', 'update', 'replace', 'adopt', 'delete', 'run'] as const)
		.filter(kind => counts[kind] > 0)
		.map(kind => `${counts[kind]} to ${kind}`);
	return parts.length === 0 ? 'nothing' : parts.join(', ');
}

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
