import type {Project} from '../descriptor/project.ts';
import {LockedError, messageOf, UserError} from '../errors.ts';
import {isVolumeOfService} from '../model/backed-up.ts';
import {lookAhead, type Outlook} from '../model/schedule.ts';
import type {Backup, BackupCopy, Verification} from '../state/backup.ts';
import type {State} from '../state/state.ts';
import {applyRetention} from './apply-retention.ts';
import {createBackup, resourceOf} from './create.ts';
import {pendingCopy} from './pending-copy.ts';
import {copyIn, findBackup, scheduledBackups} from './records.ts';
import type {Expired} from './retention.ts';
import {findSubject, subjectNames} from './subject.ts';
import {unfinishedRestore} from './unfinished.ts';
import {verifyBackup} from './verify.ts';
import {type Work, type WorkPlace, withWork} from './work.ts';

/** Outcome of a resource's scheduled backup. */
export type DueOutcome = {readonly resource: string} & (
	| {
			readonly status: 'succeeded';
			readonly backup: Backup;
			/** Whether only the copy of an earlier backup was made, which had failed before. */
			readonly isCopyOnly: boolean;
			/** Null unless the schedule names a store. */
			readonly copy: BackupCopy | null;
			readonly cleaned: readonly Expired[];
			/** Null unless scheduled backups are verified. */
			readonly verification: Verification | null;
	  }
	| {readonly status: 'skipped'; readonly reason: string}
	/** `isLocked`: another command works on the environment. */
	| {readonly status: 'failed'; readonly reason: string; readonly isLocked?: true}
);

/** The schedule of a resource's backups, at a time. */
export type BackupOutlook = Outlook & {
	readonly resource: string;
	/** The backup of which only a copy is due. */
	readonly copyOf?: string;
};

/** Whether everything was done that the schedule asks for. */
export const isGoodOutcome = (outcome: DueOutcome): boolean =>
	outcome.status === 'skipped' ||
	(outcome.status === 'succeeded' && outcome.verification?.status !== 'failed' && outcome.copy?.status !== 'failed');

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
	return subjectNames(state).flatMap(resource => {
		const schedule = findSubject(project, state, resource).operations.backup?.schedule;
		if (!schedule) return [];
		const starts = finishedRuns(scheduledBackups(state, resource)).map(({createdAt}) => Date.parse(createdAt));
		const ran = starts.map(start => ({from: start, to: start}));
		const {due, next} = lookAhead(schedule, {ran}, now);
		const copy = pendingCopy(state, resource, schedule.store, now);
		if (!copy || due !== undefined) return {resource, due, next};
		return copy.at <= now
			? {resource, due: now, next, copyOf: copy.id}
			: {resource, due, next: Math.min(copy.at, next ?? copy.at)};
	});
}

/** What is due of each resource. Pure. */
const dueOutlooks = (project: Project, state: State, now: number): BackupOutlook[] =>
	backupOutlooks(project, state, now).filter(({due}) => due !== undefined);

// A stopped or half-restored resource is skipped; its schedule continues later.
function obstacle(state: State, name: string): string | undefined {
	if (isVolumeOfService(name)) return unfinishedRestore(state, name) ? 'it is half restored' : undefined;
	const status = state.resources[name]?.status;
	return status === 'running' ? undefined : `it is ${status ?? 'gone'}`;
}

/** Stores a scheduled backup. A failure is recorded, and does not undo the backup. */
async function makeCopy(work: Work, id: string, store: string): Promise<BackupCopy> {
	const {storeBackup} = await import('./store/store-backup.ts');
	try {
		return await storeBackup(work, id, store);
	} catch (error) {
		const copy = copyIn(findBackup(work.context.state.current(), id), store);
		if (work.context.signal.aborted || !(error instanceof UserError) || copy?.status !== 'failed') throw error;
		return copy;
	}
}

async function cleanUp(work: Work, name: string, copy: BackupCopy | null, now: Date): Promise<readonly Expired[]> {
	const cleaned = await applyRetention(work, name, now);
	if (copy?.status !== 'stored') return cleaned;
	const {applyStoreRetention} = await import('./store/store-retention.ts');
	return [...cleaned, ...(await applyStoreRetention(work, name, copy.store, now))];
}

async function runOne(place: WorkPlace, name: string): Promise<DueOutcome | undefined> {
	return withWork(place, place.operation ?? 'resource backup run-due', async work => {
		const now = work.now();
		const state = work.context.state.current();
		// Another process may have made the backup while this one waited for the lock.
		const outlook = dueOutlooks(place.project, state, now).find(({resource}) => resource === name);
		if (!outlook) return undefined;
		const store = resourceOf(work, name).operations.backup?.schedule?.store;
		const {copyOf} = outlook;
		const common = {resource: name, status: 'succeeded', isCopyOnly: copyOf !== undefined} as const;
		if (copyOf !== undefined) {
			const copy = await makeCopy(work, copyOf, store!);
			const cleaned = await cleanUp(work, name, copy, new Date(now));
			return {...common, backup: findBackup(work.context.state.current(), copyOf), copy, cleaned, verification: null};
		}
		const reason = obstacle(state, name);
		if (reason) return {resource: name, status: 'skipped', reason};
		const {id} = await createBackup(work, name, 'scheduled');
		const copy = store === undefined ? null : await makeCopy(work, id, store);
		const {verification} = place.settings.verifyScheduledBackups ? await verifyBackup(work, id) : {verification: null};
		const cleaned = await cleanUp(work, name, copy, new Date(now));
		return {...common, backup: findBackup(work.context.state.current(), id), copy, cleaned, verification};
	});
}

/**
 * Makes every scheduled backup that is due, stores it where its schedule says, and applies its retention, each under its own lock. A failed backup does not
 * stop the others.
 * @param isWanted leaves resources out
 */
export async function runDueBackups(
	place: WorkPlace,
	isWanted: (resource: string) => boolean = () => true,
): Promise<readonly DueOutcome[]> {
	const outcomes: DueOutcome[] = [];
	const now = (place.now ?? Date.now)();
	for (const {resource} of dueOutlooks(place.project, await place.readState(), now)) {
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
