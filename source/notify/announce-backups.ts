import {type DueOutcome, isGoodOutcome} from '../backup/run-due.ts';
import {backedUpAddress} from '../model/backed-up.ts';
import type {NotifyTarget} from '../settings/notify-targets.ts';
import {announce} from './announce.ts';
import type {Occurrence} from './notification.ts';

type Environment = {readonly project: string; readonly environment: string};

function causeOf(outcome: DueOutcome): string | undefined {
	if (outcome.status === 'failed') return `The scheduled backup of ${outcome.resource} failed: ${outcome.reason}`;
	if (outcome.status !== 'succeeded' || isGoodOutcome(outcome)) return undefined;
	const {resource, backup, verification, copy} = outcome;
	if (copy?.status === 'failed')
		return `Backup ${backup.id} of ${resource} is on this machine only. ${copy.failureSummary ?? ''}`;
	return `Backup ${backup.id} of ${resource} cannot be restored: ${verification?.failureSummary ?? 'the verification failed'}`;
}

/** What to notify of after scheduled backups: those that failed, or cannot be restored. Pure. */
const backupOccurrences = (outcomes: readonly DueOutcome[], where: Environment, at: number): readonly Occurrence[] =>
	outcomes.flatMap(outcome => {
		const message = causeOf(outcome);
		const address = backedUpAddress(outcome.resource);
		return message === undefined ? [] : [{event: 'backup-failed' as const, at, ...where, address, message}];
	});

/** Announces scheduled backups that failed. */
export const announceBackups = (
	outcomes: readonly DueOutcome[],
	where: Environment,
	targets: readonly NotifyTarget[],
): Promise<readonly string[]> => announce(backupOccurrences(outcomes, where, Date.now()), targets);
