import {UserError} from '../errors.ts';
import {command, type Hint, hint} from '../hint.ts';
import type {Settings} from '../settings/settings.ts';
import type {State} from './state.ts';

type EngineIdentity = {
	readonly id: string;
	/** For messages, `unix:///var/run/docker.sock`. */
	readonly address: string;
};

/** How to reach the engine of an environment that the settings know by its id, or do not know. */
function wayTo(environment: string, machine: string | undefined): Hint {
	if (machine === undefined)
		return hint`Connect to its engine with --remote, or let every command find it: ${command('machine add', 'NAME', 'ssh://USER@HOST')}, then ${command('environment create', environment, '--engine', 'NAME')}`;
	return hint`Let every command find it: ${command('environment create', environment, '--engine', machine)}`;
}

/** @throws UserError when the environment runs on another engine than the connected one */
export function assertOwnEngine(
	{engine, environment}: Pick<State, 'engine' | 'environment'>,
	{id, address}: EngineIdentity,
	{machines}: Pick<Settings, 'machines'>,
): void {
	if (engine === null || engine === id) return;
	const [machine] = Object.entries(machines).find(([, known]) => known.engine === engine) ?? [];
	// A machine that was reinstalled has its address, and none of its containers.
	const isReplaced = machine !== undefined && machines[machine]?.address === address;
	if (isReplaced)
		throw new UserError(`machine ${machine} has another engine than the one that environment ${environment} runs on`, {
			hint: hint`Is ${address} still the right machine? See ${command('machine doctor', machine)}`,
		});
	throw new UserError(
		`Environment ${environment} runs on ${machine === undefined ? 'a different engine' : `machine ${machine}`}, not on ${address}`,
		{hint: wayTo(environment, machine)},
	);
}
