import {plainRequest} from '../../refresh/plan-request.ts';
import {servicesOf} from '../../workspace/flags.ts';
import type {ApplyOutcome} from '../exit-code.ts';
import {type ApplyFlags, apply} from './apply.ts';

type RollbackFlags = ApplyFlags & {readonly to?: string};

/** `compartment rollback`: runs the last good deployment, or a given one, again under a new id. */
export const rollback = (flags: RollbackFlags): Promise<ApplyOutcome> =>
	apply('rollback', undefined, flags, {
		...plainRequest,
		mode: 'rollback',
		services: servicesOf(flags),
		rollbackTo: flags.to,
	});
