import {failpoint} from '../../failpoints.ts';
import type {DesiredResource} from '../../model/specs.ts';
import type {EnvValue} from '../../model/values.ts';
import {rotatedKeys} from '../../plan/rotation.ts';
import type {RotatedValue, State} from '../../state/state.ts';
import {findVariable} from '../../state/variables.ts';
import {type ApplyContext, progress} from '../context.ts';
import {generateVariable} from '../generated-variables.ts';
import {operate} from '../journaled.ts';
import {tellDatabase, withPasswords} from '../resource-rotation.ts';

const usual = {generator: 'token', bytes: 24, encoding: 'hex'} as const;

/** A value that the plan left open is generated; one that a person has set since is taken. */
async function nextValue(state: State, resource: DesiredResource, key: string): Promise<RotatedValue> {
	const wanted = resource.spec.env[key]!;
	if (wanted.type === 'plain') return {key, value: wanted, variable: findOwn(state, resource, key)};
	if (wanted.type === 'secret' && wanted.revision !== null)
		return {key, value: wanted, variable: findVariable(state, wanted.scope, key) ?? null};
	const variable = await generateVariable(state, resource.name, key, resource.generatedVariables[key] ?? usual);
	return {key, value: {type: 'secret', scope: variable.scope, key, revision: variable.revision}, variable};
}

const findOwn = (state: State, {name}: DesiredResource, key: string) =>
	findVariable(state, {type: 'resource', name}, key) ?? null;

/** What the database has now, undefined when nobody can tell any more: the variable was set again or removed. */
function previousValue(state: State, resource: DesiredResource, key: string): RotatedValue | undefined {
	const value: EnvValue | undefined = state.resources[resource.name]?.spec.env[key];
	const variable = findOwn(state, resource, key);
	if (value?.type === 'plain' && (!variable || (!variable.isSensitive && variable.value === value.value)))
		return {key, value, variable};
	return value?.type === 'secret' && variable?.revision === value.revision ? {key, value, variable} : undefined;
}

/**
 * Changes the passwords inside a database. From then on open connections stay, and new ones need the new password; the
 * candidates that follow have it. Both values are recorded, sealed, before the database is told.
 */
export async function rotateResource(context: ApplyContext, resource: DesiredResource): Promise<void> {
	const {state, secrets} = context;
	const {name, address} = resource;
	const keys = rotatedKeys(resource);
	const previous = keys.map(key => previousValue(state.current(), resource, key));
	const isKnown = previous.every(value => value !== undefined);
	const next = await Promise.all(keys.map(key => nextValue(state.current(), resource, key)));
	const rotation = {next, former: isKnown ? previous : []};
	await state.update(current => ({
		...current,
		resources: {...current.resources, [name]: {...current.resources[name]!, rotation}},
	}));
	failpoint('rotate.after-prepare');
	progress(context, address, 'changing the password inside the database');
	await operate(context, {
		address,
		intent: {type: 'rotate', resource: name},
		run: () => tellDatabase(context, secrets, name, 'next'),
		record: current => withPasswords(current, name, next),
	});
}
