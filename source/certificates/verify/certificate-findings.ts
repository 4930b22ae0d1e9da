import {command, type Hint, hint} from '../../hint.ts';
import type {DomainStatus} from '../../state/certificates.ts';
import type {HostFinding} from './findings.ts';
import type {Served} from './served.ts';

/** What the state has of the certificate of a host. */
export type StoredCertificate = {
	/** As in `domain list`. */
	readonly status: DomainStatus;
	/** Where it comes from; null without one. */
	readonly source: string | null;
	/** SHA-256, hex; null without a certificate. */
	readonly fingerprint: string | null;
	/** What to say of one that has to be renewed. */
	readonly renewal: Hint | undefined;
	/** Why the last try to obtain one failed; null if it did not. */
	readonly failure: string | null;
};

const short = (fingerprint: string): string => fingerprint.slice(0, 16);

function servedFinding(host: string, fingerprint: string | null, served: Served): HostFinding | undefined {
	const again = hint`${command('apply')} installs it again.`;
	if (served.type === 'unreachable')
		return {
			question: 'certificate',
			status: 'warning',
			message: `Which certificate the router serves for ${host} is not known: ${served.reason}.`,
		};
	if (served.type === 'none')
		return {
			question: 'certificate',
			status: 'problem',
			message: `The router serves no certificate for ${host}, though one is installed.`,
			hint: again,
		};
	if (served.fingerprint === fingerprint || fingerprint === null) return undefined;
	return {
		question: 'certificate',
		status: 'problem',
		message: `The router serves another certificate for ${host} (SHA-256 ${short(served.fingerprint)}) than the one that is installed (${short(fingerprint)}).`,
		hint: again,
	};
}

/** What is wrong with a certificate that the state has. One without a certificate is served with http, which is no fault. */
function storedFindings(
	host: string,
	{status, fingerprint, renewal}: StoredCertificate,
	served: Served,
): HostFinding[] {
	const base = {question: 'certificate'} as const;
	switch (status) {
		case 'http':
		case 'requested':
		case 'failed':
			return [];
		case 'waiting':
			return [
				{
					...base,
					status: 'warning',
					message: `The certificate of ${host} is not installed yet.`,
					hint: hint`${command('apply')} installs it.`,
				},
			];
		case 'expired':
			return [
				{
					...base,
					status: 'problem',
					message: `The certificate of ${host} has expired.`,
					...(renewal ? {hint: renewal} : {}),
				},
			];
		case 'due':
		case 'https': {
			const found = servedFinding(host, fingerprint, served);
			const due: HostFinding = {
				...base,
				status: 'warning',
				message: `Less than a third of the life of the certificate of ${host} is left.`,
				...(renewal ? {hint: renewal} : {}),
			};
			return [...(status === 'due' ? [due] : []), ...(found ? [found] : [])];
		}
	}
}

/** What is wrong with the certificate of a host. */
export function certificateFindings(host: string, stored: StoredCertificate, served: Served): HostFinding[] {
	const {status, failure} = stored;
	const failed: HostFinding[] =
		failure === null
			? []
			: [
					{
						question: 'certificate',
						status: status === 'failed' || status === 'expired' ? 'problem' : 'warning',
						message: `No certificate was issued for ${host}: ${failure}.`,
						hint: hint`When that is put right: ${command('domain renew', host)}`,
					},
				];
	return [...failed, ...storedFindings(host, stored, served)];
}
