import {activeDeployment, patchDeployment} from '../../state/deployments.ts';
import type {ResourceRecord} from '../../state/state.ts';
import type {EnvironmentContext} from '../context.ts';

/** Stops the serving deployment of a service and keeps its container. */
export async function stopService({engine, settings, state}: EnvironmentContext, name: string): Promise<void> {
	const deployment = activeDeployment(state.current(), name);
	if (!deployment?.containerId) return;
	await engine.stop(deployment.containerId, settings.stopGraceSeconds);
	await state.update(current => patchDeployment(current, deployment.id, {status: 'stopped'}));
}

/** Stops a resource's container and keeps it. The record of an unfinished restore is kept too. */
export async function stopResource({engine, settings, state}: EnvironmentContext, name: string): Promise<void> {
	const record = state.current().resources[name];
	if (!record) return;
	await engine.stop(record.containerId, settings.stopGraceSeconds);
	const status = record.status === 'restore-incomplete' ? record.status : 'stopped';
	const stopped: ResourceRecord = {...record, status, updatedAt: new Date().toISOString()};
	await state.update(current => ({...current, resources: {...current.resources, [name]: stopped}}));
}
