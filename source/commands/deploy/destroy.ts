import {requestOf} from '../../workspace/request.ts';
import {type ApplyFlags, apply} from './apply.ts';

type DestroyFlags = ApplyFlags & {readonly deleteData?: boolean};

/** `compartment destroy`: takes the environment down; volumes stay unless `--delete-data`. */
export const destroy = (flags: DestroyFlags): Promise<void> =>
	apply('destroy', undefined, flags, requestOf({...flags, destroy: true}));
