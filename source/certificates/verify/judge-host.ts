import {isWildcard} from '../../model/wildcard.ts';
import type {ServedCertificate} from '../../router/served-certificates.ts';
import type {RouteTable} from '../../router/table.ts';
import {isLocalName} from '../../state/certificates.ts';
import {type CaaVerdict, caaFindings, judgeCaa} from './caa.ts';
import {certificateFindings, type StoredCertificate} from './certificate-findings.ts';
import {type Claim, claimFindings, findClaims} from './claims.ts';
import type {CaaAnswer, DnsAnswer} from './dns.ts';
import {dnsFindings} from './dns-findings.ts';
import type {HostFinding} from './findings.ts';
import {type PortPlace, portFindings} from './port-findings.ts';
import type {Reached} from './reach.ts';
import type {Served} from './served.ts';

/** A host, and what is known of it without asking. */
export type HostToVerify = {
	readonly host: string;
	readonly certificate: StoredCertificate;
	/** Whether a service has it, as far as the last apply and compartment.yml say. */
	readonly isServed: boolean;
};

export type VerifiedHost = {
	readonly host: string;
	/** `local`: only this machine resolves it. `wildcard`: no host, so it has no address. */
	readonly type: 'public' | 'local' | 'wildcard';
	readonly dns: DnsAnswer | null;
	/** Each address; empty if DNS has none, or the router does not know the challenge. */
	readonly port80: readonly Reached[];
	readonly claims: readonly Claim[];
	readonly caa: CaaVerdict | null;
	readonly served: Served;
	readonly findings: readonly HostFinding[];
};

export const typeOf = (host: string): VerifiedHost['type'] => {
	if (isLocalName(host)) return 'local';
	return isWildcard(host) ? 'wildcard' : 'public';
};

/** The answers to the questions about a host; null where nothing was asked. */
type HostAnswers = {
	readonly host: HostToVerify;
	readonly dns: DnsAnswer | null;
	readonly caa: CaaAnswer | null;
	readonly port80: readonly Reached[];
	readonly served: Served;
};

/** What is known of the router, and of where it is. */
type Context = {
	readonly lineage: string;
	readonly tables: readonly RouteTable[];
	readonly certificates: readonly ServedCertificate[];
	/** Addresses that the records of hosts should have. */
	readonly own: readonly string[];
	readonly place: PortPlace;
	/** Whether certificates are requested from an authority, for hosts without files. */
	readonly hasAuthority: boolean;
	/** How that calls itself in CAA records; null if it is not known. */
	readonly identities: readonly string[] | null;
};

const unservedFinding = (host: string): HostFinding => ({
	question: 'claims',
	status: 'warning',
	message: `No service has the host ${host} yet.`,
	hint: 'Set it as domain of a service in compartment.yml.',
});

/** Judges a host by the answers. */
export function judgeHost(answers: HostAnswers, context: Context): VerifiedHost {
	const {lineage, tables, certificates, own, place, hasAuthority, identities} = context;
	const {dns, caa, port80, served} = answers;
	const {host, certificate, isServed} = answers.host;
	const isIssued = hasAuthority && certificate.source !== 'file';
	const claims = findClaims(host, lineage, tables, certificates);
	const verdict = caa && judgeCaa(caa, host, identities);
	return {
		host,
		type: typeOf(host),
		dns,
		port80,
		claims,
		caa: verdict,
		served,
		findings: [
			...(dns ? dnsFindings(host, dns, own) : []),
			...portFindings(host, port80, place, own),
			...(isServed || isWildcard(host) ? [] : [unservedFinding(host)]),
			...claimFindings(host, claims),
			...(caa && verdict && isIssued ? caaFindings(verdict, caa, host, identities) : []),
			...certificateFindings(host, certificate, served),
		],
	};
}
