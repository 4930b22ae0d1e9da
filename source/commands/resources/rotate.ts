import {plainRequest} from '../../refresh/plan-request.ts';
import {type ApplyFlags, apply} from '../deploy/apply.ts';

/** `compartment resource rotate NAME`: a new password inside the database, and a new deployment of all that uses it. */
export const resourceRotate = (name: string, flags: ApplyFlags): Promise<void> =>
	apply('rotate', undefined, flags, {...plainRequest, mode: 'rotate', rotated: name});
