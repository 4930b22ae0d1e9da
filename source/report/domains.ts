import type {Settings} from '../settings/settings.ts';
import {ageOf, certificateHostOf, type DomainStatus} from '../state/certificates.ts';
import type {CertificateRecord, CertificateRequest, IssueFailure, State} from '../state/state.ts';
import {serviceUrl} from '../state/urls.ts';

/** What is known of a host. Names and issuers are foreign text. */
export type DomainReport = {
	readonly host: string;
	/** Null if no service has the host, as for a wildcard. */
	readonly service: string | null;
	/** Null for a wildcard. */
	readonly url: string | null;
	readonly status: DomainStatus;
	/** The host or wildcard that the certificate is stored for. */
	readonly certificateHost: string | null;
	readonly certificate: Pick<
		CertificateRecord,
		'source' | 'issuer' | 'names' | 'notBefore' | 'notAfter' | 'fingerprint' | 'updatedAt'
	> | null;
	/** Why the last try to obtain one failed; null if it did not. */
	readonly failure: IssueFailure | null;
};

function statusOf(
	record: CertificateRecord | undefined,
	request: CertificateRequest | undefined,
	now: number,
): DomainStatus {
	if (!record) return request?.failure ? 'failed' : request ? 'requested' : 'http';
	const age = ageOf(record, now);
	if (age === 'expired') return age;
	if (record.installed?.fingerprint !== record.fingerprint) return 'waiting';
	return age === 'due' ? age : 'https';
}

/** A host, whether the environment serves it or not. */
export function describeDomain(state: State, settings: Settings, host: string, now = Date.now()): DomainReport {
	const certificateHost = certificateHostOf(state, host) ?? null;
	const record = certificateHost === null ? undefined : state.certificates?.[certificateHost];
	const service = state.routes?.hosts[host] ?? null;
	return {
		host,
		service,
		url: service === null ? null : serviceUrl(state, host, settings),
		status: statusOf(record, state.certificateRequests?.[host], now),
		certificateHost,
		certificate: record
			? {
					source: record.source,
					issuer: record.issuer,
					names: record.names,
					notBefore: record.notBefore,
					notAfter: record.notAfter,
					fingerprint: record.fingerprint,
					updatedAt: record.updatedAt,
				}
			: null,
		failure: state.certificateRequests?.[host]?.failure ?? null,
	};
}

/** The hosts that an environment serves, and those that a certificate was stored for. */
export function describeDomains(state: State, settings: Settings, now = Date.now()): readonly DomainReport[] {
	const known = {...state.routes?.hosts, ...state.certificates, ...state.certificateRequests};
	const hosts = new Set(Object.keys(known));
	return [...hosts].sort().map(host => describeDomain(state, settings, host, now));
}
