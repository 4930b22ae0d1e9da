import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {foreignError, observeRouter} from './container.ts';
import type {RouterOptions} from './options.ts';

/** Lets the router reach an environment. Already joined is fine. */
export async function joinEnvironment(engine: Engine, options: RouterOptions, network: string): Promise<void> {
	const {state, containerId, networks} = await observeRouter(engine, options);
	if (state === 'foreign') throw foreignError(options);
	if (!containerId) throw new UserError(`The router ${options.name} does not exist.`);
	if (!networks?.includes(network)) await engine.join(containerId, {network});
}

/** Takes the router out of an environment's network. Not joined, or no router, is fine. */
export async function leaveEnvironment(engine: Engine, options: RouterOptions, network: string): Promise<void> {
	const {state, containerId, networks} = await observeRouter(engine, options);
	if (state !== 'foreign' && containerId && networks?.includes(network)) await engine.leave(containerId, network);
}
