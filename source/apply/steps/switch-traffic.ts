import type {ContainerDetails} from '../../engine/engine.ts';
import {failpoint} from '../../failpoints.ts';
import {routesAddress, serviceAddress} from '../../model/address.ts';
import {runsNow} from '../../model/container-state.ts';
import {isRunning} from '../../model/kinds.ts';
import {publish} from '../../router/router.ts';
import {type Switch, withSwitch} from '../../state/deployments.ts';
import {networksOfDeployment} from '../../state/networks.ts';
import type {Deployment, State} from '../../state/state.ts';
import {describeFailure} from '../containers.ts';
import type {ApplyContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {inTurn} from '../publish-state.ts';
import {describeTable} from '../route-table.ts';
import {StepError} from '../step-error.ts';
import {nameOnNetwork} from './name-on-network.ts';
import {ensureAccess, switchedRoutes} from './stage-switch.ts';
import {failDeployment, requirePolicy} from './start-candidate.ts';

/** The containers of the new deployments, by deployment. */
type Found = ReadonlyMap<string, ContainerDetails>;

/** Whether a new deployment has had the name since it was created: see `isAlone` in `start-candidate.ts`. */
const hasTakenName = (state: State, previous: Deployment, deployment: Deployment): boolean =>
	(deployment.kind === 'worker' && !deployment.isHeld) ||
	networksOfDeployment(state, previous) !== networksOfDeployment(state, deployment);

/**
 * Gives the new deployments their services' names in the mesh, by which siblings reach them. Each is disconnected from the
 * mesh for a moment, so this comes before it gets requests that may need a sibling.
 * @param found containers that have just been inspected
 */
export async function takeNames(
	{engine, state}: Pick<ApplyContext, 'engine' | 'state'>,
	switched: Switch,
	found: Found = new Map(),
): Promise<void> {
	const {active, deployments} = state.current();
	const take = async ([service, id]: [string, string]) => {
		const [previous, deployment] = [deployments[active[service] ?? ''], deployments[id]];
		if (!deployment?.containerId || !previous || hasTakenName(state.current(), previous, deployment)) return;
		const {containerId} = deployment;
		await nameOnNetwork(engine, state.current(), {...deployment, containerId}, true, found.get(id));
	};
	await Promise.all(Object.entries(switched).map(take));
}

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
				const names = takeNames(context, switched, found);
				// Without siblings the names are not needed before the switch.
				const hasSiblings = Object.keys({...state.current().active, ...switched}).length > 1;
				const policies = Promise.all(Object.entries(switched).map(entry => requirePolicy(context, ...entry)));
				const after = Promise.all([policies, hasSiblings ? names : undefined]);
				const published = isUnrouted ? undefined : publish(engine, router, table, {signal, after, staged});
				const both = await Promise.allSettled([published, names, after]);
				// Both have to settle before a retry.
				for (const outcome of both) if (outcome.status === 'rejected') throw outcome.reason;
				failpoint('switch.after-publish');
			},
			record: current => withSwitch(current, routes, switched),
		});
	await inTurn(context, change);
}
