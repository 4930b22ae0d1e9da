import {createAccess} from '../apply/access-password.ts';
import {withRotation} from '../apply/recovery/access-rotation.ts';
import {certificateKeySlot} from '../state/certificates.ts';
import {encryptValue, ownRecipients} from '../state/secrets.ts';
import type {CertificateRecord, State, Variable} from '../state/state.ts';
import type {ClearVariable} from './read-values.ts';
import type {ClearCertificate, Rebuilt} from './rebuilt.ts';

async function sealVariable(
	lineage: string,
	{value, isSensitive, ...variable}: ClearVariable,
	recipients: readonly string[],
): Promise<Variable> {
	if (!isSensitive) return {...variable, isSensitive, value};
	const {scope, key} = variable;
	return {...variable, isSensitive, ciphertext: await encryptValue({lineage, scope, key, value}, recipients)};
}

async function sealCertificate(
	lineage: string,
	{host, key: value, ...certificate}: ClearCertificate,
	recipients: readonly string[],
): Promise<readonly [string, CertificateRecord]> {
	const ciphertext = await encryptValue({...certificateKeySlot(host), lineage, value}, recipients);
	return [host, {...certificate, ciphertext}];
}

/**
 * The rebuilt state with its values, sealed for the user. A new access password is recorded as a rotation that has begun, so
 * that the next command gives it to the router if this one cannot.
 */
export async function sealState({state, variables, certificates, access}: Rebuilt): Promise<State> {
	const isSecret = variables.some(({isSensitive}) => isSensitive) || certificates.length > 0 || access === 'new';
	const recipients = isSecret ? await ownRecipients(state) : [];
	const {lineage} = state;
	const [sealed, keys] = await Promise.all([
		Promise.all(variables.map(each => sealVariable(lineage, each, recipients))),
		Promise.all(certificates.map(each => sealCertificate(lineage, each, recipients))),
	]);
	const next: State = {
		...state,
		recipients,
		variables: sealed,
		...(keys.length > 0 ? {certificates: Object.fromEntries(keys)} : {}),
	};
	return access === 'new' ? withRotation({...next, access: await createAccess(next)}) : next;
}
