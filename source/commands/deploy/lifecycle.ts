import {plainRequest} from '../../refresh/plan-request.ts';
import {servicesOf} from '../../workspace/flags.ts';
import type {ApplyOutcome} from '../exit-code.ts';
import {type ApplyFlags, apply} from './apply.ts';

/** `compartment stop|start`: stops or starts the whole environment, after a plan and approval. */
export const lifecycle = (verb: 'stop' | 'start', flags: ApplyFlags): Promise<ApplyOutcome> =>
	apply(verb, undefined, flags, {...plainRequest, mode: verb});

/** `compartment restart [NAME…]`: restarts services or resources, by default all. */
export function restart(names: readonly string[], flags: ApplyFlags): Promise<ApplyOutcome> {
	const wanted = [...new Set([...names, ...(flags.service ?? [])])];
	return apply('restart', undefined, flags, {
		...plainRequest,
		mode: 'restart',
		services: servicesOf({service: wanted}),
	});
}
