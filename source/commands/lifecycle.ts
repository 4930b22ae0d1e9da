import {plainRequest} from '../apply/plan-request.ts';
import {type ApplyFlags, apply} from './apply.ts';

/** `compartment stop|start|restart`: the whole environment; planned, and in a terminal asked for. */
export const lifecycle = (verb: 'stop' | 'start' | 'restart', flags: ApplyFlags): Promise<void> =>
	apply(verb, undefined, flags, {...plainRequest, mode: verb});
