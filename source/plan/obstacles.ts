import {command} from '../hint.ts';
import {hasExclusiveVolume} from '../model/kinds.ts';
import type {DesiredService} from '../model/specs.ts';
import {blocked} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';

/** Blocks a service whose connection conflicts with one of its variables (docs/rules.md, "One origin"). */
function connectionConflict({state}: PlanInput, service: DesiredService): Action | undefined {
	for (const {key, resource, output} of service.connections) {
		const isDirect = state.variables.some(
			({scope, key: own}) => scope.type === 'service' && scope.name === service.name && own === key,
		);
		const remove = command('variable remove', key, '--service', service.name);
		const head = `Descriptor connection for service "${service.name}" env "${key}" conflicts with`;
		if (isDirect) return blocked(service.address, 'service', `${head} an existing direct service variable.`, remove);
		const binding = state.bindings.find(({service: owner, key: own}) => owner === service.name && own === key);
		if (binding && (binding.resource !== resource || binding.output !== output))
			return blocked(
				service.address,
				'service',
				`${head} existing resource output binding "${binding.resource}.${binding.output}".`,
				remove,
			);
	}
	return undefined;
}

// A manual binding may outlive its resource.
const missingResource = (desired: PlanInput['desired'], service: DesiredService): Action | undefined => {
	const lost = service.connections.find(({resource}) => !desired.resources.some(({name}) => name === resource));
	if (!lost) return undefined;
	const reason = `Resource output variable "${lost.key}" references missing resource "${lost.resource}".`;
	return blocked(service.address, 'service', reason, command('variable remove', lost.key, '--service', service.name));
};

/** Every secret file needs a variable with a value. */
function missingSecret({spec, name, address}: DesiredService): Action | undefined {
	const lost = Object.keys(spec.secretFiles).find(key => !Object.hasOwn(spec.env, key));
	if (lost === undefined) return undefined;
	return blocked(
		address,
		'service',
		`secretFiles of service "${name}" names "${lost}", which has no value.`,
		command('variable set', lost, '--service', name, '--sensitive', '--stdin'),
	);
}

/** A held candidate runs beside the active deployment, which an exclusive volume does not allow. */
function exclusiveHold({isHold}: PlanInput, {spec, address}: DesiredService): Action | undefined {
	if (!isHold || !hasExclusiveVolume(spec)) return undefined;
	const reason = 'It has an exclusive volume, so a candidate cannot be held beside the active deployment.';
	return blocked(address, 'service', reason, command('apply'));
}

/** Why a service cannot be deployed at all. */
export const findObstacle = (input: PlanInput, service: DesiredService): Action | undefined =>
	connectionConflict(input, service) ??
	missingResource(input.desired, service) ??
	missingSecret(service) ??
	exclusiveHold(input, service);
