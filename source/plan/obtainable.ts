import {createHash} from 'node:crypto';
import {serviceHost} from '../model/names.ts';
import {isWildcard} from '../model/wildcard.ts';
import {ageOf, certificateHostOf, isLocalName} from '../state/certificates.ts';
import type {CertificateRecord, State} from '../state/state.ts';

/** A certificate that Compartment obtains itself. */
export type ObtainableCertificate = {
	readonly host: string;
	readonly source: 'acme' | 'local';
	/** Changes DNS, for a challenge of type dns-01. */
	readonly dnsCommand?: string;
};

type Question = {
	readonly state: State;
	/** Host → service, of all hosts that are served, or will be. */
	readonly routed: Readonly<Record<string, string>>;
	readonly baseDomain: string;
	/** Whether the settings name an ACME server. */
	readonly isAcmeOn: boolean;
};

/** The hosts that services have by `domain`, beside their own below the base domain. */
function domainsOf({state: {project, environment}, routed, baseDomain}: Question): string[] {
	return Object.entries(routed).flatMap(([host, service]) =>
		host === serviceHost({project, environment, service, baseDomain}) || isLocalName(host) ? [] : [host],
	);
}

const sourceOf = ({certificates}: State, host: string): CertificateRecord['source'] | undefined =>
	certificates?.[host]?.source;

/** Whether a wildcard serves the host, or will. */
function hasWildcard({certificates = {}, certificateRequests = {}}: State, host: string): boolean {
	const known = {...certificates, ...certificateRequests};
	return !isWildcard(host) && isWildcard(certificateHostOf({certificates: known as typeof certificates}, host) ?? '');
}

/**
 * The certificates that Compartment obtains itself: from the ACME server for every domain of a service and every request, and
 * from the local authority for the hosts that it has issued for. One that was given as files is never replaced (docs/rules.md,
 * "Where a certificate comes from").
 */
export function obtainableCertificates(question: Question): readonly ObtainableCertificate[] {
	const {state, isAcmeOn} = question;
	const {certificates = {}, certificateRequests = {}} = state;
	const local = Object.keys(certificates).filter(host => sourceOf(state, host) === 'local');
	const added = Object.keys(certificateRequests).filter(host => certificateRequests[host]!.isAdded);
	const wanted = [...domainsOf(question).filter(host => !hasWildcard(state, host)), ...added];
	const ours = new Set(wanted.filter(host => (sourceOf(state, host) ?? 'acme') === 'acme'));
	return [
		...local.map(host => ({host, source: 'local'}) as const),
		...(isAcmeOn ? [...ours] : []).map(host => {
			const {dnsCommand} = certificateRequests[host] ?? {};
			return {host, source: 'acme', ...(dnsCommand === undefined ? {} : {dnsCommand})} as const;
		}),
	];
}

/** Hosts with a certificate of the ACME server that nothing asks for any more. */
export function abandonedHosts(question: Question): readonly string[] {
	const {state} = question;
	const domains = new Set(domainsOf(question));
	return Object.entries(state.certificates ?? {}).flatMap(([host, {source}]) =>
		source !== 'acme' || domains.has(host) || state.certificateRequests?.[host]?.isAdded ? [] : [host],
	);
}

/** Whether a certificate is missing, or less than a third of its life is left. */
export const isDue = ({certificates}: State, host: string, now: number): boolean => {
	const record = certificates?.[host];
	return record === undefined || ageOf(record, now) !== 'valid';
};

/** Whether the last try failed and the next one is not due yet. */
export const isWaiting = ({certificateRequests}: State, host: string, now: number): boolean =>
	Date.parse(certificateRequests?.[host]?.failure?.retryAt ?? '') > now;

/**
 * When the agent renews a certificate, in milliseconds since the epoch: when a third of its life is left, and up to a
 * thirtieth later, so that those issued together are not renewed together. Later if the last try failed (docs/rules.md,
 * "Renewal").
 */
export function renewalTime({certificates, certificateRequests}: State, host: string): number {
	const record = certificates?.[host];
	const retryAt = Date.parse(certificateRequests?.[host]?.failure?.retryAt ?? '') || 0;
	if (!record) return retryAt;
	const [from, until] = [Date.parse(record.notBefore), Date.parse(record.notAfter)];
	const spread = createHash('sha256').update(`${host} ${record.fingerprint}`).digest().readUInt32BE() / 2 ** 32;
	return Math.max(retryAt, until - ((until - from) * (10 - spread)) / 30);
}
