import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {expandOutput, outputKeys} from '../model/outputs.ts';
import type {Desired} from '../model/specs.ts';
import type {Env, EnvValue, VariableScope} from '../model/values.ts';
import {scopeAddress} from '../model/values.ts';
import {decryptValue, type Identity, identityFor} from '../state/secrets.ts';
import type {State} from '../state/state.ts';
import {findVariable} from '../state/variables.ts';
import {createMask} from './mask.ts';

/** Decrypts sensitive values when a container needs them, and masks them in text from then on. */
export type SecretReader = {
	readonly resolveEnv: (env: Env, desired: Desired) => Promise<Record<string, string>>;
	readonly readCiphertext: (ciphertext: string, scope: VariableScope, key: string) => Promise<string>;
	/** Reads all sensitive variables of the environment, so that all are masked. */
	readonly readAll: () => Promise<void>;
	/** Replaces every sensitive value read so far by `‹hidden›`. */
	readonly mask: (text: string) => string;
};

/** Creates a reader. The state may change meanwhile, because an apply generates values. */
export function createSecretReader(currentState: () => State): SecretReader {
	let identity: Promise<Identity> | undefined;
	const cache = new Map<string, string>();
	const mask = createMask();

	async function readCiphertext(ciphertext: string, scope: VariableScope, key: string): Promise<string> {
		const known = cache.get(ciphertext);
		if (known !== undefined) return known;
		identity ??= identityFor(currentState());
		const value = await decryptValue(ciphertext, {lineage: currentState().lineage, scope, key}, await identity);
		cache.set(ciphertext, value);
		mask.add(value);
		return value;
	}

	async function readSecret(scope: VariableScope, key: string): Promise<string> {
		const variable = findVariable(currentState(), scope, key);
		if (!variable)
			throw new UserError(`Variable ${key} of ${scopeAddress(scope)} has no value yet: the next apply generates it.`, {
				hint: command('apply'),
			});
		return variable.isSensitive ? readCiphertext(variable.ciphertext, scope, key) : variable.value;
	}

	async function readOutput(value: Extract<EnvValue, {type: 'output'}>, desired: Desired): Promise<string> {
		const resource = desired.resources.find(({name}) => name === value.resource);
		const output = resource?.outputs[value.output];
		if (!resource || !output)
			throw new UserError(`Resource output "${value.resource}.${value.output}" could not be resolved.`);
		// Only what the template uses: an output with the host must be readable before the password exists.
		const needed = outputKeys(output.value).filter(key => Object.hasOwn(resource.spec.env, key));
		const env = await resolveEnv(Object.fromEntries(needed.map(key => [key, resource.spec.env[key]!])), desired);
		const context = {project: desired.project, environment: desired.environment, resource: resource.name};
		const text = expandOutput(output.value, context, key => (Object.hasOwn(env, key) ? env[key] : undefined));
		if (output.sensitive) mask.add(text);
		return text;
	}

	async function resolveEnv(env: Env, desired: Desired): Promise<Record<string, string>> {
		const resolved: Record<string, string> = {};
		for (const [key, value] of Object.entries(env)) {
			if (value.type === 'plain') resolved[key] = value.value;
			else if (value.type === 'secret') resolved[key] = await readSecret(value.scope, value.key);
			else resolved[key] = await readOutput(value, desired);
		}
		return resolved;
	}

	return {
		resolveEnv,
		readCiphertext,
		async readAll() {
			const {variables} = currentState();
			await Promise.all(
				variables.map(async each => each.isSensitive && readCiphertext(each.ciphertext, each.scope, each.key)),
			);
		},
		mask: mask.apply,
	};
}
