import {plainRequest} from '../../refresh/plan-request.ts';
import {type ApplyFlags, apply} from '../deploy/apply.ts';
import type {ApplyOutcome} from '../exit-code.ts';

/** `compartment resource rotate NAME`: changes the password of a database and redeploys the services that use it. */
export const resourceRotate = (name: string, flags: ApplyFlags): Promise<ApplyOutcome> =>
	apply('rotate', undefined, flags, {...plainRequest, mode: 'rotate', rotated: name});
