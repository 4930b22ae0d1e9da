import {imageAddress} from '../model/address.ts';
import {scopeAddress} from '../model/values.ts';
import {unchangedAction} from './actions.ts';
import {destroyActions} from './destroy.ts';
import {liveFingerprints} from './fingerprints.ts';
import {isSelected, type PlanInput} from './input.ts';
import type {Action, Plan} from './plan.ts';
import {planResource, planVolumes, resourceDrift, undeclaredResources} from './resources.ts';
import {planRoutes} from './routes.ts';
import {planImage, planService, removedServices, serviceDrift} from './services.ts';
import {networkDrift, planNetwork, planRouter} from './shared-objects.ts';

function planImages(input: PlanInput): Action[] {
	return input.desired.services.map(({name}) => {
		const finding = input.images.find(({planned}) => planned.service === name);
		if (!finding || !isSelected(input, name)) return unchangedAction(imageAddress(name), 'image');
		return planImage(finding, input.state.images[name] !== undefined);
	});
}

function applyActions(input: PlanInput): Action[] {
	const images = planImages(input);
	const services = input.desired.services.map((service, index) => planService(input, service, images[index]!));
	const removed = removedServices(input);
	return [
		planNetwork(input),
		planRouter(input),
		...input.desired.resources.flatMap(resource => [...planVolumes(input, resource), planResource(input, resource)]),
		...undeclaredResources(input),
		...images,
		...services,
		...removed,
		planRoutes(input, [...services, ...removed]),
	];
}

/** An action waits only for what really happens. */
function withoutIdleDependencies(actions: readonly Action[]): Action[] {
	const busy = new Set(actions.filter(({kind}) => kind !== 'none').map(({address}) => address));
	return actions.map(action => ({...action, dependsOn: action.dependsOn.filter(address => busy.has(address))}));
}

/**
 * Compares what is wanted with what was recorded and what runs, and says what to do about it, in order, each with its
 * reason. Pure: the same input gives the same plan.
 */
export function createPlan(input: PlanInput): Plan {
	const {desired, state} = input;
	const actions =
		input.mode === 'destroy' ? destroyActions(input) : input.mode === 'refresh-only' ? [] : applyActions(input);
	return {
		format: 1,
		mode: input.mode,
		project: desired.project,
		environment: desired.environment,
		lineage: state.lineage,
		serial: state.serial,
		createdAt: input.now,
		actions: withoutIdleDependencies(actions),
		drift: [...networkDrift(input), ...resourceDrift(input), ...serviceDrift(input)],
		warnings: input.warnings,
		desired,
		images: input.images.map(({planned}) => planned),
		services: input.services,
		basis: {
			descriptor: input.descriptorHash,
			live: liveFingerprints(input),
			contexts: Object.fromEntries(input.images.map(({planned}) => [planned.service, planned.key])),
			variables: Object.fromEntries(
				state.variables.map(({scope, key, revision}) => [`${scopeAddress(scope)}.${key}`, revision]),
			),
		},
	};
}
