import {command, hint} from '../hint.ts';
import {certificateAddress} from '../model/address.ts';
import type {ServedCertificate} from '../router/served-certificates.ts';
import {dayOf} from '../state/certificates.ts';
import type {CertificateRecord} from '../state/state.ts';
import {blocked} from './actions.ts';
import type {Attributes} from './attribute.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';

/** Browsers that were asked to insist on https would no longer reach a host whose authority they do not know. */
export const hstsOf = ({source}: Pick<CertificateRecord, 'source'>, hstsSeconds: number): number =>
	source === 'local' ? 0 : hstsSeconds;

/** An attribute that is shown as it is compared. */
export const textAttribute = (text: string) => ({shown: {type: 'text', text}, identity: text}) as const;

/** A certificate as a plan lists it. Of one that serves only the router's part is known. */
export const servedAttributes = ({
	fingerprint,
	notAfter,
	hstsSeconds,
}: Pick<ServedCertificate, 'fingerprint' | 'notAfter' | 'hstsSeconds'>) => ({
	expires: textAttribute(dayOf(new Date(notAfter * 1000).toISOString())),
	fingerprint: textAttribute(fingerprint.slice(0, 16)),
	hsts: textAttribute(`${hstsSeconds}s`),
});

/** A stored certificate as a plan lists it. */
export const storedAttributes = (record: CertificateRecord, hstsSeconds: number): Attributes => ({
	issuer: textAttribute(record.issuer),
	names: textAttribute(record.names.join(', ')),
	...servedAttributes({...record, notAfter: Date.parse(record.notAfter) / 1000, hstsSeconds}),
});

/** What the router has for a host; what the last apply gave it where that was not read. */
export function servedFor(
	{servedCertificates, router}: PlanInput,
	host: string,
	record: CertificateRecord | undefined,
) {
	if (servedCertificates) return servedCertificates.find(each => each.host === host);
	if (router === 'missing' || !record?.installed) return undefined;
	const {notAfter, ...installed} = record.installed;
	return {...installed, notAfter: Date.parse(notAfter) / 1000};
}

/** Blocks a host whose certificate another environment has in the router. */
export function blockedByOther({servedCertificates, state}: PlanInput, host: string): Action | undefined {
	const owner = servedCertificates?.find(each => each.host === host);
	if (!owner || owner.lineage === state.lineage) return undefined;
	return blocked(
		certificateAddress(host),
		'certificate',
		`the router has a certificate for ${host} of project ${owner.project}, environment ${owner.environment}`,
		hint`remove it there, or here: ${command('domain remove', host)}`,
	);
}
