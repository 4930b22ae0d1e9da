import {randomBytes} from 'node:crypto';
import {isOneTimeKey} from '../descriptor/presets/one-time.ts';
import {messageOf, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {scopeAddress, scopeWords, type VariableScope} from '../model/values.ts';
import {encryptText} from './age.ts';
import type {Identity} from './identity.ts';

export {ensureIdentity, type Identity, identityFor, ownIdentity, ownRecipients, readIdentity} from './identity.ts';

type SecretName = {
	/** Lineage of its state. */
	readonly lineage: string;
	readonly scope: VariableScope;
	readonly key: string;
};
type Secret = SecretName & {readonly value: string};

/** Content of a ciphertext. age does not bind it to a context, so it includes its place, checked on decryption. */
type Sealed = {
	/** Absent in values of older versions, until they are set again or the recipients change. */
	readonly lineage?: string;
	readonly address: string;
	readonly key: string;
	readonly value: string;
};

/**
 * Encrypts a value with age for all recipients (`age1…`), and binds it to its state, scope and key.
 * @returns base64, which `base64 -d | age -d -i identity` decrypts without Compartment
 */
export async function encryptValue(
	{lineage, scope, key, value}: Secret,
	recipients: readonly string[],
): Promise<string> {
	const sealed: Sealed = {lineage, address: scopeAddress(scope), key, value};
	return (await encryptText(JSON.stringify(sealed), recipients)).toString('base64');
}

/**
 * Decrypts a value.
 * @throws UserError when it was encrypted for another state, scope or key, as when two values were swapped
 */
export async function decryptValue(
	ciphertext: string,
	{lineage, scope, key}: SecretName,
	{decrypt, path, recipient}: Identity,
): Promise<string> {
	const place = `${key} of ${scopeAddress(scope)}`;
	// A database keeps the value that initialised its volume; setting another one would lock everybody out.
	const isKept = scope.type === 'resource' && isOneTimeKey(key);
	const setAgain = isKept
		? ''
		: hint`, or set the value again: ${command('variable set', key, ...scopeWords(scope), '--sensitive', '--stdin')}`;
	let sealed: Sealed;
	try {
		sealed = JSON.parse(await decrypt(Buffer.from(ciphertext, 'base64'))) as Sealed;
	} catch (error) {
		if (messageOf(error).includes('no identity matched'))
			throw new UserError(`The value of ${place} was not encrypted for the identity in ${path}`, {
				hint: hint`Name the right identity in COMPARTMENT_IDENTITY_FILE, or ask a recipient to run ${command('variable recipients add', recipient)}${setAgain}`,
			});
		throw new UserError(`The value of ${place} is damaged and cannot be decrypted`, {
			hint: hint`Restore a state from ${command('state history')}${setAgain}`,
		});
	}
	if (sealed.lineage !== undefined && sealed.lineage !== lineage)
		throw new UserError(`The value of ${place} was encrypted for another environment or project`, {
			hint: hint`Restore a state from ${command('state history')}${setAgain}`,
		});
	if (sealed.address === scopeAddress(scope) && sealed.key === key) return sealed.value;
	throw new UserError(`The value of ${place} is that of ${sealed.key} of ${sealed.address}: the two were swapped`, {
		hint: hint`Restore a state from ${command('state history')}${setAgain}`,
	});
}

/** A new revision of a variable: random, so that it reveals nothing about the value. */
export const newRevision = (): string => randomBytes(8).toString('hex');
