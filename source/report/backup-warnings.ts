import {join, sep} from 'node:path';
import {counted} from '../counted.ts';
import {formatBytes} from '../output/bytes.ts';
import type {Backup} from '../state/backup.ts';

function describe(backups: readonly Backup[]): string {
	const resources = [...new Set(backups.map(({resource}) => resource))].sort().join(', ');
	const bytes = formatBytes(backups.reduce((sum, {size}) => sum + (size ?? 0), 0));
	return `${counted(backups.length, 'backup')} of ${resources} (${bytes})`;
}

/**
 * Warnings about an environment's backups when it is deleted: those in its own folder are deleted too.
 * @param directory state folder of the environment
 */
export function backupWarnings(backups: readonly Backup[], directory: string): string[] {
	const folder = join(directory, 'backups');
	const good = backups.filter(({status}) => status === 'succeeded');
	const isOwn = ({artifactLocation}: Backup) => artifactLocation?.startsWith(folder + sep) ?? true;
	const own = good.filter(isOwn);
	const others = good.filter(backup => !isOwn(backup));
	const storesOf = ({copies = []}: Backup) => copies.flatMap(({status, store}) => (status === 'stored' ? store : []));
	const stored = backups.filter(backup => storesOf(backup).length > 0);
	const stores = [...new Set(stored.flatMap(storesOf))].sort();
	return [
		...(own.length > 0
			? [`Deleted with the environment: ${describe(own)} in ${folder}. Copy first what you may need.`]
			: []),
		...(others.length > 0
			? [`Kept: ${describe(others)} outside of ${folder}. No environment lists them any more.`]
			: []),
		...(stored.length > 0
			? [`Kept: ${describe(stored)} in ${stores.length === 1 ? 'store' : 'stores'} ${stores.join(', ')}.`]
			: []),
	];
}
