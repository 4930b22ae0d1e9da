import {UserError} from '../errors.ts';
import type {Hint} from '../hint.ts';
import {certificateAddress} from '../model/address.ts';
import {certificateWarning, failureWarning} from '../plan/certificate-warnings.ts';
import {obtainableCertificates, renewalTime} from '../plan/obtainable.ts';
import {renderHint} from '../render-hint.ts';
import {acmeOf} from '../settings/acme.ts';
import {ageOf, dayOf} from '../state/certificates.ts';
import type {CertificateRecord, IssueFailure, State} from '../state/state.ts';
import type {Duty, EnvironmentWorld, Upcoming} from './duty.ts';
import {renewCertificates} from './renew-certificates.ts';

const name = 'certificates';

const dayMs = 24 * 3_600_000;

/** How long to wait after a run that failed as a whole: the environment was locked, or the engine did not answer. */
const pauseMs = 60_000;

type Stage = 'valid' | 'due' | 'last week' | 'expired';

/**
 * How close a certificate is to its end. One that lives for days only is `due` first too. One that the agent renews counts as
 * valid until its last week.
 */
function stageOf(record: CertificateRecord, now: number): Stage {
	const age = ageOf(record, now);
	if (age !== 'due') return age;
	const [from, until] = [Date.parse(record.notBefore), Date.parse(record.notAfter)];
	if (record.source === 'file') return until - now <= 7 * dayMs ? 'last week' : 'due';
	// Some authorities issue for a week. Until then the agent has tried several times.
	return until - now <= Math.min(7 * dayMs, (until - from) / 6) ? 'last week' : 'valid';
}

/** The certificates that Compartment obtains: host → when the next try is due. */
function renewals({settings}: EnvironmentWorld, state: State): readonly {readonly host: string; readonly at: number}[] {
	const question = {state, routed: state.routes?.hosts ?? {}, baseDomain: settings.baseDomain};
	const obtainable = obtainableCertificates({...question, isAcmeOn: acmeOf(settings) !== undefined});
	return obtainable.map(({host}) => ({host, at: renewalTime(state, host)}));
}

/**
 * Renews the certificates that Compartment obtains, and reports what has failed or has to be renewed by the user: when less
 * than a third of its life is left, in its last week, and when it has expired. A new agent reports it again.
 */
export function createCertificateDuty(world: EnvironmentWorld): Duty {
	const {clock, act, environment} = world;
	/** Fingerprint → the stage that was last reported. */
	const reported = new Map<string, Stage>();
	/** Host → the reason that was last reported. */
	const failures = new Map<string, IssueFailure['reason']>();
	let pausedUntil = 0;

	const warn = (host: string, warning: Hint, event: 'certificate-expiring' | 'certificate-failed') =>
		act({
			duty: name,
			address: certificateAddress(host),
			outcome: 'failed',
			message: renderHint(warning, {environment}),
			news: {event},
		});

	function reportStages({certificates = {}}: State): void {
		const now = clock.now();
		for (const [host, record] of Object.entries(certificates)) {
			const stage = stageOf(record, now);
			const warning = stage === 'valid' ? undefined : certificateWarning(host, record, now);
			if (!warning || reported.get(record.fingerprint) === stage) continue;
			reported.set(record.fingerprint, stage);
			warn(host, warning, 'certificate-expiring');
		}
	}

	function reportFailures(state: State): void {
		const requests = state.certificateRequests ?? {};
		for (const host of failures.keys()) if (!requests[host]?.failure) failures.delete(host);
		for (const [host, {failure}] of Object.entries(requests)) {
			const warning = failureWarning(state, host);
			if (!failure || !warning || failures.get(host) === failure.reason) continue;
			failures.set(host, failure.reason);
			warn(host, warning, 'certificate-failed');
		}
	}

	async function renew(hosts: readonly string[], before: State, signal: AbortSignal): Promise<State> {
		try {
			await renewCertificates(world, hosts, signal);
		} catch (error) {
			if (!(error instanceof UserError) || signal.aborted) throw error;
			pausedUntil = clock.steady() + pauseMs;
		}
		const after = (await world.readState()) ?? before;
		for (const host of hosts) {
			const [old, record] = [before.certificates?.[host], after.certificates?.[host]];
			if (!record || old?.fingerprint === record.fingerprint) continue;
			const message = `${old ? 'renewed the' : 'got a'} certificate of ${host}, valid until ${dayOf(record.notAfter)}`;
			act({duty: name, address: certificateAddress(host), outcome: 'done', message});
		}
		return after;
	}

	return {
		name,
		concerns: ({type}) => type !== 'event',
		async run(_changes, signal) {
			const before = await world.readState();
			if (!before) return [];
			const due = renewals(world, before).filter(({at}) => at <= clock.now());
			const isReady = due.length > 0 && clock.steady() >= pausedUntil && !signal.aborted;
			const hosts = due.map(({host}) => host);
			const state = isReady ? await renew(hosts, before, signal) : before;
			reportFailures(state);
			reportStages(state);
			const pause = clock.now() + Math.max(0, pausedUntil - clock.steady());
			const upcoming = renewals(world, state).map(
				({host, at}): Upcoming => ({at: Math.max(at, pause), what: `certificate of ${host}`}),
			);
			const hasOwn = Object.keys(state.certificates ?? {}).length > 0;
			return hasOwn ? [...upcoming, {at: clock.now() + dayMs / 4, what: null}] : upcoming;
		},
	};
}
