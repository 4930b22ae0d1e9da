import {createHash, randomBytes} from 'node:crypto';
import {encryptValue, ownRecipients} from '../state/secrets.ts';
import type {AccessRecord, State} from '../state/state.ts';

/** User name of the access password's basic authentication. */
export const accessUser = 'compartment';

/** Scope and key that the ciphertext of the access password is bound to. */
export const accessSlot = {scope: {type: 'environment'}, key: 'access password'} as const;

/** The Authorization header that signs in with this password. */
export const accessHeader = (password: string): string =>
	`Basic ${Buffer.from(`${accessUser}:${password}`).toString('base64')}`;

/**
 * A new access password of 128 random bits. Because it cannot be guessed, one SHA-256 is enough for the router, which
 * compares it on every request.
 */
export async function createAccess(state: State): Promise<AccessRecord> {
	const password = randomBytes(16).toString('base64url');
	return {
		ciphertext: await encryptValue(
			{...accessSlot, lineage: state.lineage, value: password},
			await ownRecipients(state),
		),
		headerHash: createHash('sha256').update(accessHeader(password)).digest('hex'),
		updatedAt: new Date().toISOString(),
	};
}

/** Whether anything the router serves asks for the access password. */
export const needsAccess = (state: State): boolean =>
	Object.values(state.routes?.access ?? {}).includes('authenticated');
