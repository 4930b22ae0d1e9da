import type {Settings} from '../settings/settings.ts';
import {ageOf, certificateHostOf} from '../state/certificates.ts';
import type {CertificateRecord, State} from '../state/state.ts';
import {serviceUrl} from '../state/urls.ts';

/** What is known of a host. Names and issuers are foreign text. */
export type DomainReport = {
	readonly host: string;
	/** Null if no service has the host, as for a wildcard. */
	readonly service: string | null;
	/** Null for a wildcard. */
	readonly url: string | null;
	/**
	 * `http`: it has no certificate. `waiting`: the next apply installs it, or another in place of it. `due`: it serves, and
	 * less than a third of its life is left.
	 */
	readonly status: 'http' | 'waiting' | 'https' | 'due' | 'expired';
	/** The host or wildcard that the certificate is stored for. */
	readonly certificateHost: string | null;
	readonly certificate: Pick<
		CertificateRecord,
		'source' | 'issuer' | 'names' | 'notBefore' | 'notAfter' | 'fingerprint' | 'updatedAt'
	> | null;
};

function statusOf(record: CertificateRecord | undefined, now: number): DomainReport['status'] {
	if (!record) return 'http';
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
		status: statusOf(record, now),
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
	};
}

/** The hosts that an environment serves, and those that a certificate was stored for. */
export function describeDomains(state: State, settings: Settings, now = Date.now()): readonly DomainReport[] {
	const hosts = new Set([...Object.keys(state.routes?.hosts ?? {}), ...Object.keys(state.certificates ?? {})]);
	return [...hosts].sort().map(host => describeDomain(state, settings, host, now));
}
