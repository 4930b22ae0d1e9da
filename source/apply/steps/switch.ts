import {routesAddress} from '../../model/address.ts';
import {meshNetworkName} from '../../model/names.ts';
import {publish} from '../../router/router.ts';
import type {RoutesRecord} from '../../state/state.ts';
import {createAccess, needsAccess} from '../access-password.ts';
import type {ApplyContext} from '../context.ts';
import {type Switch, withSwitch} from '../deployments.ts';
import {operate} from '../operation.ts';
import {describeTable} from '../route-table.ts';

/** Siblings reach a service by its name: from now on that is the new deployment. */
async function takeNames(context: ApplyContext, switched: Switch): Promise<void> {
	const {engine, plan, state} = context;
	const network = meshNetworkName(plan.project, plan.environment);
	for (const [service, id] of Object.entries(switched)) {
		// The first deployment of a service has had the name since it was created.
		if (state.current().active[service] === undefined) continue;
		const container = state.current().deployments[id]?.containerId;
		if (!container) continue;
		await engine.leave(container, network);
		await engine.join(container, {network, aliases: [service]});
	}
}

/**
 * Makes every ready candidate of this apply active at once, together with the new hosts and rules: one line to the
 * router, or one reload where the topology changed. The router's file is written first, so that a crash at any point
 * leaves either the old or the new deployments serving, never a mix.
 */
export async function switchTraffic(
	context: ApplyContext,
	routes: RoutesRecord,
	switched: Switch,
	removed: readonly string[],
): Promise<void> {
	const {engine, router, state, signal} = context;
	if (needsAccess({...state.current(), routes}) && !state.current().access) {
		const access = await createAccess(state.current());
		await state.update(current => ({...current, access}));
	}
	await operate(context, {
		address: routesAddress,
		intent: {type: 'switch', deployments: switched},
		run: async () => {
			const table = describeTable(withSwitch(state.current(), routes, switched, removed));
			await publish(engine, router, table, {signal});
			await takeNames(context, switched);
		},
		record: current => withSwitch(current, routes, switched, removed),
	});
}
