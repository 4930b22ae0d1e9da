import type {CaaRecord} from 'node:dns';
import {isWildcard} from '../../model/wildcard.ts';
import type {CaaAnswer} from './dns.ts';
import type {HostFinding} from './findings.ts';

/** Which authorities may issue for a host (RFC 8659). */
export type CaaVerdict = {
	/** `restricted`: to some, and which one will be asked is not known. */
	readonly status: 'anyone' | 'allowed' | 'denied' | 'restricted' | 'unknown';
	/** The name that has the records. */
	readonly name: string | null;
	/** Who may issue. */
	readonly issuers: readonly string[];
};

type Property = 'issue' | 'issuewild';

const knownTags = ['issue', 'issuewild', 'iodef', 'contactemail', 'contactphone', 'issuemail', 'issuevmc'];

/** An authority must not issue if it does not understand a record that is marked as critical. */
const isUnknownCritical = (record: CaaRecord): boolean =>
	(record.critical & 128) !== 0 && !knownTags.some(tag => Object.hasOwn(record, tag));

function parseIssuer(value: string): {issuer: string; methods: readonly string[] | null} {
	const [issuer = '', ...parameters] = value.split(';').map(part => part.trim());
	const methods = parameters.map(part => /^validationmethods\s*=\s*(.*)$/i.exec(part)?.[1]).find(Boolean);
	return {
		issuer: issuer.toLowerCase(),
		methods: methods?.split(',').map(method => method.trim().toLowerCase()) ?? null,
	};
}

/** The property that counts: a wildcard has its own, if there is one. */
const propertyOf = (host: string, records: readonly CaaRecord[]): Property =>
	isWildcard(host) && records.some(record => record.issuewild !== undefined) ? 'issuewild' : 'issue';

/**
 * @param identities how the authority that will be asked is called in CAA records; null if that is not known
 */
export function judgeCaa(
	{name, records, problem}: CaaAnswer,
	host: string,
	identities: readonly string[] | null,
): CaaVerdict {
	if (problem) return {status: 'unknown', name: problem.name, issuers: []};
	const property = propertyOf(host, records);
	const values = records.flatMap(record => record[property] ?? []);
	const isForNobody = records.some(isUnknownCritical);
	if (values.length === 0 && !isForNobody) return {status: 'anyone', name, issuers: []};
	const method = isWildcard(host) ? 'dns-01' : 'http-01';
	const issuers = values
		.map(parseIssuer)
		.filter(({issuer, methods}) => issuer !== '' && !isForNobody && (methods?.includes(method) ?? true))
		.map(({issuer}) => issuer);
	if (issuers.length === 0) return {status: 'denied', name, issuers};
	if (identities === null || identities.length === 0) return {status: 'restricted', name, issuers};
	return {status: identities.some(each => issuers.includes(each.toLowerCase())) ? 'allowed' : 'denied', name, issuers};
}

/** CAA records that keep an authority from issuing. */
export function caaFindings(
	{status, name, issuers}: CaaVerdict,
	{problem}: CaaAnswer,
	host: string,
	identities: readonly string[] | null,
): HostFinding[] {
	if (status === 'unknown')
		return [
			{
				question: 'caa',
				status: 'problem',
				message: `DNS does not say which authorities may issue for ${host}: it fails for the CAA records of ${name} (${problem?.code}).`,
				hint: `Authorities issue nothing then. Check the name servers of the domain: dig +trace CAA ${name}`,
			},
		];
	if (status !== 'denied') return [];
	const tag: Property = isWildcard(host) ? 'issuewild' : 'issue';
	const wanted = identities?.[0];
	return [
		{
			question: 'caa',
			status: 'problem',
			message:
				issuers.length === 0
					? `The CAA records of ${name} let no authority issue for ${host}.`
					: `The CAA records of ${name} let ${issuers.join(', ')} issue for ${host}, but not ${wanted}.`,
			hint: `Add this record at your DNS provider: ${name}. CAA 0 ${tag} "${wanted ?? 'AUTHORITY'}"`,
		},
	];
}
