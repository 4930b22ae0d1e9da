import {createLimit} from '../../build/limit.ts';
import type {AcmeIssuer} from '../../certificates/acme.ts';
import type {CheckedCertificate} from '../../certificates/check-certificate.ts';
import {IssueError} from '../../certificates/issue-error.ts';
import {withCertificate} from '../../certificates/store-certificate.ts';
import {CancelledError, UserError} from '../../errors.ts';
import {failpoint} from '../../failpoints.ts';
import {certificateAddress} from '../../model/address.ts';
import {failureWarning} from '../../plan/certificate-warnings.ts';
import type {ObtainableCertificate} from '../../plan/obtainable.ts';
import {acmeOf} from '../../settings/acme.ts';
import {nextFailure, withFailure} from '../../state/certificate-requests.ts';
import {type ApplyContext, notice, progress} from '../context.ts';

/** An ACME server limits how much one client asks at the same time. */
const mostAtOnce = 6;

async function openIssuer({settings, engine, router, project, stopping}: ApplyContext): Promise<AcmeIssuer> {
	const acme = acmeOf(settings);
	if (!acme) throw new UserError('The settings name no ACME server any more.');
	// Few applies obtain certificates.
	const {openAcme} = await import('../../certificates/acme.ts');
	return openAcme({acme, engine, router, folder: project.directory, signal: stopping});
}

async function issueFromAuthority(host: string): Promise<CheckedCertificate> {
	const {issueChecked} = await import('../../certificates/local-authority.ts');
	return issueChecked(host);
}

/** Records why a host got no certificate. A deploy goes on without it; who asked for just that gets an error. */
async function recordFailure(context: ApplyContext, host: string, error: IssueError): Promise<void> {
	const {plan, state} = context;
	const {reason, message, retryAfterMs} = error;
	await state.update(current => {
		const previous = current.certificateRequests?.[host]?.failure;
		const failure = nextFailure(previous, {reason, message, retryAfterMs, now: Date.now(), random: Math.random()});
		return withFailure(current, host, failure);
	});
	if (plan.mode === 'renew') throw new UserError(message, {...(error.hint ? {hint: error.hint} : {}), cause: error});
	const warning = failureWarning(state.current(), host);
	if (warning) notice(context, 'warning', warning);
}

async function store({state}: ApplyContext, {host, source}: ObtainableCertificate, certificate: CheckedCertificate) {
	const {recipients, certificates} = await withCertificate(state.current(), host, source, certificate);
	await state.update(current => {
		const stored = {...current.certificates, [host]: certificates![host]!};
		return withFailure({...current, recipients, certificates: stored}, host, undefined);
	});
}

/**
 * Obtains certificates and stores them.
 * @param install gives the router the stored certificate of a host
 * @returns by host: done when it is installed, or its failure is recorded. Never unhandled.
 */
export function obtainCertificates(
	context: ApplyContext,
	wanted: readonly ObtainableCertificate[],
	install: (host: string) => Promise<void>,
): Readonly<Record<string, Promise<void>>> {
	const {stopping} = context;
	const limit = createLimit(mostAtOnce);
	let issuer: Promise<AcmeIssuer> | undefined;
	const issue = async (each: ObtainableCertificate): Promise<CheckedCertificate> => {
		if (each.source === 'local') return issueFromAuthority(each.host);
		issuer ??= openIssuer(context);
		const say = (message: string) => progress(context, certificateAddress(each.host), message);
		return (await issuer).issue(each, say);
	};
	const obtain = async (each: ObtainableCertificate): Promise<void> => {
		let certificate: CheckedCertificate;
		try {
			certificate = await limit(() => issue(each), stopping);
		} catch (error) {
			if (stopping.aborted) throw new CancelledError();
			if (error instanceof IssueError) return recordFailure(context, each.host, error);
			throw error;
		}
		failpoint('certificate.after-issue');
		// Stored first: a certificate that was issued counts against the limits of the server.
		await store(context, each, certificate);
		failpoint('certificate.after-store');
		await install(each.host);
	};
	const done = Object.fromEntries(wanted.map(each => [each.host, obtain(each)]));
	void Promise.allSettled(Object.values(done)).then(async () => (await issuer?.catch(() => undefined))?.close());
	return done;
}
