import {isKeptUp} from '../../model/container-state.ts';
import {labels} from '../../model/labels.ts';
import {observeRouter} from '../../router/router.ts';
import type {Deployment} from '../../state/state.ts';
import {patchDeployment} from '../deployments.ts';
import {takeOutOfService} from '../steps/out-of-service.ts';
import {ownContainers, type RecoveryContext} from './context.ts';

const now = (): string => new Date().toISOString();

/**
 * Candidates of earlier runs that never came to serve, whether their run was interrupted or could not put them away: the
 * next plan makes new ones. Held ones go on waiting.
 * @param undecided deployments of a switch that nobody can tell about yet
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
			say(`removed candidate ${container.name}, which was not serving yet`);
		}
		const failure = {message: 'the apply was interrupted', lastLines: []};
		const patch = {status: 'stopped', containerId: undefined, failure, completedAt: now()} as const;
		await state.update(current => patchDeployment(current, id, patch));
	}
}

/** Takes a deployment out of service; without a router nobody waits for an answer. */
export async function withdrawDeployment(context: RecoveryContext, deployment: Deployment): Promise<void> {
	const isRouterUp = (await observeRouter(context.engine, context.router)).state === 'running';
	const {slot: _slot, ...unreachable} = deployment;
	await takeOutOfService(context, isRouterUp ? deployment : unreachable);
}

/** Previous deployments whose requests were still to be waited for. */
export async function retirePrevious(context: RecoveryContext): Promise<void> {
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

/** A candidate that failed has no request to finish. */
const hasServed = ({status, stage}: Deployment): boolean => status !== 'failed' || stage === 'rolled_back';

/** The containers of deployments, each with its record. */
async function recordedContainers(context: RecoveryContext) {
	const {deployments} = context.state.current();
	return (await ownContainers(context)).flatMap(container => {
		const deployment = deployments[container.labels[labels.deployment] ?? ''];
		return deployment?.containerName === container.name ? [{container, deployment}] : [];
	});
}

/** What failed or was retired does not run: it would keep its address from the next deployment. */
export async function stopEnded(context: RecoveryContext): Promise<void> {
	const {engine, settings, state} = context;
	const {active} = state.current();
	for (const {container, deployment} of await recordedContainers(context)) {
		if (active[deployment.service] === deployment.id || !hasEnded(deployment)) continue;
		// One that could not be recorded would stay for ever: old containers are found by their records.
		if (deployment.containerId !== container.id) await engine.remove(container.id);
		else if (isKeptUp(container))
			await engine.stop(container.id, hasServed(deployment) ? settings.stopGraceSeconds : 0);
	}
}

/** Starts a worker again that was stopped for its successor, and stops what must not run. */
export async function settleContainers(context: RecoveryContext): Promise<void> {
	const {engine, state, say} = context;
	const {active} = state.current();
	for (const {container, deployment} of await recordedContainers(context)) {
		const {id, service, kind, status} = deployment;
		if (active[service] !== id || kind !== 'worker' || status === 'stopped' || isKeptUp(container)) continue;
		await engine.start(container.id);
		say(`started ${container.name} again`);
	}
	await stopEnded(context);
}
