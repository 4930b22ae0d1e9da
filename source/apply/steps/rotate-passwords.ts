import {failpoint} from '../../failpoints.ts';
import type {DesiredResource} from '../../model/specs.ts';
import type {EnvValue} from '../../model/values.ts';
import {rotatedKeys} from '../../plan/rotation.ts';
import type {RotatedValue, State} from '../../state/state.ts';
import {findVariable} from '../../state/variables.ts';
import {type ApplyContext, progress} from '../context.ts';
import {generateVariable} from '../generated-variables.ts';
import {writeJournaled} from '../journaled.ts';
import {changeDatabasePasswords, withPasswords} from '../resource-rotation.ts';

const usual = {generator: 'token', bytes: 24, encoding: 'hex'} as const;

/** The new value of a password: the one that a user has set since, otherwise a generated one. */
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

/** The password that the database has now; undefined when its variable was set again or removed since. */
function previousValue(state: State, resource: DesiredResource, key: string): RotatedValue | undefined {
	const value: EnvValue | undefined = state.resources[resource.name]?.spec.env[key];
	const variable = findOwn(state, resource, key);
	if (value?.type === 'plain' && (!variable || (!variable.isSensitive && variable.value === value.value)))
		return {key, value, variable};
	return value?.type === 'secret' && variable?.revision === value.revision ? {key, value, variable} : undefined;
}

/**
 * Changes the passwords inside a database. Open connections stay; new ones need the new password, which the candidates of
 * this apply have. Both values are recorded, sealed, before the database changes.
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
	progress(context, address, 'changing the password in the database');
	await writeJournaled(context, {
		address,
		intent: {type: 'rotate', resource: name},
		run: () => changeDatabasePasswords(context, secrets, name, 'next'),
		record: current => withPasswords(current, name, next),
	});
}
