import {isKeptUp} from '../../model/container-state.ts';
import {labels} from '../../model/labels.ts';
import {hasHalfRestoredVolume} from '../../plan/unfinished-restore.ts';
import {drain, observeRouter} from '../../router/router.ts';
import {patchDeployment} from '../../state/deployments.ts';
import type {Deployment} from '../../state/state.ts';
import {takeOutOfService} from '../steps/out-of-service.ts';
import {ownContainers, type RecoveryContext} from './context.ts';
import {drainingIn, endedIn, endedRunsIn, mayBeStoppedFirst, recordedIn, unfinishedIn} from './leftover-records.ts';

const now = (): string => new Date().toISOString();

/**
 * Removes candidates of earlier runs that never became active, because the run was interrupted or failed to remove them.
 * The next plan creates new ones. Held candidates are kept.
 * @param undecided deployments of a switch whose outcome is unknown
 */
export async function discardUnfinished(
	context: RecoveryContext,
	undecided: ReadonlySet<string> = new Set(),
): Promise<void> {
	const {engine, state, say} = context;
	const unfinished = unfinishedIn(state.current()).filter(({id}) => !undecided.has(id));
	if (unfinished.length === 0) return;
	const containers = await ownContainers(context);
	for (const {id} of unfinished) {
		for (const container of containers.filter(({labels: own}) => own[labels.deployment] === id)) {
			await engine.remove(container.id);
			say(`removed candidate ${container.name}, which was not active yet`);
		}
		const failure = {message: 'the apply was interrupted', lastLines: []};
		const patch = {status: 'stopped', containerId: undefined, failure, completedAt: now()} as const;
		await state.update(current => patchDeployment(current, id, patch));
	}
}

/** Takes a deployment out of service. Without a running router there are no requests to drain. */
export async function withdrawDeployment(context: RecoveryContext, deployment: Deployment): Promise<void> {
	const isRouterUp = (await observeRouter(context.engine, context.router)).state === 'running';
	const {slot: _slot, ...unreachable} = deployment;
	await takeOutOfService(context, isRouterUp ? deployment : unreachable);
}

/** Waits until none of the deployments has open requests. Without a running router there are none. */
async function drainAll({engine, router, settings, state}: RecoveryContext, deployments: readonly Deployment[]) {
	if ((await observeRouter(engine, router)).state !== 'running') return;
	const {lineage} = state.current();
	const targets = deployments.flatMap(({service, slot}) => (slot ? [{lineage, service, slot}] : []));
	await drain(engine, router, targets, {deadlineMs: settings.drainSeconds * 1000});
}

/** Retires previous deployments that were still draining. */
export async function retireLeftovers(context: RecoveryContext): Promise<void> {
	const {state} = context;
	const previous = drainingIn(state.current());
	// On networks that were being replaced, they can call only each other.
	if (previous.length > 0 && state.current().networks?.other) await drainAll(context, previous);
	for (const deployment of previous) {
		await withdrawDeployment(context, deployment);
		const patch = {stage: 'retired', completedAt: now()} as const;
		await state.update(current => patchDeployment(current, deployment.id, patch));
	}
}

/** Whether a deployment may have open requests; a candidate that failed has none. */
const hasServed = ({status, stage}: Deployment): boolean => status !== 'failed' || stage === 'rolled_back';

/** Stops failed and retired deployments, which would keep addresses from new ones. */
export async function stopEnded(context: RecoveryContext): Promise<void> {
	const {engine, settings, state} = context;
	for (const {container, deployment} of endedIn(state.current(), await ownContainers(context))) {
		if (deployment.containerId !== container.id) await engine.remove(container.id);
		else await engine.stop(container.id, hasServed(deployment) ? settings.stopGraceSeconds : 0);
	}
}

/** Removes what could not be removed after a run of a job or a release command. */
export async function removeEndedRuns(context: RecoveryContext): Promise<void> {
	for (const {id} of endedRunsIn(context.state.current(), await ownContainers(context)))
		await context.engine.remove(id);
}

/** Restarts deployments that were stopped for a successor, and stops what must not run. */
export async function settleContainers(context: RecoveryContext): Promise<void> {
	const {engine, state, say} = context;
	const {active} = state.current();
	for (const {container, deployment} of recordedIn(state.current(), await ownContainers(context))) {
		const {id, service, status} = deployment;
		if (
			active[service] !== id ||
			!mayBeStoppedFirst(state.current(), deployment) ||
			status === 'stopped' ||
			hasHalfRestoredVolume(state.current(), service) ||
			isKeptUp(container)
		)
			continue;
		await engine.start(container.id);
		say(`restarted ${container.name}`);
	}
	await stopEnded(context);
}
