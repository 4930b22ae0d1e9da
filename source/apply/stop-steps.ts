import {activeDeployment} from '../plan/input.ts';
import type {ResourceRecord} from '../state/state.ts';
import {type ApplyStep, whole} from './apply-step.ts';
import {busyActions} from './apply-steps.ts';
import type {ApplyContext} from './context.ts';
import {patchDeployment} from './deployments.ts';

async function stopService({engine, settings, state}: ApplyContext, name: string): Promise<void> {
	const deployment = activeDeployment(state.current(), name);
	if (!deployment?.containerId) return;
	await engine.stop(deployment.containerId, settings.stopGraceSeconds);
	await state.update(current => patchDeployment(current, deployment.id, {status: 'stopped'}));
}

/** Stops a resource's container and keeps it. An unfinished restore stays known. */
export async function stopResource({engine, settings, state}: ApplyContext, name: string): Promise<void> {
	const record = state.current().resources[name];
	if (!record) return;
	await engine.stop(record.containerId, settings.stopGraceSeconds);
	const status = record.status === 'restore-incomplete' ? record.status : 'stopped';
	const stopped: ResourceRecord = {...record, status, updatedAt: new Date().toISOString()};
	await state.update(current => ({...current, resources: {...current.resources, [name]: stopped}}));
}

/** The graph that stops an environment: services, then resources. Nothing is removed; the router answers 503. */
export const stopSteps = (context: ApplyContext): ApplyStep[] =>
	busyActions(context.plan).map(({address, object, dependsOn}) => {
		const name = address.slice(address.indexOf('.') + 1);
		const run = () => (object === 'service' ? stopService(context, name) : stopResource(context, name));
		return {id: address, address, ...whole, dependsOn, run};
	});
