import {UserError} from '../errors.ts';
import type {State} from './state.ts';

type EngineIdentity = {
	readonly id: string;
	/** For messages, `unix:///var/run/docker.sock`. */
	readonly address: string;
};

/** @throws UserError when the environment runs on another engine than the connected one */
export function assertOwnEngine(
	{engine, environment}: Pick<State, 'engine' | 'environment'>,
	{id, address}: EngineIdentity,
): void {
	if (engine === null || engine === id) return;
	throw new UserError(`Environment ${environment} runs on a different engine, not on ${address}`, {
		hint: 'Connect to its engine: set DOCKER_HOST, then run the command again.',
	});
}
