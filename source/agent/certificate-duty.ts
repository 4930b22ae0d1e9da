import {certificateAddress} from '../model/address.ts';
import {certificateWarning} from '../plan/certificates.ts';
import {renderHint} from '../render-hint.ts';
import {ageOf} from '../state/certificates.ts';
import type {CertificateRecord} from '../state/state.ts';
import type {Duty, EnvironmentWorld} from './duty.ts';

const name = 'certificates';

const dayMs = 24 * 3_600_000;

type Stage = 'valid' | 'due' | 'last week' | 'expired';

/** How close a certificate is to its end. One that lives for days only is `due` first too. */
function stageOf(record: CertificateRecord, now: number): Stage {
	const age = ageOf(record, now);
	return age === 'due' && Date.parse(record.notAfter) - now <= 7 * dayMs ? 'last week' : age;
}

/**
 * Reports certificates that have to be renewed: when less than a third of their life is left, in their last week, and when
 * they have expired. A new agent reports them again.
 */
export function createCertificateDuty({clock, act, environment, readState}: EnvironmentWorld): Duty {
	/** Fingerprint → the stage that was last reported. */
	const reported = new Map<string, Stage>();
	return {
		name,
		concerns: ({type}) => type === 'state-written',
		async run() {
			const certificates = Object.entries((await readState())?.certificates ?? {});
			const now = clock.now();
			for (const [host, record] of certificates) {
				const stage = stageOf(record, now);
				const warning = certificateWarning(host, record, now);
				if (!warning || reported.get(record.fingerprint) === stage) continue;
				reported.set(record.fingerprint, stage);
				act({
					duty: name,
					address: certificateAddress(host),
					outcome: 'failed',
					message: renderHint(warning, {environment}),
					news: {event: 'certificate-expiring'},
				});
			}
			return certificates.length === 0 ? [] : [{at: now + dayMs / 4, what: null}];
		},
	};
}
