import {command, hint} from '../hint.ts';
import {certificateAddress, routerAddress} from '../model/address.ts';
import type {ServedCertificate} from '../router/served-certificates.ts';
import {ageOf, dayOf} from '../state/certificates.ts';
import type {CertificateRecord} from '../state/state.ts';
import {action, blocked, unchangedAction} from './actions.ts';
import type {Attribute, Attributes} from './attribute.ts';
import {compareAttributes} from './attributes.ts';
import {isSelected, type PlanInput} from './input.ts';
import {abandonedHosts, isDue, isWaiting, type ObtainableCertificate, obtainableCertificates} from './obtainable.ts';
import type {Action} from './plan.ts';
import {usesRouter} from './router-use.ts';

/** Browsers that were asked to insist on https would no longer reach a host whose authority they do not know. */
export const hstsOf = ({source}: Pick<CertificateRecord, 'source'>, hstsSeconds: number): number =>
	source === 'local' ? 0 : hstsSeconds;

const attribute = (text: string) => ({shown: {type: 'text', text}, identity: text}) as const;

/** A certificate as a plan lists it. Of one that serves only the router's part is known. */
const served = ({
	fingerprint,
	notAfter,
	hstsSeconds,
}: Pick<ServedCertificate, 'fingerprint' | 'notAfter' | 'hstsSeconds'>) => ({
	expires: attribute(dayOf(new Date(notAfter * 1000).toISOString())),
	fingerprint: attribute(fingerprint.slice(0, 16)),
	hsts: attribute(`${hstsSeconds}s`),
});

const wantedAttributes = (record: CertificateRecord, hstsSeconds: number): Attributes => ({
	issuer: attribute(record.issuer),
	names: attribute(record.names.join(', ')),
	...served({...record, notAfter: Date.parse(record.notAfter) / 1000, hstsSeconds}),
});

const sources: Readonly<Record<CertificateRecord['source'], string>> = {
	file: 'a certificate was stored for this host',
	acme: 'the ACME server issued a certificate for this host',
	local: 'the local authority issued a certificate for this host',
};

/** What the router has for a host; what the last apply gave it where that was not read. */
function servedFor({servedCertificates, router}: PlanInput, host: string, record: CertificateRecord | undefined) {
	if (servedCertificates) return servedCertificates.find(each => each.host === host);
	if (router === 'missing' || !record?.installed) return undefined;
	const {notAfter, ...installed} = record.installed;
	return {...installed, notAfter: Date.parse(notAfter) / 1000};
}

/** Blocks a host whose certificate another environment has in the router. */
function blockedByOther({servedCertificates, state}: PlanInput, host: string): Action | undefined {
	const owner = servedCertificates?.find(each => each.host === host);
	if (!owner || owner.lineage === state.lineage) return undefined;
	return blocked(
		certificateAddress(host),
		'certificate',
		`the router has a certificate for ${host} of project ${owner.project}, environment ${owner.environment}`,
		hint`remove it there, or here: ${command('domain remove', host)}`,
	);
}

const untilIssued = (note?: string): Attribute => ({
	shown: {type: 'computed', ...(note === undefined ? {} : {note})},
	identity: null,
});

const reasonOf = ({state, now}: PlanInput, host: string): string => {
	const record = state.certificates?.[host];
	if (!record)
		return state.certificateRequests?.[host]?.isAdded ? 'asked for with domain add' : 'a service has this domain';
	const age = ageOf(record, Date.parse(now));
	if (age === 'valid') return 'asked for with domain renew';
	return age === 'expired' ? 'it has expired' : 'less than a third of its life is left';
};

/** A certificate that the apply obtains and installs. */
function planObtained(input: PlanInput, {host, source, dnsCommand}: ObtainableCertificate): Action {
	const other = blockedByOther(input, host);
	if (other) return other;
	const record = input.state.certificates?.[host];
	const present = servedFor(input, host, record);
	const issuer = source === 'acme' ? `from ${input.acmeServer}` : 'from the local authority';
	const wanted = {
		issuer: untilIssued(issuer),
		names: attribute(host),
		expires: untilIssued(),
		fingerprint: untilIssued(),
		hsts: attribute(`${hstsOf({source}, input.hstsSeconds)}s`),
	};
	const challenge = attribute(dnsCommand === undefined ? 'http-01' : 'dns-01');
	const recorded = record && {issuer: attribute(record.issuer), names: attribute(record.names.join(', '))};
	const {changes, unchanged} = present
		? compareAttributes({...recorded, ...served(present)}, wanted)
		: compareAttributes({}, {...wanted, ...(source === 'acme' ? {challenge} : {})});
	return action({
		address: certificateAddress(host),
		object: 'certificate',
		kind: present ? 'update' : 'create',
		reasons: [reasonOf(input, host)],
		changes,
		unchanged,
		dependsOn: [routerAddress],
	});
}

/** Hosts that the environment serves now, and with an apply those that it is about to serve. */
function routedHosts({mode, desired, state, services}: PlanInput): Readonly<Record<string, string>> {
	const published = state.routes?.hosts ?? {};
	if (mode !== 'apply') return published;
	const declared = desired.services.flatMap(({name, hosts}) =>
		isSelected({services}, name) ? hosts.map(host => [host, name] as const) : [],
	);
	const isDeclared = (service: string) => desired.services.some(({name}) => name === service);
	// What is not selected stays as it is; what is no longer declared goes.
	const kept = Object.entries(published).filter(([, name]) => isDeclared(name) && !isSelected({services}, name));
	return Object.fromEntries([...kept, ...declared]);
}

const questionOf = (input: PlanInput) => ({
	state: input.state,
	routed: routedHosts(input),
	baseDomain: input.baseDomain,
	isAcmeOn: input.acmeServer !== null,
});

/** The certificates that the plan obtains: with `renew` those that were asked for, with an apply those that are due. */
export function certificatesToObtain(input: PlanInput): readonly ObtainableCertificate[] {
	const {mode, state, renewed = []} = input;
	if ((mode !== 'apply' && mode !== 'renew') || !usesRouter(input)) return [];
	const now = Date.parse(input.now);
	const isWanted = ({host}: ObtainableCertificate) =>
		mode === 'renew' ? renewed.includes(host) : isDue(state, host, now) && !isWaiting(state, host, now);
	return obtainableCertificates(questionOf(input)).filter(isWanted);
}

/** A certificate of the state. */
function planCertificate(input: PlanInput, host: string, record: CertificateRecord): Action {
	const address = certificateAddress(host);
	const present = servedFor(input, host, record);
	const other = blockedByOther(input, host);
	if (other) return other;
	if (ageOf(record, Date.parse(input.now)) === 'expired') return unchangedAction(address, 'certificate');
	const wanted = wantedAttributes(record, hstsOf(record, input.hstsSeconds));
	const base = {address, object: 'certificate', dependsOn: [routerAddress]} as const;
	if (!present) {
		const {changes, unchanged} = compareAttributes({}, wanted);
		const reason = record.installed ? 'the router lost it' : sources[record.source];
		return action({...base, kind: 'create', reasons: [reason], changes, unchanged});
	}
	const isReplaced = present.fingerprint !== record.fingerprint;
	const {issuer, names, ...known} = wanted;
	const after = isReplaced ? wanted : known;
	const {changes, unchanged} = compareAttributes(served(present), after as Attributes);
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
