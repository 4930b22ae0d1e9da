import type {Project} from '../descriptor/project.ts';
import {messageOf, UserError} from '../errors.ts';
import type {Backup, Verification} from '../state/backup.ts';
import type {State} from '../state/state.ts';
import {applyRetention} from './apply-retention.ts';
import {createBackup} from './create.ts';
import {knownResource} from './definition.ts';
import {lastScheduled} from './records.ts';
import type {Expired} from './retention.ts';
import {isDue} from './schedule.ts';
import {verifyBackup} from './verify.ts';
import {type WorkPlace, withWork} from './work.ts';

/** Outcome of a resource's scheduled backup. */
export type DueOutcome = {readonly resource: string} & (
	| {
			readonly status: 'succeeded';
			readonly backup: Backup;
			readonly cleaned: readonly Expired[];
			/** Null unless scheduled backups are verified. */
			readonly verification: Verification | null;
	  }
	| {readonly status: 'skipped' | 'failed'; readonly reason: string}
);

/** Resources whose scheduled backup is due. Pure. */
export function dueResources(project: Project, state: State, now: Date): string[] {
	return Object.values(state.resources).flatMap(record => {
		const schedule = knownResource(project, record).operations.backup?.schedule;
		const last = lastScheduled(state, record.name);
		return schedule && isDue(schedule, last ? new Date(last.createdAt) : null, now) ? record.name : [];
	});
}

// A stopped or half-restored resource is skipped; its schedule continues later.
function obstacle(state: State, name: string): string | undefined {
	const status = state.resources[name]?.status;
	return status === 'running' ? undefined : `it is ${status ?? 'gone'}`;
}

async function runOne(place: WorkPlace, name: string): Promise<DueOutcome | undefined> {
	return withWork(place, 'resource backup run-due', async work => {
		const now = new Date();
		const state = work.context.state.current();
		// Another process may have made the backup while this one waited for the lock.
		if (!dueResources(place.project, state, now).includes(name)) return undefined;
		const reason = obstacle(state, name);
		if (reason) return {resource: name, status: 'skipped', reason};
		const backup = await createBackup(work, name, 'scheduled');
		const {verification} = place.settings.verifyScheduledBackups
			? await verifyBackup(work, backup.id)
			: {verification: null};
		const cleaned = await applyRetention(work, name, now);
		return {resource: name, status: 'succeeded', backup, cleaned, verification};
	});
}

/**
 * Makes every scheduled backup that is due and applies its retention, each under its own lock. A failed backup does not
 * stop the others.
 */
export async function runDueBackups(place: WorkPlace, now: Date): Promise<readonly DueOutcome[]> {
	const outcomes: DueOutcome[] = [];
	for (const resource of dueResources(place.project, await place.readState(), now)) {
		if (place.signal.aborted) break;
		try {
			const outcome = await runOne(place, resource);
			if (outcome) outcomes.push(outcome);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			outcomes.push({resource, status: 'failed', reason: messageOf(error)});
		}
	}
	return outcomes;
}
