import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {rollbackCandidate} from '../plan/deployments.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, State} from '../state/state.ts';

type RollbackRequest = {readonly services: readonly string[] | null; readonly rollbackTo?: string};

const listHint = command('deployment list');

function assertTarget(state: State, target: Deployment | undefined, service: string): asserts target is Deployment {
	if (!target || target.service !== service)
		throw new UserError('The requested deployment was not found.', {hint: listHint});
	if (state.active[service] === target.id)
		throw new UserError(`Deployment ${target.id} of ${service} is already active.`, {hint: listHint});
	if (target.status !== 'succeeded')
		throw new UserError(`Deployment ${target.id} of ${service} was never active: it is ${target.status}.`, {
			hint: listHint,
		});
}

/**
 * The active deployment of a service, if a rollback that did not end well has made it active.
 * @param to the deployment that is to run again; undefined: any
 */
function findUnfinished(state: State, service: string, to?: string): Deployment | undefined {
	const active = activeDeployment(state, service);
	const unfinished = active?.unfinishedRollback;
	return unfinished !== undefined && (to === undefined || to === unfinished) ? active : undefined;
}

/**
 * Service → deployment to roll back to (docs/rules.md, "Rollback"): the one that was named, else the newest other good
 * one of every chosen service; the active one where the same rollback was interrupted after it had become active.
 */
export function chooseRollback(state: State, {services, rollbackTo}: RollbackRequest): Record<string, string> {
	const active = Object.keys(state.active);
	for (const name of services ?? [])
		if (!active.includes(name))
			throw new UserError('No active deployment was found for this environment and service.', {
				hint: command('status'),
			});
	if (rollbackTo !== undefined) {
		const service = services?.[0] ?? (active.length === 1 ? active[0] : undefined);
		if (service === undefined || (services?.length ?? 1) > 1)
			throw new UserError('Select a service when rolling back to a specific deployment in a multi-service project.', {
				hint: command('rollback', '--service', 'NAME', '--to', rollbackTo),
			});
		const unfinished = findUnfinished(state, service, rollbackTo);
		if (unfinished) return {[service]: unfinished.id};
		const target = state.deployments[rollbackTo];
		assertTarget(state, target, service);
		return {[service]: target.id};
	}
	const targets = (services ?? active).flatMap(service => {
		const candidate = findUnfinished(state, service) ?? rollbackCandidate(state, service);
		return candidate ? [[service, candidate.id] as const] : [];
	});
	if (targets.length === 0)
		throw new UserError('No valid rollback target was found.', {
			hint: hint`No other deployment has ever been active; failed ones do not count. ${listHint}`,
		});
	return Object.fromEntries(targets);
}
