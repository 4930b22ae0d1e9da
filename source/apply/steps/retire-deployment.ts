import {serviceAddress} from '../../model/address.ts';
import {isKeptUp} from '../../model/container-state.ts';
import {isStopFirst} from '../../model/kinds.ts';
import {drain} from '../../router/router.ts';
import {patchDeployment} from '../../state/deployments.ts';
import type {Deployment, State} from '../../state/state.ts';
import {containersAt} from '../containers-at.ts';
import {type ApplyContext, notice, progress} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {bringBack} from './bring-back.ts';
import {takeOutOfService} from './out-of-service.ts';

/** Whether a deployment has ended, and its container, if it is still there, is kept for inspection alone. */
export const isFinished = ({stage, status}: Deployment): boolean =>
	stage === 'retired' || status === 'failed' || status === 'stopped';

/** Removes old containers, except the newest previous and the newest failed one, which are kept for inspection. */
export async function removeOldContainers(context: ApplyContext, service: string): Promise<void> {
	const {engine, state} = context;
	const finished = Object.values(state.current().deployments)
		.filter(deployment => deployment.service === service && deployment.containerId && isFinished(deployment))
		.sort((a, b) => (a.id < b.id ? 1 : -1));
	const kept = new Set([
		finished.find(({status}) => status !== 'failed')?.id,
		finished[0]?.status === 'failed' ? finished[0].id : undefined,
	]);
	for (const {id, containerId} of finished.filter(deployment => !kept.has(deployment.id))) {
		await engine.remove(containerId!);
		await state.update(current => patchDeployment(current, id, {containerId: undefined}));
	}
}

/**
 * Takes a previous deployment out of service after the switch and keeps its container for inspection. See
 * `takeOutOfService`.
 */
async function retireDeployment(context: ApplyContext, address: string, deployment: Deployment): Promise<void> {
	const {id} = deployment;
	const record = (current: State) =>
		patchDeployment(current, id, {stage: 'retired', completedAt: new Date().toISOString()});
	// The deployment of a job: nothing changes on the engine.
	if (deployment.containerId === undefined) {
		await context.state.update(record);
		return;
	}
	await writeJournaled(context, {
		address,
		intent: {type: 'retire', deployments: [id]},
		isRepeatable: true,
		run: () =>
			takeOutOfService(context, deployment, {
				onProgress: message => progress(context, address, message),
				onDeadline() {
					const {drainSeconds} = context.settings;
					notice(context, 'warning', `${address}: requests still open after ${drainSeconds} s were cut off`);
				},
			}),
		record,
	});
}

/**
 * Waits until no previous deployment has open requests. On networks that are being replaced, they can call only each other,
 * so none of them may stop before.
 */
export async function drainPrevious({engine, router, settings, state, results, signal}: ApplyContext): Promise<void> {
	const {lineage} = state.current();
	const targets = Object.values(results.before.deployments).flatMap(({service, slot}) =>
		slot ? [{lineage, service, slot}] : [],
	);
	await drain(engine, router, targets, {deadlineMs: settings.drainSeconds * 1000, signal});
}

/** Retires the deployment that served before the switch, and removes containers that nothing needs any more. */
export async function retirePrevious(context: ApplyContext, service: string): Promise<void> {
	const previous = context.results.before.deployments[service];
	if (previous) await retireDeployment(context, serviceAddress(service), previous);
	await removeOldContainers(context, service);
}

/** Removes all containers of a service that is deleted. */
export async function deleteService(context: ApplyContext, service: string): Promise<void> {
	const {engine, plan, settings} = context;
	const address = `service.${service}`;
	const containers = await containersAt(context, address, plan.mode === 'destroy');
	for (const {id, name, state} of containers) {
		await writeJournaled(context, {
			address,
			intent: {type: 'remove', kind: 'container', name},
			isRepeatable: true,
			run: async () => {
				if (isKeptUp({state})) await engine.stop(id, settings.stopGraceSeconds);
				await engine.remove(id);
			},
		});
	}
	await context.state.update(state => {
		const gone = Object.values(state.deployments).filter(deployment => deployment.service === service);
		let next = state;
		for (const {id} of gone)
			next = patchDeployment(next, id, {stage: 'stopped', status: 'stopped', containerId: undefined});
		const {[service]: _removed, ...active} = next.active;
		return {...next, active};
	});
}

/** Removes candidates of this run that were not switched, because something else failed or the user cancelled. */
export async function discardCandidates(context: ApplyContext, reason: string): Promise<void> {
	const {engine, state, run} = context;
	const unused = Object.values(state.current().deployments).filter(
		deployment =>
			deployment.run === run &&
			deployment.status === 'running' &&
			state.current().active[deployment.service] !== deployment.id,
	);
	for (const deployment of unused) {
		const {id, service, containerId, containerName} = deployment;
		// Its previous deployment was stopped first.
		const previous = state.current().deployments[state.current().active[service] ?? ''];
		if (isStopFirst(deployment) && previous) await bringBack(context, previous);
		const patch = {status: 'stopped', containerId: undefined, failure: {message: reason, lastLines: []}} as const;
		// Journaled, so that recovery handles it if it cannot be recorded.
		await writeJournaled(context, {
			address: `service.${service}`,
			intent: {type: 'remove', kind: 'container', name: containerName},
			isRepeatable: true,
			async run() {
				if (containerId) await engine.remove(containerId);
			},
			record: current => patchDeployment(current, id, {...patch, completedAt: new Date().toISOString()}),
		});
	}
}
