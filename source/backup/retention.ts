import type {Retention} from '../descriptor/project.ts';
import type {Backup} from '../state/backup.ts';

const dayMs = 24 * 3_600_000;

/** A backup to delete, and why. */
export type Expired = {
	readonly id: string;
	readonly reason: string;
	/** The store that it is deleted from; absent for the files on this machine. */
	readonly store?: string;
};

type Candidate = Pick<Backup, 'id' | 'purpose' | 'status' | 'createdAt'>;

const newestFirst = (a: Candidate, b: Candidate): number =>
	Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? 1 : -1);

/** The backups of one resource that its retention deletes (docs/rules.md, "Retention"). */
export function expiredBackups(backups: readonly Candidate[], retention: Retention, now: Date): Expired[] {
	const {keepLast, maxAgeDays, includeManual = false} = retention;
	const good = backups.filter(({status}) => status === 'succeeded').sort(newestFirst);
	// Pre-restore backups do not count: they hold the data that a restore replaced.
	const newest = good.find(({purpose}) => purpose !== 'pre_restore');
	const candidates = good.filter(({purpose}) => purpose === 'scheduled' || (includeManual && purpose === 'manual'));
	return candidates.flatMap(({id, createdAt}, index) => {
		if (id === newest?.id) return [];
		const isTooOld = maxAgeDays !== undefined && now.getTime() - Date.parse(createdAt) > maxAgeDays * dayMs;
		if (isTooOld) return {id, reason: `retention maxAgeDays=${maxAgeDays}`};
		return keepLast !== undefined && index >= keepLast ? {id, reason: `retention keepLast=${keepLast}`} : [];
	});
}
