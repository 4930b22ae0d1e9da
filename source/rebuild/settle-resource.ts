import type {Project} from '../descriptor/project.ts';
import type {OutputContext} from '../model/outputs.ts';
import type {Owner} from '../model/own.ts';
import type {Env, EnvValue} from '../model/values.ts';
import {newRevision} from '../state/secrets.ts';
import type {ResourceRecord} from '../state/state.ts';
import type {FoundDeployment} from './find-deployments.ts';
import {changedPasswords, type SeenOutput, withFingerprint} from './outputs.ts';
import type {ClearVariable} from './read-values.ts';
import type {Remains} from './remains.ts';
import {type FoundResource, resourceRecord} from './resources.ts';
import {serialOf} from './serial.ts';

/** A resource with the passwords that its database has now. */
export type SettledResource = {
	readonly record: ResourceRecord;
	readonly clear: Readonly<Record<string, string>>;
	readonly variables: readonly ClearVariable[];
	/** Names of passwords that were changed since the container was made. */
	readonly changed: readonly string[];
};

const contextOf = ({project, environment}: Owner, resource: string): OutputContext => ({
	project,
	environment,
	resource,
});

/** An output in the container of a service, as compartment.yml declares it: labels have no templates. */
function seenOutput(
	{resources}: Project,
	{read}: FoundDeployment,
	key: string,
	value: EnvValue,
): SeenOutput | undefined {
	if (value.type !== 'output') return undefined;
	const declared = resources.find(({name}) => name === value.resource)?.outputs ?? {};
	const output = Object.hasOwn(declared, value.output) ? declared[value.output] : undefined;
	return output && {output, text: read.clear[key]!};
}

/** The record of a resource, with passwords from containers of services that were made after its own. */
export function settleResource(
	remains: Remains,
	found: FoundResource,
	serving: readonly FoundDeployment[],
): SettledResource {
	const {owner, project} = remains;
	const {name, read, container} = found;
	const record = resourceRecord(remains, found);
	const later = serving.filter(each => serialOf(each.container) > serialOf(container)).reverse();
	const outputs = later.flatMap(each =>
		Object.entries(each.read.env).flatMap(([key, value]) =>
			value.type === 'output' && value.resource === name ? (seenOutput(project, each, key, value) ?? []) : [],
		),
	);
	const changed = changedPasswords(record, contextOf(owner, name), read.clear, outputs);
	const env: Record<string, EnvValue> = {...record.spec.env};
	const variables = read.variables.map(variable =>
		Object.hasOwn(changed, variable.key)
			? {...variable, value: changed[variable.key]!, revision: newRevision()}
			: variable,
	);
	for (const [key, value] of Object.entries(changed)) {
		const known = env[key];
		const variable = variables.find(each => each.key === key);
		if (known?.type === 'plain') env[key] = {type: 'plain', value};
		else if (known?.type === 'secret' && variable) env[key] = {...known, revision: variable.revision};
	}
	return {
		record: {...record, spec: {...record.spec, env}},
		clear: {...read.clear, ...changed},
		variables,
		changed: Object.keys(changed),
	};
}

/** The variables of a deployment, with the fingerprints that resources give to outputs now. */
export function settleOutputs(
	{owner, project}: Remains,
	found: FoundDeployment,
	resources: ReadonlyMap<string, SettledResource>,
): Env {
	const settle = (key: string, value: EnvValue): EnvValue => {
		const seen = seenOutput(project, found, key, value);
		const resource = value.type === 'output' ? resources.get(value.resource) : undefined;
		if (!seen || !resource) return value;
		const {record, clear} = resource;
		return withFingerprint(value, seen, contextOf(owner, record.name), {env: record.spec.env, clear});
	};
	return Object.fromEntries(Object.entries(found.read.env).map(([key, value]) => [key, settle(key, value)]));
}
