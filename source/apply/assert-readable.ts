import {nameIn} from '../model/address.ts';
import {outputKeys} from '../model/outputs.ts';
import type {Env, EnvValue} from '../model/values.ts';
import {makesContainer} from '../plan/actions.ts';
import {busyActions, type Plan} from '../plan/plan.ts';
import {certificateKeySlot} from '../state/certificates.ts';
import type {State} from '../state/state.ts';
import {findVariable} from '../state/variables.ts';
import type {SecretReader} from './secret-reader.ts';

type Secret = Extract<EnvValue, {type: 'secret'}>;

const valuesIn = (env: Env, keys = Object.keys(env)): EnvValue[] =>
	keys.flatMap(key => (Object.hasOwn(env, key) ? env[key]! : []));

/** The secrets in a container's environment, including those inside outputs. */
function secretsIn(values: readonly EnvValue[], resources: Plan['desired']['resources']): Secret[] {
	return values.flatMap(value => {
		if (value.type === 'secret') return [value];
		if (value.type === 'plain') return [];
		const resource = resources.find(({name}) => name === value.resource);
		const output = resource?.outputs[value.output];
		return resource && output ? secretsIn(valuesIn(resource.spec.env, outputKeys(output.value)), resources) : [];
	});
}

/** The environment values of all containers that a plan creates. */
function containerValues({actions, deployments, desired}: Plan): EnvValue[] {
	const isMade = (address: string) => actions.some(action => action.address === address && makesContainer(action));
	return [
		...deployments.filter(({kind}) => kind !== 'job' && kind !== 'cron').flatMap(({spec}) => valuesIn(spec.env)),
		...desired.resources.filter(({address}) => isMade(address)).flatMap(({spec}) => valuesIn(spec.env)),
	];
}

/**
 * Decrypts every sensitive value that a plan needs before anything changes. Otherwise a missing identity or a damaged value
 * would stop the old container for a new one that cannot start.
 * @throws UserError for the first value that cannot be read
 */
export async function assertReadable(plan: Plan, state: State, secrets: SecretReader): Promise<void> {
	for (const {scope, key} of secretsIn(containerValues(plan), plan.desired.resources)) {
		const variable = findVariable(state, scope, key);
		if (variable?.isSensitive) await secrets.readCiphertext(variable.ciphertext, scope, key);
	}
	for (const {object, kind, address} of busyActions(plan)) {
		const host = nameIn(address);
		const record = object === 'certificate' && kind !== 'delete' ? state.certificates?.[host] : undefined;
		const slot = certificateKeySlot(host);
		if (record) await secrets.readCiphertext(record.ciphertext, slot.scope, slot.key);
	}
}
