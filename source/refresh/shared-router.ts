import type {Observed} from '../engine/engine.ts';
import type {ObservedRouter} from '../router/router.ts';

/**
 * Whether another environment uses this router, which is then in that environment's network. A network without it is a
 * leftover or is served by another router.
 * @param others objects of other environments on this engine
 */
export const isRouterShared = (
	{networks}: Pick<Observed, 'networks'>,
	{networks: joined = []}: ObservedRouter,
): boolean => networks.some(({name}) => joined.includes(name));
