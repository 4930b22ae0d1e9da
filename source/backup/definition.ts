import {isArchive, type Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {resourceAddress} from '../model/address.ts';
import {resourceContainerName, resourceHost} from '../model/names.ts';
import {specHash} from '../model/spec-hash.ts';
import type {DesiredResource} from '../model/specs.ts';
import type {EnvValue} from '../model/values.ts';
import {recordedResource} from '../plan/recorded.ts';
import type {DeclaredResource, ResourceDefinition} from '../state/backup.ts';
import type {EnvironmentName, ResourceRecord, State} from '../state/state.ts';

/** The declaration in compartment.yml; for a resource that is not in it, the recorded one. */
function declaredOf(project: Project, {name, declared}: ResourceRecord): DeclaredResource | undefined {
	const resource = project.resources.find(candidate => candidate.name === name);
	if (!resource) return declared;
	const {preset, generatedVariables, outputs, operations} = resource;
	return {preset, generatedVariables, outputs, operations};
}

/** A resource as it runs, with the rest of its declaration. */
export const knownResource = (project: Project, record: ResourceRecord): DesiredResource =>
	recordedResource(record, declaredOf(project, record));

/** The record of a resource. @throws UserError when there is none */
export function findResource(state: State, name: string): ResourceRecord {
	const record = Object.hasOwn(state.resources, name) ? state.resources[name] : undefined;
	if (record) return record;
	const names = Object.keys(state.resources);
	throw new UserError('The requested resource was not found.', {
		hint: names.length > 0 ? `${state.environment} has ${names.join(', ')}` : command('apply'),
	});
}

export const definitionOf = (resource: DesiredResource): ResourceDefinition => {
	const {spec, restart, readiness, preset, generatedVariables, outputs, operations} = resource;
	return {spec, restart, readiness, preset, generatedVariables, outputs, operations};
};

// A sensitive value becomes a variable of the new resource, without a revision yet.
const moved = (value: EnvValue, name: string): EnvValue =>
	value.type === 'secret' ? {...value, scope: {type: 'resource', name}, revision: null} : value;

/** The resource of a definition under another name. */
export function resourceNamed(
	name: string,
	{spec, ...rest}: ResourceDefinition,
	{project, environment}: EnvironmentName,
): DesiredResource {
	const env = Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, moved(value, name)]));
	return {
		...rest,
		address: resourceAddress(name),
		name,
		containerName: resourceContainerName(project, environment, name),
		spec: {...spec, env, hostname: resourceHost(project, environment, name)},
	};
}

/**
 * Hash of everything that defines the container, with sensitive values by their revision
 * (docs/rules.md, "Replaced stop-first").
 */
export const runtimeHash = ({spec}: Pick<ResourceDefinition, 'spec'>): string => specHash(spec);

/** A definition whose sensitive values are named only. */
export function withoutRevisions<Definition extends Pick<ResourceDefinition, 'spec'>>(
	definition: Definition,
): Definition {
	const {spec} = definition;
	const env = Object.entries(spec.env).map(([key, value]) => [
		key,
		value.type === 'secret' ? {...value, revision: null} : value,
	]);
	return {...definition, spec: {...spec, env: Object.fromEntries(env)}};
}

/**
 * Hash of the backup and restore commands. Excludes schedule and retention, because changing those must not make older
 * backups unusable.
 */
export function operationHash({operations: {backup, restore}}: Pick<DeclaredResource, 'operations'>): string {
	const parts = [backup, restore].map(operation => {
		if (!operation) return null;
		if (isArchive(operation)) return {preset: operation.preset};
		return {command: operation.command, env: operation.env, image: operation.image};
	});
	return specHash(parts);
}
