import {command, type Hint, hint} from '../hint.ts';
import {resourceAddress} from '../model/address.ts';
import {volumesIn} from '../model/volumes.ts';
import {blocked, makesContainer} from './actions.ts';
import type {PlanInput} from './input.ts';
import type {Action} from './plan.ts';

type Use = {readonly volume: string; readonly user: string};

/** Running containers that Compartment did not make, on the external volumes of a resource. */
function strangersOn({desired, volumeUsers, adopted}: PlanInput, resource: string): Use[] {
	const leaving = new Set(adopted.map(({configuration}) => configuration.id));
	return volumesIn(desired, resource).flatMap(({name}) =>
		(volumeUsers[name] ?? []).filter(({id}) => !leaving.has(id)).map(user => ({volume: name, user: user.name})),
	);
}

/**
 * Blocks a resource that would start on a volume on which somebody else's container runs, such as a database that was not
 * adopted: two databases on one volume destroy its data.
 */
export function blockedSharing(input: PlanInput, resource: string, decided: Action): Action | undefined {
	const [use] = strangersOn(input, resource);
	if (!use || !(makesContainer(decided) || decided.kind === 'update')) return undefined;
	const {volume, user} = use;
	return blocked(
		resourceAddress(resource),
		'resource',
		`Container ${user}, which Compartment did not make, runs on volume ${volume}.`,
		hint`stop it, or take it over: ${command('adopt', `${user}=${resource}`)}`,
	);
}

/** Says where somebody else's container runs on the volume of a resource that runs too. */
export const sharingWarnings = (input: PlanInput): Hint[] =>
	Object.keys(input.state.resources).flatMap(name =>
		strangersOn(input, name).map(
			({volume, user}) => hint`${resourceAddress(name)}: container ${user} runs on its volume ${volume} too. Stop it`,
		),
	);
