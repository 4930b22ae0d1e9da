import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import type {ApplyOutcome} from '../exit-code.ts';
import {type ApplyFlags, apply} from './apply.ts';

type AdoptFlags = ApplyFlags & {readonly compose?: string; readonly inPlace?: boolean};

/** `compartment adopt`: takes over containers that Compartment did not make, after a plan and approval. */
export async function adopt(containers: readonly string[], flags: AdoptFlags): Promise<ApplyOutcome> {
	const {compose, inPlace: isInPlace = false} = flags;
	if (compose === undefined && containers.length === 0)
		throw new UserError('Name the containers to adopt, or their Compose project.', {
			hint: command('adopt', '--compose', 'PROJECT'),
		});
	const adopt = {containers, isInPlace, ...(compose === undefined ? {} : {compose})};
	return apply('adopt', undefined, flags, {...plainRequest, adopt});
}
