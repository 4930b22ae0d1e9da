import {nameIn} from '../../model/address.ts';
import {isRouted} from '../../model/kinds.ts';
import {makesContainer} from '../../plan/actions.ts';
import {type Action, busyActions, type Plan} from '../../plan/plan.ts';
import {stagePublish} from '../../router/router.ts';
import {heldCandidates, withSwitch} from '../../state/deployments.ts';
import {servesAnything} from '../../state/routes.ts';
import type {Deployment, RoutesRecord, State} from '../../state/state.ts';
import {createAccess, needsAccess} from '../access-password.ts';
import type {ApplyContext} from '../context.ts';
import {describeTable} from '../route-table.ts';

const noRoutes: RoutesRecord = {hosts: {}, rules: [], access: {}};

/**
 * The routes after the switch. Without a routes action nothing changes in them, or the user left it out. `isUnrouted`:
 * nothing is routed, neither before nor after.
 */
export function switchedRoutes({plan, state}: Pick<ApplyContext, 'plan' | 'state'>): {
	readonly routes: RoutesRecord | null;
	readonly isUnrouted: boolean;
} {
	const previous = state.current().routes;
	const hasNewRoutes = busyActions(plan).some(({object}) => object === 'routes');
	const wanted = (hasNewRoutes ? plan.routes : previous) ?? plan.routes;
	const isUnrouted = !servesAnything(wanted) && !servesAnything(previous);
	return {routes: isUnrouted ? previous : (wanted ?? noRoutes), isUnrouted};
}

/** Makes the access password that the routes after the switch need. */
export async function ensureAccess({state}: Pick<ApplyContext, 'state'>, routes: RoutesRecord | null): Promise<void> {
	if (!needsAccess({...state.current(), routes}) || state.current().access) return;
	const access = await createAccess(state.current());
	await state.update(current => ({...current, access}));
}

/** The services whose candidates the router will reach. */
function routedCandidates(plan: Plan, state: State): string[] {
	const held = heldCandidates(state);
	const kindOf = (action: Action) => {
		const {kind, address} = action;
		return makesContainer(action)
			? plan.deployments.find(({service}) => service === nameIn(address))?.kind
			: plan.mode === 'promote' && kind === 'update'
				? held[nameIn(address)]?.kind
				: undefined;
	};
	return busyActions(plan)
		.filter(({object, address}) => object === 'service' && address.startsWith('service.'))
		.filter(action => isRouted(kindOf(action) ?? 'job'))
		.map(({address}) => nameIn(address));
}

/**
 * Uploads the switch to the router and has it checked. It takes effect only when `switchTraffic` makes exactly this
 * change; otherwise the router drops it.
 */
async function stageSwitch(context: ApplyContext) {
	const {engine, router, state, results} = context;
	const {routes} = switchedRoutes(context);
	await ensureAccess(context, routes);
	return stagePublish(engine, router, describeTable(withSwitch(state.current(), routes, results.candidates)));
}

/**
 * Tells the address of a candidate before it is ready. When all are known, the switch is staged while they get ready.
 */
export function announceCandidate(context: ApplyContext, {service, id, kind}: Deployment): void {
	const {plan, state, results} = context;
	if (!isRouted(kind)) return;
	results.candidates[service] = id;
	if (plan.isHold || results.staged) return;
	const expected = routedCandidates(plan, state.current());
	if (expected.some(name => results.candidates[name] === undefined)) return;
	// The switch itself reports what is wrong.
	results.staged = stageSwitch(context).catch(() => undefined);
}
