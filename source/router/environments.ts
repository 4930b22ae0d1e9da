import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {foreignError, observeRouter} from './container.ts';
import type {RouterOptions} from './options.ts';

/** Connects the router to an environment's network. Does nothing if it is connected. */
export async function joinEnvironment(engine: Engine, options: RouterOptions, network: string): Promise<void> {
	const {state, containerId, networks} = await observeRouter(engine, options);
	if (state === 'foreign') throw foreignError(options);
	if (!containerId) throw new UserError(`The router ${options.name} does not exist.`);
	if (!networks?.includes(network)) await engine.join(containerId, {network});
}

/** Disconnects the router from an environment's network. Does nothing if it is not connected or does not exist. */
export async function leaveEnvironment(engine: Engine, options: RouterOptions, network: string): Promise<void> {
	const {state, containerId, networks} = await observeRouter(engine, options);
	if (state !== 'foreign' && containerId && networks?.includes(network)) await engine.leave(containerId, network);
}
