import type {ContainerDetails} from '../../engine/engine.ts';
import {EngineError, isOutcomeUnknown, messageOf} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {serviceAddress} from '../../model/address.ts';
import {isRunning, isStopFirst} from '../../model/kinds.ts';
import {busyActions} from '../../plan/plan.ts';
import type {Switch} from '../../state/deployments.ts';
import {networksOfDeployment} from '../../state/networks.ts';
import type {Deployment, State} from '../../state/state.ts';
import {type ApplyContext, notice} from '../context.ts';
import {nameOnNetwork} from './name-on-network.ts';

/** The containers of the new deployments, by deployment. */
export type Found = ReadonlyMap<string, ContainerDetails>;

/** Whether a new deployment has had the name since it was created: see `isAlone` in `start-candidate.ts`. */
const hasTakenName = (state: State, previous: Deployment, deployment: Deployment): boolean =>
	(isStopFirst(deployment) && !deployment.isHeld) ||
	networksOfDeployment(state, previous) !== networksOfDeployment(state, deployment);

/**
 * Gives the new deployments their services' names in the mesh, by which siblings reach them. Each is disconnected from the
 * mesh for a moment, so where there are siblings this comes before it gets requests that may need one.
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

/**
 * Takes the names after the switch. A name that the engine refuses is then a warning: a failure would remove deployments
 * that serve.
 */
export async function takeNamesLate(context: ApplyContext, switched: Switch, found: Found): Promise<void> {
	const take = async ([service, id]: [string, string]) => {
		try {
			await takeNames(context, {[service]: id}, found);
		} catch (error) {
			if (!(error instanceof EngineError) || isOutcomeUnknown(error)) throw error;
			const address = serviceAddress(service);
			const cause = context.secrets.mask(messageOf(error));
			const way = command('apply', '--replace', address);
			const message = hint`${address}: other services cannot reach it by name: ${cause}. To repair that: ${way}`;
			notice(context, 'warning', message);
		}
	};
	await Promise.all(Object.entries(switched).map(take));
}

/** Whether a new deployment may call another service by name: one that runs, and that the apply does not delete. */
export function hasSiblings({plan, state}: Pick<ApplyContext, 'plan' | 'state'>, switched: Switch): boolean {
	const {active, deployments} = state.current();
	const deleted = busyActions(plan).flatMap(({kind, address}) => (kind === 'delete' ? [address] : []));
	const callable = Object.entries({...active, ...switched}).filter(([service, id]) => {
		const kind = deployments[id]?.kind;
		return kind !== undefined && isRunning(kind) && !deleted.includes(serviceAddress(service));
	});
	return callable.length > 1;
}
