import {requestOf} from '../../workspace/request.ts';
import type {ApplyOutcome} from '../exit-code.ts';
import {type ApplyFlags, apply} from './apply.ts';

type DestroyFlags = ApplyFlags & {readonly deleteData?: boolean; readonly deleteExternal?: readonly string[]};

/** `compartment destroy`: removes the environment, and with `--delete-data` its volumes. */
export const destroy = (flags: DestroyFlags): Promise<ApplyOutcome> =>
	apply('destroy', undefined, flags, requestOf({...flags, destroy: true}));
