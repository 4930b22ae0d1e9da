import {withoutRequest} from '../state/certificate-requests.ts';
import {certificateKeySlot} from '../state/certificates.ts';
import {encryptValue, ownRecipients} from '../state/secrets.ts';
import type {CertificateRecord, State} from '../state/state.ts';
import type {CheckedCertificate} from './check-certificate.ts';

/**
 * The state with a certificate for a host, whose key only the recipients can read (docs/rules.md, "Private keys"). The next
 * apply installs it.
 */
export async function withCertificate(
	state: State,
	host: string,
	source: CertificateRecord['source'],
	{key, ...certificate}: CheckedCertificate,
): Promise<State> {
	const recipients = await ownRecipients(state);
	const slot = certificateKeySlot(host);
	const ciphertext = await encryptValue({...slot, lineage: state.lineage, value: key}, recipients);
	const installed = state.certificates?.[host]?.installed;
	const record: CertificateRecord = {
		...certificate,
		source,
		ciphertext,
		updatedAt: new Date().toISOString(),
		...(installed ? {installed} : {}),
	};
	return {...state, recipients, certificates: {...state.certificates, [host]: record}};
}

/** The state without the certificate of a host, and without a request for one. The next apply removes it from the router. */
export function withoutCertificate(state: State, host: string): State {
	const {[host]: _, ...certificates} = state.certificates ?? {};
	return withoutRequest({...state, certificates}, host);
}
