import {UserError} from '../errors.ts';
import {encryptText} from './age.ts';
import {type Identity, ownRecipients} from './identity.ts';
import type {SealedKey, State} from './state.ts';
import type {TrustKey} from './trust-key.ts';

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
	a.length === b.length && a.every(each => b.includes(each));

/**
 * The state with its key sealed for everybody who can read its sensitive values, so that they can verify it on their
 * machines. A state without sensitive values is left as it is: nobody needs an identity for it, and age takes a while to
 * load. A change of the recipients seals it again.
 */
export async function withSealedKey(state: State, key: TrustKey, env: NodeJS.ProcessEnv): Promise<State> {
	const hasSecrets =
		state.access !== null || state.recipients.length > 0 || state.variables.some(({isSensitive}) => isSensitive);
	if (!hasSecrets) return state;
	// Before they are recorded, the recipient is oneself, and stays so.
	if (state.key && (state.recipients.length === 0 || isSame(state.key.recipients, state.recipients))) return state;
	let recipients: readonly string[];
	try {
		recipients = await ownRecipients(state, env);
	} catch (error) {
		// Without an identity nothing can be sealed, and nothing else depends on it.
		if (error instanceof UserError) return state;
		throw error;
	}
	const text = JSON.stringify({lineage: state.lineage, key: key.toString('base64')});
	return {...state, key: {ciphertext: (await encryptText(text, recipients)).toString('base64'), recipients}};
}

/** The key that lies in a state; undefined when it was not sealed for this identity. It says nothing of who wrote it. */
export async function openSealedKey(
	sealed: SealedKey,
	lineage: string,
	{decrypt}: Identity,
): Promise<TrustKey | undefined> {
	try {
		const text = await decrypt(Buffer.from(sealed.ciphertext, 'base64'));
		const found = JSON.parse(text) as {readonly lineage: string; readonly key: string};
		const key = Buffer.from(found.key, 'base64');
		return found.lineage === lineage && key.length === 32 ? key : undefined;
	} catch {
		return undefined;
	}
}
