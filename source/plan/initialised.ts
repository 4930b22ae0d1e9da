import {type Database, databaseOf, describeDatabase} from '../descriptor/presets/one-time.ts';
import {command, hint} from '../hint.ts';
import {initialisingEnv} from '../model/initialised.ts';
import type {DesiredResource} from '../model/specs.ts';
import type {Env} from '../model/values.ts';
import {blocked} from './actions.ts';
import {envChanges} from './attributes.ts';
import type {PlanInput} from './input.ts';
import type {Action, PlannedDeployment} from './plan.ts';

type Environment = Pick<PlanInput, 'desired' | 'state' | 'observed'>;

/**
 * The values that a resource's data was initialised with; empty without data or for an unknown database. Volume records of
 * older versions lack them, so the container's record is used there.
 */
export function initialValues({desired, state, observed}: Environment, {name}: DesiredResource): Env {
	const kept = desired.volumes.flatMap(volume => {
		const isThere = volume.owner === name && observed.volumes.some(found => found.name === volume.name);
		const record = state.volumes[volume.address];
		return isThere && record ? [record] : [];
	});
	const known = kept.find(({initialised}) => initialised && Object.keys(initialised).length > 0)?.initialised;
	if (known) return known;
	const record = state.resources[name];
	if (!record || !kept.some(({initialised}) => initialised === undefined)) return {};
	return initialisingEnv({preset: record.declared?.preset, image: record.spec.image, env: record.spec.env});
}

/** Names of the values that differ from those the database was initialised with. */
export const spoiltValues = (input: Environment, resource: DesiredResource): string[] => {
	const initial = initialValues(input, resource);
	const wanted = Object.fromEntries(
		Object.keys(initial).flatMap(key =>
			Object.hasOwn(resource.spec.env, key) ? [[key, resource.spec.env[key]!]] : [],
		),
	);
	return envChanges(initial, wanted);
};

function putBack(initial: Env, key: string): string {
	const value = initial[key];
	return value?.type === 'plain' ? `${key}: ${value.value}` : key;
}

/**
 * Blocks a changed value that the database reads only for an empty volume: the apply would succeed and every login fail.
 */
export function blockedInitialisation(input: Environment, resource: DesiredResource): Action | undefined {
	const {name, preset, spec, address} = resource;
	const spoilt = spoiltValues(input, resource);
	if (spoilt.length === 0) return undefined;
	const database = databaseOf({image: spec.image, ...(preset === undefined ? {} : {preset})});
	const {title, passwords}: Pick<Database, 'title' | 'passwords'> = database
		? describeDatabase(database)
		: {title: 'the database', passwords: []};
	const others = spoilt.filter(key => !passwords.includes(key));
	const verb = (key: string) => (spec.env[key]?.type === 'plain' || hasValue(spec.env, key) ? 'changed' : 'removed');
	const [first] = others.length > 0 ? others : spoilt;
	const reason = `${first} of resource ${name} was ${verb(first!)}, but ${title} reads it only when it initialises an empty volume, and this volume has data.`;
	const initial = initialValues(input, resource);
	const fresh = command('resource delete', '--resource', name, '--delete-data');
	const wayOut =
		others.length > 0
			? hint`put ${others.map(key => putBack(initial, key)).join(', ')} back, or start with an empty volume: ${fresh}`
			: command('resource rotate', name);
	return blocked(address, 'resource', reason, wayOut);
}

const hasValue = (env: Env, key: string): boolean => {
	const value = Object.hasOwn(env, key) ? env[key] : undefined;
	return value !== undefined && !(value.type === 'secret' && value.revision === null);
};

/** The same for deployments of existing images, which would get a value that the database does not accept. */
export const blockedLogins = (input: Environment, deployments: readonly PlannedDeployment[]): Action[] =>
	input.desired.resources.flatMap(resource => {
		const isConnected = deployments.some(({spec}) =>
			Object.values(spec.env).some(value => value.type === 'output' && value.resource === resource.name),
		);
		return isConnected ? (blockedInitialisation(input, resource) ?? []) : [];
	});
