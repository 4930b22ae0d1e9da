import {join} from 'node:path';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import type {Settings} from '../settings/settings.ts';

/** The folder of an environment's backups: the setting, else `backups` in its state folder. */
export const backupRoot = ({backupDirectory}: Pick<Settings, 'backupDirectory'>, directory: string): string =>
	backupDirectory || join(directory, 'backups');

/** Refuses an engine on another machine: it must mount the folder of the backup. */
export function assertLocal({address}: Pick<ReadonlyEngine, 'address'>): void {
	if (/^(unix|npipe):/.test(address)) return;
	throw new UserError(`Backups are files on this machine, and engine ${address} cannot mount them.`, {
		hint: "Run the command on the engine's machine.",
	});
}
