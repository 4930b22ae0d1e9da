import {
	certificateAddress,
	imageAddress,
	networkAddress,
	resourceAddress,
	routesAddress,
	serviceAddress,
} from '../model/address.ts';
import {scopeAddress} from '../model/values.ts';
import type {State, Variable} from './state.ts';

// Ciphertexts are useless to readers, and better not copied around.
const describeVariable = (variable: Variable) =>
	variable.isSensitive
		? {key: variable.key, source: variable.source, isSensitive: true, value: '<hidden>', updatedAt: variable.updatedAt}
		: {
				key: variable.key,
				source: variable.source,
				isSensitive: false,
				value: variable.value,
				updatedAt: variable.updatedAt,
			};

/** The objects of a state by address, without ciphertexts, for `state list` and `state show`. */
export function describeState(state: State): Record<string, unknown> {
	const objects: Record<string, unknown> = {};
	if (state.networks) objects[networkAddress] = state.networks;
	for (const [address, volume] of Object.entries(state.volumes)) objects[address] = volume;
	for (const [name, resource] of Object.entries(state.resources)) objects[resourceAddress(name)] = resource;
	for (const [service, image] of Object.entries(state.images)) objects[imageAddress(service)] = image;
	for (const [service, id] of Object.entries(state.active)) objects[serviceAddress(service)] = state.deployments[id];
	if (state.routes) objects[routesAddress] = state.routes;
	for (const [host, {ciphertext: _, ...record}] of Object.entries(state.certificates ?? {}))
		objects[certificateAddress(host)] = record;
	for (const deployment of Object.values(state.deployments)) objects[`deployment.${deployment.id}`] = deployment;
	for (const variable of state.variables)
		objects[`variable.${scopeAddress(variable.scope)}.${variable.key}`] = describeVariable(variable);
	return objects;
}
