import type {ContainerDetails} from '../../engine/engine.ts';
import {failpoint} from '../../failpoints.ts';
import {routesAddress, serviceAddress} from '../../model/address.ts';
import {runsNow} from '../../model/container-state.ts';
import {isRunning} from '../../model/kinds.ts';
import {publish} from '../../router/router.ts';
import {type Switch, withSwitch} from '../../state/deployments.ts';
import type {Deployment} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import type {ApplyContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {inTurn} from '../publish-state.ts';
import {describeTable} from '../route-table.ts';
import {StepError} from '../step-error.ts';
import {ensureAccess, switchedRoutes} from './stage-switch.ts';
import {failDeployment, requirePolicy} from './start-candidate.ts';
import {type Found, hasSiblings, takeNames, takeNamesLate} from './take-names.ts';

/** Fails when a ready candidate has exited while it waited for the others: then nothing is switched. */
async function assertUp(context: ApplyContext, switched: Switch): Promise<Found> {
	const {engine, state, run} = context;
	const found = new Map<string, ContainerDetails>();
	const check = async ([service, id]: [string, string]) => {
		const deployment = state.current().deployments[id];
		if (deployment?.containerId === undefined) return;
		const details = await engine.inspectContainer(deployment.containerId);
		// A candidate that was restarted meanwhile may not be ready.
		const isSameProgram = deployment.run !== run || details?.restartCount === 0;
		if (details && runsNow(details) && isSameProgram) {
			found.set(id, details);
			return;
		}
		const failure = await describeFailure(context, deployment.containerId, 'it exited before the switch');
		await failDeployment(context, deployment, failure);
		throw new StepError(failure, serviceAddress(service));
	};
	await Promise.all(Object.entries(switched).map(check));
	return found;
}

/** Whether these are jobs, and were before: they have no container, no name in the mesh and no place in the router. */
const runsNothing = ({state, results}: ApplyContext, switched: Switch): boolean =>
	Object.keys(switched).length > 0 &&
	Object.entries(switched).every(([service, id]) => {
		const isIdle = ({kind, slot}: Deployment) => !isRunning(kind) && slot === undefined;
		const [next, before] = [state.current().deployments[id], results.before.deployments[service]];
		return next !== undefined && isIdle(next) && (before === undefined || isIdle(before));
	});

/**
 * Makes all ready candidates of this apply active at once (docs/rules.md, "One switch"), together with the new hosts and
 * rules: by one runtime command, or by one reload when the topology changed. The router's file is written first, so that
 * after a crash at any point either the old or the new deployments serve, never a mix. Where nothing is routed, and for
 * jobs, the switch is only a change of the state.
 */
export async function switchTraffic(context: ApplyContext): Promise<void> {
	const {engine, router, state, signal, results} = context;
	const {ready: switched} = results;
	const [found, staged] = await Promise.all([assertUp(context, switched), results.staged]);
	if (staged) failpoint('switch.after-stage');
	const {routes, isUnrouted: isUnserved} = switchedRoutes(context);
	const isUnrouted = isUnserved || (routes === state.current().routes && runsNothing(context, switched));
	await ensureAccess(context, routes);
	const change = () =>
		writeJournaled(context, {
			address: routesAddress,
			intent: {type: 'switch', deployments: switched, ...(isUnrouted && {isUnrouted})},
			isRepeatable: true,
			run: async () => {
				const table = describeTable(withSwitch(state.current(), routes, switched));
				// The engine is slow to give names. Without siblings, requests need none, and do not wait for it.
				const isNamedFirst = hasSiblings(context, switched);
				const policies = Promise.all(Object.entries(switched).map(entry => requirePolicy(context, ...entry)));
				const after = Promise.all([policies, isNamedFirst ? takeNames(context, switched, found) : undefined]);
				const published = isUnrouted ? undefined : publish(engine, router, table, {signal, after, staged});
				const both = await Promise.allSettled([published, after]);
				// Both have to settle before a retry.
				for (const outcome of both) if (outcome.status === 'rejected') throw outcome.reason;
				failpoint('switch.after-publish');
				if (!isNamedFirst) await takeNamesLate(context, switched, found);
			},
			record: current => withSwitch(current, routes, switched),
		});
	await inTurn(context, change);
}
