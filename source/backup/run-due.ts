import type {Project} from '../descriptor/project.ts';
import {LockedError, messageOf, UserError} from '../errors.ts';
import {lookAhead, type Outlook} from '../model/schedule.ts';
import type {Backup, Verification} from '../state/backup.ts';
import type {State} from '../state/state.ts';
import {applyRetention} from './apply-retention.ts';
import {createBackup} from './create.ts';
import {knownResource} from './definition.ts';
import {scheduledBackups} from './records.ts';
import type {Expired} from './retention.ts';
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
	| {readonly status: 'skipped'; readonly reason: string}
	/** `isLocked`: another command works on the environment. */
	| {readonly status: 'failed'; readonly reason: string; readonly isLocked?: true}
);

/** The schedule of a resource's backups, at a time. */
export type BackupOutlook = Outlook & {readonly resource: string};

/**
 * The backups that count as runs. One whose command died is made once more: if that dies too, the cause may be the backup. One
 * that is being made may be such a one; whoever gets the lock knows.
 */
function finishedRuns(newestFirst: readonly Backup[]): readonly Backup[] {
	const ended = newestFirst.filter(({status}) => status !== 'running');
	const [newest, before] = ended;
	return newest?.isInterrupted && !before?.isInterrupted ? ended.slice(1) : ended;
}

/** What the backup schedules of all resources ask for. Pure. @param now milliseconds since the epoch */
export function backupOutlooks(project: Project, state: State, now: number): BackupOutlook[] {
	return Object.values(state.resources).flatMap(record => {
		const schedule = knownResource(project, record).operations.backup?.schedule;
		if (!schedule) return [];
		const starts = finishedRuns(scheduledBackups(state, record.name)).map(({createdAt}) => Date.parse(createdAt));
		const ran = starts.map(start => ({from: start, to: start}));
		return {resource: record.name, ...lookAhead(schedule, {ran}, now)};
	});
}

/** Resources whose scheduled backup is due. Pure. */
const dueResources = (project: Project, state: State, now: number): string[] =>
	backupOutlooks(project, state, now).flatMap(({resource, due}) => (due === undefined ? [] : resource));

// A stopped or half-restored resource is skipped; its schedule continues later.
function obstacle(state: State, name: string): string | undefined {
	const status = state.resources[name]?.status;
	return status === 'running' ? undefined : `it is ${status ?? 'gone'}`;
}

async function runOne(place: WorkPlace, name: string): Promise<DueOutcome | undefined> {
	return withWork(place, place.operation ?? 'resource backup run-due', async work => {
		const now = work.now();
		const state = work.context.state.current();
		// Another process may have made the backup while this one waited for the lock.
		if (!dueResources(place.project, state, now).includes(name)) return undefined;
		const reason = obstacle(state, name);
		if (reason) return {resource: name, status: 'skipped', reason};
		const backup = await createBackup(work, name, 'scheduled');
		const {verification} = place.settings.verifyScheduledBackups
			? await verifyBackup(work, backup.id)
			: {verification: null};
		const cleaned = await applyRetention(work, name, new Date(now));
		return {resource: name, status: 'succeeded', backup, cleaned, verification};
	});
}

/**
 * Makes every scheduled backup that is due and applies its retention, each under its own lock. A failed backup does not
 * stop the others.
 * @param isWanted leaves resources out
 */
export async function runDueBackups(
	place: WorkPlace,
	isWanted: (resource: string) => boolean = () => true,
): Promise<readonly DueOutcome[]> {
	const outcomes: DueOutcome[] = [];
	const now = (place.now ?? Date.now)();
	for (const resource of dueResources(place.project, await place.readState(), now)) {
		if (place.signal.aborted) break;
		if (!isWanted(resource)) continue;
		try {
			const outcome = await runOne(place, resource);
			if (outcome) outcomes.push(outcome);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			const isLocked = error instanceof LockedError;
			outcomes.push({resource, status: 'failed', reason: messageOf(error), ...(isLocked ? {isLocked} : {})});
		}
	}
	return outcomes;
}
