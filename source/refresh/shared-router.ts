import type {Observed} from '../engine/engine.ts';
import type {ObservedRouter} from '../router/router.ts';

/**
 * Whether another environment needs this router: it is in one of their networks. A network without it was left behind,
 * or belongs to an environment that another router serves.
 * @param others what is Compartment's on this engine and of another environment
 */
export const isRouterShared = (
	{networks}: Pick<Observed, 'networks'>,
	{networks: joined = []}: ObservedRouter,
): boolean => networks.some(({name}) => joined.includes(name));
