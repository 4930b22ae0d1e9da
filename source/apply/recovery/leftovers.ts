import {isKeptUp} from '../../model/container-state.ts';
import {labels} from '../../model/labels.ts';
import {observeRouter} from '../../router/router.ts';
import {patchDeployment} from '../../state/deployments.ts';
import type {Deployment} from '../../state/state.ts';
import {takeOutOfService} from '../steps/out-of-service.ts';
import {ownContainers, type RecoveryContext} from './context.ts';

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
	const {deployments, active} = state.current();
	const unfinished = Object.values(deployments).filter(
		({id, service, status, isHeld}) => status === 'running' && active[service] !== id && !isHeld && !undecided.has(id),
	);
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

/** Retires previous deployments that were still draining. */
export async function retireLeftovers(context: RecoveryContext): Promise<void> {
	const {state} = context;
	const {deployments, active} = state.current();
	const previous = Object.values(deployments).filter(
		({id, service, stage}) => stage === 'draining_previous' && active[service] !== id,
	);
	if (previous.length === 0) return;
	for (const deployment of previous) {
		await withdrawDeployment(context, deployment);
		const patch = {stage: 'retired', completedAt: now()} as const;
		await state.update(current => patchDeployment(current, deployment.id, patch));
	}
}

const hasEnded = ({stage, status}: Deployment): boolean =>
	stage === 'retired' || status === 'failed' || status === 'stopped';

/** Whether a deployment may have open requests; a candidate that failed has none. */
const hasServed = ({status, stage}: Deployment): boolean => status !== 'failed' || stage === 'rolled_back';

/** The containers of deployments, each with its record. */
async function recordedContainers(context: RecoveryContext) {
	const {deployments} = context.state.current();
	return (await ownContainers(context)).flatMap(container => {
		const deployment = deployments[container.labels[labels.deployment] ?? ''];
		return deployment?.containerName === container.name ? [{container, deployment}] : [];
	});
}

/** Stops failed and retired deployments, which would keep addresses from new ones. */
export async function stopEnded(context: RecoveryContext): Promise<void> {
	const {engine, settings, state} = context;
	const {active} = state.current();
	for (const {container, deployment} of await recordedContainers(context)) {
		if (active[deployment.service] === deployment.id || !hasEnded(deployment)) continue;
		// Old containers are cleaned up by their records, so an unrecorded one would stay for ever.
		if (deployment.containerId !== container.id) await engine.remove(container.id);
		else if (isKeptUp(container))
			await engine.stop(container.id, hasServed(deployment) ? settings.stopGraceSeconds : 0);
	}
}

/** Restarts workers that were stopped for a successor, and stops what must not run. */
export async function settleContainers(context: RecoveryContext): Promise<void> {
	const {engine, state, say} = context;
	const {active} = state.current();
	for (const {container, deployment} of await recordedContainers(context)) {
		const {id, service, kind, status} = deployment;
		if (active[service] !== id || kind !== 'worker' || status === 'stopped' || isKeptUp(container)) continue;
		await engine.start(container.id);
		say(`restarted ${container.name}`);
	}
	await stopEnded(context);
}
