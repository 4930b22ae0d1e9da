import {databaseOf} from '../descriptor/presets/one-time.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import {EngineError, messageOf, UserError} from '../errors.ts';
import {failpoint} from '../failpoints.ts';
import {volumeAddress} from '../model/address.ts';
import {outputFingerprint} from '../model/outputs.ts';
import type {Env} from '../model/values.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {ResourceRecord, RotatedValue, Rotation, State} from '../state/state.ts';
import {withoutVariable, withVariable} from '../state/variables.ts';
import {type ClearEnv, setPasswords} from './database-password.ts';
import {createSecretReader, type SecretReader} from './secret-reader.ts';
import type {StateKeeper} from './state-keeper.ts';

type Context = {
	readonly engine: OwnEngine;
	readonly state: StateKeeper;
	/** Reports what was settled and what could not be. */
	readonly say: (message: string) => void;
};

type Rotating = ResourceRecord & {readonly rotation: Rotation};

const valuesOf = (values: readonly RotatedValue[]): Env =>
	Object.fromEntries(values.map(({key, value}) => [key, value]));

/** Records these passwords of a resource: in its variables, its specification and the initial values of its volumes. */
export function withPasswords(state: State, name: string, values: readonly RotatedValue[]): State {
	const scope = {type: 'resource', name} as const;
	let next = state;
	for (const {key, variable} of values)
		next = variable ? withVariable(next, variable) : withoutVariable(next, scope, key);
	const env = valuesOf(values);
	const record = next.resources[name]!;
	const volumes = Object.entries(next.volumes).map(([address, volume]) => {
		const isOwn = address.startsWith(volumeAddress(name, '')) && volume.initialised;
		return [address, isOwn ? {...volume, initialised: {...volume.initialised, ...env}} : volume] as const;
	});
	const spec = {...record.spec, env: {...record.spec.env, ...env}};
	return {
		...next,
		volumes: Object.fromEntries(volumes),
		resources: {...next.resources, [name]: {...record, spec, updatedAt: new Date().toISOString()}},
	};
}

async function readValues(
	secrets: SecretReader,
	record: ResourceRecord,
	values: readonly RotatedValue[],
): Promise<ClearEnv> {
	const clear: Record<string, string> = {};
	for (const [key, value] of Object.entries(record.spec.env)) if (value.type === 'plain') clear[key] = value.value;
	for (const {key, value, variable} of values) {
		if (variable?.isSensitive) clear[key] = await secrets.readCiphertext(variable.ciphertext, variable.scope, key);
		else if (variable) clear[key] = variable.value;
		else if (value.type === 'plain') clear[key] = value.value;
	}
	return clear;
}

/** Sets the passwords in the database, whichever of the two it has now. */
export async function changeDatabasePasswords(
	{engine, state}: Pick<Context, 'engine' | 'state'>,
	secrets: SecretReader,
	name: string,
	which: 'next' | 'former',
): Promise<void> {
	const record = state.current().resources[name] as Rotating;
	const {rotation, spec, declared, containerId} = record;
	const preset = declared?.preset;
	const database = databaseOf({image: spec.image, ...(preset === undefined ? {} : {preset})});
	if (!database) throw new UserError(`resource ${name} is not a database whose password can be changed`);
	const other = which === 'next' ? rotation.former : rotation.next;
	const known = other.length > 0 ? [await readValues(secrets, record, other)] : [];
	await setPasswords(engine, {database, containerId, env: await readValues(secrets, record, rotation[which]), known});
}

/** Whether active deployments already use the new passwords, or none needs them. */
function isSwitched(state: State, {name, rotation, spec, declared}: Rotating): boolean {
	if (rotation.former.length === 0) return true;
	const context = {project: state.project, environment: state.environment, resource: name};
	const env = {...spec.env, ...valuesOf(rotation.next)};
	const used = Object.keys(state.active).flatMap(service =>
		Object.values(activeDeployment(state, service)?.spec.env ?? {}).flatMap(value => {
			const output = value.type === 'output' && value.resource === name ? declared?.outputs[value.output] : undefined;
			if (!output || value.type !== 'output') return [];
			const next = outputFingerprint(output, context, env);
			const previous = outputFingerprint(output, context, {...env, ...valuesOf(rotation.former)});
			return next === previous ? [] : [value.fingerprint === next];
		}),
	);
	return used.length === 0 || used.includes(true);
}

const identities = (values: Env): string => JSON.stringify(values);

async function settle(context: Context, secrets: SecretReader, name: string): Promise<void> {
	const {state, say} = context;
	const record = state.current().resources[name] as Rotating;
	const {rotation} = record;
	const which = isSwitched(state.current(), record) ? 'next' : 'former';
	const keys = rotation.next.map(({key}) => key);
	const recorded = Object.fromEntries(keys.map(key => [key, record.spec.env[key]!]));
	// They are recorded only after the database has accepted them.
	const isSet = which === 'next' && identities(recorded) === identities(valuesOf(rotation.next));
	if (!isSet) await changeDatabasePasswords(context, secrets, name, which);
	await state.update(current => {
		const settled = withPasswords(current, name, rotation[which]);
		const {rotation: _done, ...rest} = settled.resources[name]!;
		return {...settled, resources: {...settled.resources, [name]: rest}};
	});
	if (which === 'former') say(`resource ${name}: restored the previous password, because no service had switched`);
	else if (!isSet) say(`resource ${name}: set the new password`);
}

/**
 * Finishes every rotation in progress if an active deployment uses the new password; otherwise rolls it back. If that is
 * impossible now, because the database does not run, a later command does it.
 */
export async function settleRotations(context: Context): Promise<void> {
	const {state, say} = context;
	const rotating = Object.values(state.current().resources).filter(({rotation}) => rotation !== undefined);
	if (rotating.length === 0) return;
	failpoint('rotate.before-settle');
	const secrets = createSecretReader(state.current);
	for (const {name} of rotating) {
		try {
			await settle(context, secrets, name);
		} catch (error) {
			if (!(error instanceof EngineError || error instanceof UserError)) throw error;
			say(
				`the rotation of resource ${name} is not finished; the next command will retry: ${secrets.mask(messageOf(error))}`,
			);
		}
	}
}
