import {join} from 'node:path';
import type {Settings} from '../settings/settings.ts';

/** The folder of an environment's backups: the setting, else `backups` in its state folder. */
export const backupRoot = ({backupDirectory}: Pick<Settings, 'backupDirectory'>, directory: string): string =>
	backupDirectory || join(directory, 'backups');
