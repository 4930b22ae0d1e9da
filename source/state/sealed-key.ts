import {UserError} from '../errors.ts';
import {encryptText} from './age.ts';
import {holdsSecrets, type Identity, ownRecipients} from './identity.ts';
import type {SealedKey, State} from './state.ts';
import type {TrustKey} from './trust-key.ts';

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
	a.length === b.length && a.every(each => b.includes(each));

/**
 * The state with its key sealed for its recipients, so that they can verify it on their machines. The key is sealed again
 * when the recipients change. A state without sensitive values is left alone: it needs no identity, and age is slow to load.
 * @param isShared also without sensitive values, because the state is not in the user's own folder
 */
export async function withSealedKey(
	state: State,
	key: TrustKey,
	env: NodeJS.ProcessEnv,
	isShared = false,
): Promise<State> {
	if (!isShared && !holdsSecrets(state) && state.recipients.length === 0) return state;
	// Until recipients are recorded, the only recipient is the user.
	if (state.key && (state.recipients.length === 0 || isSame(state.key.recipients, state.recipients))) return state;
	let recipients: readonly string[];
	try {
		recipients = await ownRecipients(state, env);
	} catch (error) {
		// Nothing can be sealed without an identity, and nothing depends on it.
		if (error instanceof UserError) return state;
		throw error;
	}
	const text = JSON.stringify({lineage: state.lineage, key: key.toString('base64')});
	return {...state, key: {ciphertext: (await encryptText(text, recipients)).toString('base64'), recipients}};
}

/** The key sealed in a state; undefined if not sealed for this identity. It does not prove who wrote the state. */
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
