import {command, type Hint, hint} from '../hint.ts';
import {certificateAddress, routerAddress} from '../model/address.ts';
import type {ServedCertificate} from '../router/served-certificates.ts';
import {ageOf, dayOf} from '../state/certificates.ts';
import type {CertificateRecord, State} from '../state/state.ts';
import {action, blocked, unchangedAction} from './actions.ts';
import type {Attributes} from './attribute.ts';
import {compareAttributes} from './attributes.ts';
import type {PlanInput} from './input.ts';
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
	local: 'the local authority issued a certificate for this host',
};

/** What the router has for a host; what the last apply gave it where that was not read. */
function servedFor({servedCertificates, router}: PlanInput, host: string, record: CertificateRecord | undefined) {
	if (servedCertificates) return servedCertificates.find(each => each.host === host);
	if (router === 'missing' || !record?.installed) return undefined;
	const {notAfter, ...installed} = record.installed;
	return {...installed, notAfter: Date.parse(notAfter) / 1000};
}

function planCertificate(input: PlanInput, host: string, record: CertificateRecord): Action {
	const address = certificateAddress(host);
	const present = servedFor(input, host, record);
	const owner = input.servedCertificates?.find(each => each.host === host);
	if (owner && owner.lineage !== input.state.lineage)
		return blocked(
			address,
			'certificate',
			`the router has a certificate for ${host} of project ${owner.project}, environment ${owner.environment}`,
			hint`remove it there, or here: ${command('domain remove', host)}`,
		);
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
	if (changes.length === 0) return unchangedAction(address, 'certificate', unchanged);
	const reason = isReplaced ? 'another certificate was stored for this host' : 'hstsSeconds changed';
	return action({...base, kind: 'update', reasons: [reason], changes, unchanged});
}

/** The certificates of the environment that the router still has though they were removed. */
const removedCertificates = ({servedCertificates, state}: PlanInput): readonly ServedCertificate[] =>
	(servedCertificates ?? []).filter(
		({lineage, host}) => lineage === state.lineage && !Object.hasOwn(state.certificates ?? {}, host),
	);

/** Installs stored certificates, and removes others of this environment. */
export function planCertificates(input: PlanInput): Action[] {
	if (!usesRouter(input)) return [];
	return [
		...Object.entries(input.state.certificates ?? {}).map(([host, record]) => planCertificate(input, host, record)),
		...removedCertificates(input).map(({host}) =>
			action({
				address: certificateAddress(host),
				object: 'certificate',
				kind: 'delete',
				reasons: ['it was removed: the host is served with http'],
				dependsOn: [routerAddress],
			}),
		),
	];
}

/** Removes all certificates of an environment that is destroyed. */
export const certificatesToDestroy = ({servedCertificates, state}: PlanInput): readonly string[] =>
	(servedCertificates ?? []).flatMap(({lineage, host}) => (lineage === state.lineage ? [host] : []));

/** What to say of a certificate that has to be renewed; undefined of one that has not. */
export function certificateWarning(host: string, record: CertificateRecord, now: number): Hint | undefined {
	const age = ageOf(record, now);
	if (age === 'valid') return undefined;
	const renew = command('domain add', host, ...(record.source === 'file' ? ['--cert', 'FILE', '--key', 'FILE'] : []));
	const what = age === 'expired' ? 'expired' : 'expires';
	return hint`the certificate of ${host} ${what} on ${dayOf(record.notAfter)}: ${renew}`;
}

/** The same for all certificates of an environment. */
export const certificateWarnings = ({certificates}: Pick<State, 'certificates'>, now: number): Hint[] =>
	Object.entries(certificates ?? {})
		.map(([host, record]) => certificateWarning(host, record, now))
		.filter(warning => warning !== undefined);
