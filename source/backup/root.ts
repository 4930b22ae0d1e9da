import {join} from 'node:path';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import type {Settings} from '../settings.ts';

/** The folder of an environment's backups: the setting, else one beside its state. */
export const backupRoot = ({backupDirectory}: Pick<Settings, 'backupDirectory'>, directory: string): string =>
	backupDirectory || join(directory, 'backups');

/** Backups are files of this machine, so the engine must be able to mount them. */
export function assertLocal({address}: Pick<ReadonlyEngine, 'address'>): void {
	if (/^(unix|npipe):/.test(address)) return;
	throw new UserError(`Backups are written to this machine, and the engine ${address} cannot mount its folders.`, {
		hint: 'Run the command on the machine of the engine.',
	});
}
