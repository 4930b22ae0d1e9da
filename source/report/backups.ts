import {backupsOf, scheduledBackups} from '../backup/records.ts';
import type {BackupSchedule} from '../descriptor/project.ts';
import {describeSchedule} from '../descriptor/schedules.ts';
import type {Paint} from '../output/colour.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {type Column, renderTable} from '../output/table.ts';
import type {Backup} from '../state/backup.ts';
import type {State} from '../state/state.ts';

/** A backup in JSON, without its internal fields (docs/rules.md, "JSON documents"). */
export function summariseBackup({op: _op, manifest: _manifest, ...summary}: Backup) {
	return summary;
}

/** A resource's schedule in JSON, with its last run and what its retention has deleted. */
export function summariseSchedule(state: State, resource: string, {retention, ...schedule}: BackupSchedule) {
	const [last] = scheduledBackups(state, resource);
	const cleaned = backupsOf(state, resource).flatMap(({retentionDeletedAt}) => retentionDeletedAt ?? []);
	return {
		schedule,
		retention: retention ?? null,
		lastRunAt: last?.createdAt ?? null,
		lastStatus: last?.status ?? null,
		cleanedCount: cleaned.length,
		lastCleanupAt: cleaned.sort().at(-1) ?? null,
	};
}

export const scheduleLine = ({schedule, lastRunAt, cleanedCount}: ReturnType<typeof summariseSchedule>): string =>
	`scheduled backup\t${describeSchedule(schedule)}\tlast run ${lastRunAt ?? 'never'}\tcleaned ${cleanedCount}`;

const copyWords = {
	uploading: 'uploading to',
	stored: 'stored in',
	failed: 'not stored in',
	deleted: 'deleted from',
} as const;

/** `stored in offsite`; empty without copies. */
const copiesText = ({copies = []}: Backup): string =>
	copies.map(({status, store}) => `${copyWords[status]} ${store}`).join(', ');

export function backupLine(backup: Backup): string {
	const {id, status, purpose, createdAt, retentionDeletedAt, retentionReason} = backup;
	const copies = copiesText(backup);
	const cleaned = retentionDeletedAt === null ? '' : `\tcleaned ${retentionDeletedAt} (${retentionReason})`;
	return `${id}\t${status}\t${purpose}\t${createdAt}${copies === '' ? '' : `\t${copies}`}${cleaned}`;
}

const backupColumns: readonly Column<Backup>[] = [
	{title: 'BACKUP', value: ({id}) => id},
	{title: 'STATUS', value: ({status}) => status},
	{title: 'PURPOSE', value: ({purpose}) => purpose},
	{title: 'CREATED', value: ({createdAt}) => createdAt},
];

/** A table of backups for a terminal; pipes get `backupLine`. */
export function backupTable(backups: readonly Backup[], paint: Paint): string {
	const cleaned: Column<Backup> = {
		title: 'CLEANED',
		value: ({retentionDeletedAt, retentionReason}) =>
			retentionDeletedAt === null ? '' : sanitiseLine(`${retentionDeletedAt} (${retentionReason})`),
	};
	const copies: Column<Backup> = {title: 'COPIES', value: copiesText};
	const more = [copies, cleaned].filter(({value}) => backups.some(row => value(row) !== ''));
	const columns = [...backupColumns, ...more];
	return renderTable(columns, backups, {titleStyle: paint.dim});
}
