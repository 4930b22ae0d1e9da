import {createHash, randomBytes} from 'node:crypto';
import {encryptValue, ownRecipients} from '../state/secrets.ts';
import type {AccessRecord, State} from '../state/state.ts';

/** User name that belongs to the access password. */
export const accessUser = 'compartment';

/** Scope and key to which the ciphertext of the access password is bound. */
export const accessSlot = {scope: {type: 'environment'}, key: 'access password'} as const;

/** The Authorization header for this password. */
export const accessHeader = (password: string): string =>
	`Basic ${Buffer.from(`${accessUser}:${password}`).toString('base64')}`;

/**
 * A new access password of 128 random bits. It cannot be guessed, so a single SHA-256, which the router compares on every
 * request, is enough.
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

/** Whether any service requires the access password. */
export const needsAccess = (state: State): boolean =>
	Object.values(state.routes?.access ?? {}).includes('authenticated');
