import {command, type Hint, hint} from '../hint.ts';
import {minuteText} from '../model/lifetime.ts';
import {ageOf, dayOf} from '../state/certificates.ts';
import type {CertificateRecord, State} from '../state/state.ts';

/** What to say of a certificate that has to be renewed; undefined of one that has not. */
export function certificateWarning(host: string, record: CertificateRecord, now: number): Hint | undefined {
	const age = ageOf(record, now);
	if (age === 'valid') return undefined;
	const renew =
		record.source === 'file'
			? command('domain add', host, '--cert', 'FILE', '--key', 'FILE')
			: command('domain renew', host);
	const what = age === 'expired' ? 'expired' : 'expires';
	return hint`the certificate of ${host} ${what} on ${dayOf(record.notAfter)}: ${renew}`;
}

/** What to say of a host whose certificate could not be issued; undefined if the last try did not fail. */
export function failureWarning({certificates, certificateRequests}: State, host: string): Hint | undefined {
	const failure = certificateRequests?.[host]?.failure;
	if (!failure) return undefined;
	const what = certificates?.[host]
		? 'its certificate was not renewed'
		: 'it has no certificate and is served with http';
	return hint`${host}: ${what}, because ${failure.message}. Next try after ${minuteText(failure.retryAt)}, or now: ${command('domain renew', host)}`;
}

/**
 * The same for all hosts of an environment: certificates that have to be renewed, and those that could not be issued.
 * @param except hosts that get a new certificate anyway
 */
export function certificateWarnings(state: State, now: number, except: readonly string[] = []): Hint[] {
	const {certificates = {}, certificateRequests = {}} = state;
	const hosts = [...new Set([...Object.keys(certificates), ...Object.keys(certificateRequests)])];
	return hosts
		.filter(host => !except.includes(host))
		.map(host => {
			const record = certificates[host];
			return failureWarning(state, host) ?? (record && certificateWarning(host, record, now));
		})
		.filter(warning => warning !== undefined);
}
