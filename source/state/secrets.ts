import {randomBytes} from 'node:crypto';
import {isOneTimeKey} from '../descriptor/presets/one-time.ts';
import {messageOf, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {scopeAddress, scopeWords, type VariableScope} from '../model/values.ts';
import {encryptText} from './age.ts';
import type {Identity} from './identity.ts';

export {ensureIdentity, type Identity, identityFor, ownIdentity, ownRecipients, readIdentity} from './identity.ts';

type SecretName = {
	/** Of the state that holds it. */
	readonly lineage: string;
	readonly scope: VariableScope;
	readonly key: string;
};
type Secret = SecretName & {readonly value: string};

/** What a ciphertext holds. age binds nothing to its context, so the place is inside, and checked on reading. */
type Sealed = {
	/** Absent in values of earlier versions, until they are set again or the recipients change. */
	readonly lineage?: string;
	readonly address: string;
	readonly key: string;
	readonly value: string;
};

/**
 * Encrypts a value with age, for every recipient (`age1…`), and binds it to its state, scope and key.
 * @returns base64; `base64 -d | age -d -i identity` reads it without Compartment
 */
export async function encryptValue(
	{lineage, scope, key, value}: Secret,
	recipients: readonly string[],
): Promise<string> {
	const sealed: Sealed = {lineage, address: scopeAddress(scope), key, value};
	return (await encryptText(JSON.stringify(sealed), recipients)).toString('base64');
}

/**
 * Decrypts a value, and refuses one that was encrypted for another state, scope or key: somebody swapped two of them.
 * Many can be read at once with `Promise.all`.
 */
export async function decryptValue(
	ciphertext: string,
	{lineage, scope, key}: SecretName,
	{decrypt, path, recipient}: Identity,
): Promise<string> {
	const place = `${key} of ${scopeAddress(scope)}`;
	// A database keeps the value that its volume was initialised with: another one would lock everybody out.
	const isKept = scope.type === 'resource' && isOneTimeKey(key);
	const setAgain = isKept
		? ''
		: hint`, or set the value again: ${command('variable set', key, ...scopeWords(scope), '--sensitive', '--stdin')}`;
	let sealed: Sealed;
	try {
		sealed = JSON.parse(await decrypt(Buffer.from(ciphertext, 'base64'))) as Sealed;
	} catch (error) {
		if (messageOf(error).includes('no identity matched'))
			throw new UserError(`The value ${place} was encrypted for another identity than ${path}`, {
				hint: hint`Name the right one in COMPARTMENT_IDENTITY_FILE, or ask someone who can read it: ${command('variable recipients add', recipient)}${setAgain}`,
			});
		throw new UserError(`The value ${place} is damaged and cannot be decrypted`, {
			hint: hint`Bring back one of ${command('state history')}${setAgain}`,
		});
	}
	if (sealed.lineage !== undefined && sealed.lineage !== lineage)
		throw new UserError(`The value ${place} was encrypted for another environment or project`, {
			hint: hint`Bring back one of ${command('state history')}${setAgain}`,
		});
	if (sealed.address === scopeAddress(scope) && sealed.key === key) return sealed.value;
	throw new UserError(`The value ${place} is that of ${sealed.key} of ${sealed.address}: the two were swapped`, {
		hint: hint`Bring back one of ${command('state history')}${setAgain}`,
	});
}

/** A new revision of a variable: random, so that it says nothing of the value. */
export const newRevision = (): string => randomBytes(8).toString('hex');
