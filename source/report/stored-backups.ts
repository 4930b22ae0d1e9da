import type {StoredBackup} from '../backup/store/stored-backups.ts';
import {formatBytes} from '../output/bytes.ts';
import type {Paint} from '../output/colour.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {type Column, renderTable} from '../output/table.ts';
import type {BackupPurpose} from '../state/backup.ts';
import type {State} from '../state/state.ts';

/** A backup in a store, in JSON. */
export type StoredSummary = {
	readonly id: string;
	readonly resource: string;
	/** Of the state that it was made from. */
	readonly lineage: string;
	/** Whether this environment made it. */
	readonly isOwn: boolean;
	/** Whether its manifest was signed with a key that this machine has. */
	readonly isSigned: boolean;
	readonly purpose: BackupPurpose | null;
	readonly createdAt: string | null;
	/** Bytes in the store. */
	readonly storedSize: number;
	/** Bytes of the files; null if the manifest cannot be read. */
	readonly size: number | null;
	/** Why it cannot be read; null if it can. */
	readonly problem: string | null;
};

export function summariseStored(backup: StoredBackup, {lineage}: Pick<State, 'lineage'>): StoredSummary {
	const {id, resource, artifact, lineage: own} = backup.files;
	const common = {id, resource, lineage: own, isOwn: own === lineage, storedSize: artifact.size};
	if ('problem' in backup)
		return {...common, isSigned: false, purpose: null, createdAt: null, size: null, problem: backup.problem};
	const {purpose, manifest} = backup.stored;
	const {createdAt, size} = manifest;
	return {...common, isSigned: backup.isSigned, purpose, createdAt, size, problem: null};
}

const noteOf = ({problem, isOwn}: StoredSummary): string =>
	problem === null ? (isOwn ? '' : 'made by another environment') : sanitiseLine(problem);

/** A line for pipes. */
export function storedLine(row: StoredSummary): string {
	const note = noteOf(row);
	const {id, resource, purpose, createdAt, storedSize} = row;
	return [id, resource, purpose ?? '-', createdAt ?? '-', storedSize, ...(note === '' ? [] : [note])].join('\t');
}

const columns: readonly Column<StoredSummary>[] = [
	{title: 'BACKUP', value: ({id}) => id},
	{title: 'RESOURCE', value: ({resource}) => resource},
	{title: 'PURPOSE', value: ({purpose}) => purpose ?? ''},
	{title: 'CREATED', value: ({createdAt}) => createdAt ?? ''},
	{title: 'SIZE', value: ({storedSize}) => formatBytes(storedSize)},
	{title: 'NOTE', value: noteOf},
];

/** A table for a terminal. */
export function storedTable(rows: readonly StoredSummary[], paint: Paint): string {
	const shown = columns.filter(({title, value}) => title !== 'NOTE' || rows.some(row => value(row) !== ''));
	return renderTable(shown, rows, {titleStyle: paint.dim});
}
