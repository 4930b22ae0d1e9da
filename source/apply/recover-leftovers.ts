import {labels} from '../model/labels.ts';
import {observeRouter} from '../router/router.ts';
import type {Deployment} from '../state/state.ts';
import {patchDeployment} from './deployments.ts';
import {isUp, ownContainers, type RecoveryContext} from './recovery-context.ts';
import {takeOutOfService} from './steps/out-of-service.ts';

const now = (): string => new Date().toISOString();

/** Candidates of the interrupted runs that never came to serve: the next plan makes new ones. Held ones go on waiting. */
export async function discardUnfinished(
	context: RecoveryContext,
	runs: ReadonlySet<string>,
	undecided: ReadonlySet<string>,
): Promise<void> {
	const {engine, state, say} = context;
	const {deployments, active} = state.current();
	const unfinished = Object.values(deployments).filter(
		({id, run, service, status, isHeld}) =>
			runs.has(run) && status === 'running' && active[service] !== id && !isHeld && !undecided.has(id),
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

/** Former deployments whose requests were still to be waited for. */
export async function retireFormer(context: RecoveryContext): Promise<void> {
	const {engine, router, state} = context;
	const {deployments, active} = state.current();
	const former = Object.values(deployments).filter(
		({id, service, stage}) => stage === 'draining_previous' && active[service] !== id,
	);
	if (former.length === 0) return;
	const isRouterUp = (await observeRouter(engine, router)).state === 'running';
	for (const deployment of former) {
		// Without a router nobody waits for an answer.
		const {slot: _slot, ...unreachable} = deployment;
		await takeOutOfService(context, isRouterUp ? deployment : unreachable);
		const patch = {stage: 'retired', completedAt: now()} as const;
		await state.update(current => patchDeployment(current, deployment.id, patch));
	}
}

const hasEnded = ({stage, status}: Deployment): boolean =>
	stage === 'retired' || status === 'failed' || status === 'stopped';

/**
 * Makes the containers of deployments what their records say: a worker that was stopped for its successor runs again,
 * and what failed or was retired does not run.
 */
export async function settleContainers(context: RecoveryContext): Promise<void> {
	const {engine, settings, state, say} = context;
	const {deployments, active} = state.current();
	for (const container of await ownContainers(context)) {
		const deployment = deployments[container.labels[labels.deployment] ?? ''];
		if (!deployment || deployment.containerName !== container.name) continue;
		const {id, service, kind, status} = deployment;
		if (active[service] === id) {
			if (kind !== 'worker' || status === 'stopped' || isUp(container)) continue;
			await engine.start(container.id);
			say(`started ${container.name} again`);
		} else if (hasEnded(deployment) && isUp(container)) {
			await engine.stop(container.id, settings.stopGraceSeconds);
		}
	}
}
