import {plainRequest} from '../../refresh/plan-request.ts';
import {type ApplyFlags, apply} from './apply.ts';

/** `compartment stop|start`: the whole environment; planned, and in a terminal asked for. */
export const lifecycle = (verb: 'stop' | 'start', flags: ApplyFlags): Promise<void> =>
	apply(verb, undefined, flags, {...plainRequest, mode: verb});

/** `compartment restart [NAME…]`: services or resources, all without a name. */
export function restart(names: readonly string[], flags: ApplyFlags): Promise<void> {
	const wanted = [...new Set([...names, ...(flags.service ?? [])])];
	return apply('restart', undefined, flags, {
		...plainRequest,
		mode: 'restart',
		services: wanted.length > 0 ? wanted : null,
	});
}
