import {wildcardOf} from '../model/wildcard.ts';
import type {CertificateRecord, State} from './state.ts';

type Certified = Pick<State, 'certificates'>;

/** Whether a host resolves to the machine that asks, so that no public authority issues for it. */
export const isLocalName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/** The host, or its wildcard, that a host's certificate is stored under; its own goes before a wildcard. */
export function certificateHostOf({certificates = {}}: Certified, host: string): string | undefined {
	return [host, wildcardOf(host)].find(name => Object.hasOwn(certificates, name));
}

/** Whether the router redirects a host to https: its certificate was installed and has not expired. */
export function isSecure(state: Certified, host: string, now = Date.now()): boolean {
	const installed = state.certificates?.[certificateHostOf(state, host) ?? '']?.installed;
	return installed !== undefined && Date.parse(installed.notAfter) > now;
}

/** Scope and key that the private key of a host's certificate is bound to. */
export const certificateKeySlot = (host: string) =>
	({scope: {type: 'environment'}, key: `private key of ${host}`}) as const;

/** What happens to a certificate with time. `due`: less than a third of its life is left. */
export function ageOf(
	{notBefore, notAfter}: Pick<CertificateRecord, 'notBefore' | 'notAfter'>,
	now: number,
): 'valid' | 'due' | 'expired' {
	const [from, until] = [Date.parse(notBefore), Date.parse(notAfter)];
	if (until <= now) return 'expired';
	return until - now < (until - from) / 3 ? 'due' : 'valid';
}

/**
 * What a host has. `http`: no certificate. `requested`: the next apply asks for one. `failed`: none was issued. `waiting`: the next
 * apply installs it, or another in place of it. `due`: it serves, and less than a third of its life is left.
 */
export type DomainStatus = 'http' | 'requested' | 'failed' | 'waiting' | 'https' | 'due' | 'expired';

/** The day a time is on, as 2027-02-20. */
export const dayOf = (time: string): string => time.slice(0, 10);
