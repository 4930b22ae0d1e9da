import {present} from '../descriptor/present.ts';
import {isOneTimeKey} from '../descriptor/presets/one-time.ts';
import type {Resource} from '../descriptor/project.ts';
import type {ContainerConfiguration, ObservedContainer} from '../engine/engine.ts';
import {nameIn} from '../model/address.ts';
import {isKeptUp} from '../model/container-state.ts';
import {labels} from '../model/labels.ts';
import {resourceContainerName} from '../model/names.ts';
import type {ResourceShape} from '../model/record.ts';
import {isSameScope} from '../model/values.ts';
import type {ResourceRecord} from '../state/state.ts';
import {readResourceShape} from './read-record.ts';
import {type ClearVariable, type ReadEnv, readEnv} from './read-values.ts';
import type {Remains} from './remains.ts';

/** A container of a resource with its record. */
export type FoundResource = {
	readonly name: string;
	readonly container: ObservedContainer;
	readonly configuration: ContainerConfiguration;
	readonly shape: ResourceShape;
	readonly read: ReadEnv;
};

/** An interrupted replacement leaves two: the one that runs is the one that serves. */
const byUse = (a: ObservedContainer, b: ObservedContainer): number =>
	Number(isKeptUp(b)) - Number(isKeptUp(a)) || a.name.length - b.name.length;

/** The containers of resources whose labels can be read, one for each, and those that cannot. */
export function findResources({observed, configurations}: Remains): {
	readonly found: readonly FoundResource[];
	readonly unreadable: readonly ObservedContainer[];
} {
	const byName = new Map<string, ObservedContainer>();
	const own = observed.containers.filter(each => each.labels[labels.address]?.startsWith('resource.'));
	for (const container of [...own].sort(byUse)) {
		const name = nameIn(container.labels[labels.address]!);
		if (!byName.has(name)) byName.set(name, container);
	}
	const found: FoundResource[] = [];
	const unreadable: ObservedContainer[] = [];
	for (const [name, container] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const configuration = configurations.get(container.id);
		const shape = readResourceShape(container.labels);
		if (!configuration || !shape) {
			unreadable.push(container);
			continue;
		}
		const isGenerated: Parameters<typeof readEnv>[2]['isGenerated'] = (scope, key) =>
			isSameScope(scope, {type: 'resource', name}) && Object.hasOwn(shape.generatedVariables, key);
		const read = readEnv(shape.spec.env, configuration, {at: shape.createdAt, isGenerated});
		found.push({name, container, configuration, shape, read});
	}
	return {found, unreadable};
}

/**
 * The record of a resource. What its container does not depend on is taken from compartment.yml, as far as that declares it.
 */
export function resourceRecord(
	{project: {resources}, owner}: Remains,
	{name, container, configuration, shape, read}: FoundResource,
): ResourceRecord {
	const declared = resources.find(each => each.name === name);
	const {spec, readiness, createdAt, preset, generatedVariables} = shape;
	const {policy} = configuration.restart;
	const kept = {preset, generatedVariables, outputs: {}, operations: {}};
	return present({
		name,
		spec: {...spec, env: read.env},
		imageId: container.imageId,
		containerName: resourceContainerName(owner.project, owner.environment, name),
		containerId: container.id,
		restart: policy === 'always' ? shape.restart : policy,
		readiness,
		status: isKeptUp(container) ? 'running' : 'stopped',
		declared: present(declared ? declarationOf(declared) : kept),
		updatedAt: createdAt,
	}) as ResourceRecord;
}

const declarationOf = ({preset, generatedVariables, outputs, operations}: Resource) => ({
	preset,
	generatedVariables,
	outputs,
	operations,
});

/**
 * The passwords of a resource whose label cannot be read: what compartment.yml generates, and what a database reads only once.
 * The next apply makes the container again, on the same data, which knows no other values.
 */
export function rescuedVariables(
	{project, configurations}: Remains,
	{id, labels: own, createdAt}: ObservedContainer,
	revision: () => string,
): readonly ClearVariable[] {
	const name = nameIn(own[labels.address] ?? '');
	const declared = project.resources.find(each => each.name === name);
	const {env = {}} = configurations.get(id) ?? {};
	if (!declared) return [];
	const isGenerated = (key: string) => Object.hasOwn(declared.generatedVariables, key);
	const wanted = Object.keys(env).filter(
		key => isGenerated(key) || (isOneTimeKey(key) && !Object.hasOwn(declared.env, key)),
	);
	return wanted.map(key => ({
		scope: {type: 'resource', name},
		key,
		source: isGenerated(key) ? 'generated' : 'user',
		revision: revision(),
		updatedAt: new Date(createdAt).toISOString(),
		isSensitive: true,
		value: env[key]!,
	}));
}
