import {certificateAddress, routerAddress} from '../model/address.ts';
import {ageOf} from '../state/certificates.ts';
import {action} from './actions.ts';
import type {Attribute} from './attribute.ts';
import {compareAttributes} from './attributes.ts';
import {blockedByOther, hstsOf, servedAttributes, servedFor, textAttribute} from './certificate-attributes.ts';
import {isSelected, type PlanInput} from './input.ts';
import {isDue, isWaiting, type ObtainableCertificate, obtainableCertificates} from './obtainable.ts';
import type {Action} from './plan.ts';
import {usesRouter} from './router-use.ts';

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
export function planObtained(input: PlanInput, {host, source, dnsCommand}: ObtainableCertificate): Action {
	const other = blockedByOther(input, host);
	if (other) return other;
	const record = input.state.certificates?.[host];
	const present = servedFor(input, host, record);
	const issuer = source === 'acme' ? `from ${input.acmeServer}` : 'from the local authority';
	const wanted = {
		issuer: untilIssued(issuer),
		names: textAttribute(host),
		expires: untilIssued(),
		fingerprint: untilIssued(),
		hsts: textAttribute(`${hstsOf({source}, input.hstsSeconds)}s`),
	};
	const challenge = textAttribute(dnsCommand === undefined ? 'http-01' : 'dns-01');
	const recorded = record && {issuer: textAttribute(record.issuer), names: textAttribute(record.names.join(', '))};
	const {changes, unchanged} = present
		? compareAttributes({...recorded, ...servedAttributes(present)}, wanted)
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

/** What decides which certificates Compartment obtains. */
export const questionOf = (input: PlanInput) => ({
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
