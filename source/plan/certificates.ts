import {certificateAddress, routerAddress} from '../model/address.ts';
import {ageOf} from '../state/certificates.ts';
import type {CertificateRecord} from '../state/state.ts';
import {action, unchangedAction} from './actions.ts';
import type {Attributes} from './attribute.ts';
import {compareAttributes} from './attributes.ts';
import {blockedByOther, hstsOf, servedAttributes, servedFor, storedAttributes} from './certificate-attributes.ts';
import type {PlanInput} from './input.ts';
import {abandonedHosts} from './obtainable.ts';
import {certificatesToObtain, planObtained, questionOf} from './obtained-certificates.ts';
import type {Action} from './plan.ts';
import {usesRouter} from './router-use.ts';

const sources: Readonly<Record<CertificateRecord['source'], string>> = {
	file: 'a certificate was stored for this host',
	acme: 'the ACME server issued a certificate for this host',
	local: 'the local authority issued a certificate for this host',
};

/** A certificate of the state. */
function planCertificate(input: PlanInput, host: string, record: CertificateRecord): Action {
	const address = certificateAddress(host);
	const present = servedFor(input, host, record);
	const other = blockedByOther(input, host);
	if (other) return other;
	if (ageOf(record, Date.parse(input.now)) === 'expired') return unchangedAction(address, 'certificate');
	const wanted = storedAttributes(record, hstsOf(record, input.hstsSeconds));
	const base = {address, object: 'certificate', dependsOn: [routerAddress]} as const;
	if (!present) {
		const {changes, unchanged} = compareAttributes({}, wanted);
		const reason = record.installed ? 'the router lost it' : sources[record.source];
		return action({...base, kind: 'create', reasons: [reason], changes, unchanged});
	}
	const isReplaced = present.fingerprint !== record.fingerprint;
	const {issuer, names, ...known} = wanted;
	const after = isReplaced ? wanted : known;
	const {changes, unchanged} = compareAttributes(servedAttributes(present), after as Attributes);
	const isRecorded = record.installed?.fingerprint === present.fingerprint;
	if (changes.length === 0 && isRecorded) return unchangedAction(address, 'certificate', unchanged);
	const reason = isReplaced
		? 'another certificate was stored for this host'
		: isRecorded
			? 'hstsSeconds changed'
			: 'an interrupted command installed it';
	return action({...base, kind: 'update', reasons: [reason], changes, unchanged});
}

/** The certificates of the environment that the router still has though they were removed. */
const removedHosts = ({servedCertificates, state}: PlanInput): readonly string[] =>
	(servedCertificates ?? []).flatMap(({lineage, host}) =>
		lineage === state.lineage && !Object.hasOwn(state.certificates ?? {}, host) ? [host] : [],
	);

const deletion = (host: string, reason: string): Action =>
	action({
		address: certificateAddress(host),
		object: 'certificate',
		kind: 'delete',
		reasons: [reason],
		dependsOn: [routerAddress],
	});

/** Obtains certificates that are missing or due, installs stored ones, and removes others of this environment. */
export function planCertificates(input: PlanInput): Action[] {
	if (!usesRouter(input)) return [];
	const obtained = certificatesToObtain(input);
	const plannedHosts = new Set(obtained.map(({host}) => host));
	const abandoned = input.mode === 'apply' ? abandonedHosts(questionOf(input)) : [];
	const stored = Object.entries(input.state.certificates ?? {}).filter(
		([host]) => !plannedHosts.has(host) && !abandoned.includes(host),
	);
	return [
		...obtained.map(each => planObtained(input, each)),
		...stored.map(([host, record]) => planCertificate(input, host, record)),
		...removedHosts(input).map(host => deletion(host, 'it was removed: the host is served with http')),
		...abandoned.map(host => deletion(host, 'no service has this domain any more')),
	];
}

/** Removes all certificates of an environment that is destroyed. */
export const certificatesToDestroy = ({servedCertificates, state}: PlanInput): readonly string[] =>
	(servedCertificates ?? []).flatMap(({lineage, host}) => (lineage === state.lineage ? [host] : []));
