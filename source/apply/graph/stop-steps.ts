import {activeDeployment} from '../../plan/input.ts';
import type {ResourceRecord} from '../../state/state.ts';
import type {ApplyContext} from '../context.ts';
import {patchDeployment} from '../deployments.ts';
import {publishState} from '../publish-state.ts';
import {busyActions} from './apply-steps.ts';
import {type ApplyStep, whole} from './step.ts';

async function stopService({engine, settings, state}: ApplyContext, name: string): Promise<void> {
	const deployment = activeDeployment(state.current(), name);
	if (!deployment?.containerId) return;
	await engine.stop(deployment.containerId, settings.stopGraceSeconds);
	await state.update(current => patchDeployment(current, deployment.id, {status: 'stopped'}));
}

/** Stops a resource's container and keeps it. The record of an unfinished restore is kept too. */
export async function stopResource({engine, settings, state}: ApplyContext, name: string): Promise<void> {
	const record = state.current().resources[name];
	if (!record) return;
	await engine.stop(record.containerId, settings.stopGraceSeconds);
	const status = record.status === 'restore-incomplete' ? record.status : 'stopped';
	const stopped: ResourceRecord = {...record, status, updatedAt: new Date().toISOString()};
	await state.update(current => ({...current, resources: {...current.resources, [name]: stopped}}));
}

/** The graph that stops an environment: services, then resources. Nothing is removed. The router answers 503. */
export function stopSteps(context: ApplyContext): ApplyStep[] {
	const actions = busyActions(context.plan);
	const steps = actions.map(({address, object, dependsOn}) => {
		const name = address.slice(address.indexOf('.') + 1);
		const run = () => (object === 'service' ? stopService(context, name) : stopResource(context, name));
		return {id: address, address, ...whole, dependsOn, run};
	});
	const services = actions.filter(({object}) => object === 'service').map(({address}) => address);
	// Otherwise every request would wait until the router gives up connecting.
	const publish = {id: 'publish', address: null, ...whole, dependsOn: services, run: () => publishState(context)};
	return services.length > 0 ? [...steps, publish] : steps;
}
