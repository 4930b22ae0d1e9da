import {plainRequest} from '../../refresh/plan-request.ts';
import {type ApplyFlags, apply} from './apply.ts';

type RollbackFlags = ApplyFlags & {readonly to?: string};

/** `compartment rollback`: the last good deployment, or a named one, runs again under a new id; planned like everything. */
export const rollback = (flags: RollbackFlags): Promise<void> =>
	apply('rollback', undefined, flags, {
		...plainRequest,
		mode: 'rollback',
		services: flags.service && flags.service.length > 0 ? flags.service : null,
		rollbackTo: flags.to,
	});
