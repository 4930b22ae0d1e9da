import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {isVolumeOfService} from '../../model/backed-up.ts';
import type {Work} from '../work.ts';
import {withStore} from './open-store.ts';
import {accessOf} from './store-work.ts';
import {findStored} from './stored-backups.ts';

/**
 * The error for a backup of a store that this environment does not know, because another clone or machine made it: what it would
 * run is for a restore to show and to confirm.
 * @throws UserError when the store does not have it, or it cannot be read
 */
export async function madeElsewhere(work: Work, id: string, store: string): Promise<UserError> {
	const {files} = await withStore(store, accessOf(work), opened => findStored(opened, work.context.plan, id));
	const {resource} = files;
	const message = `Backup ${id} in store ${store} was made elsewhere, so nothing here can record that it is good.`;
	if (isVolumeOfService(resource))
		return new UserError(message, {
			hint: hint`Restore it, which backs up the current data first: ${command('resource backup restore', '--resource', resource, '--backup', id, '--store', store)}`,
		});
	const name = `${resource}-check`;
	return new UserError(message, {
		hint: hint`Restore it as a new resource, look at it, and delete that again: ${command('resource backup restore', '--backup', id, '--as', name, '--store', store)}`,
	});
}
