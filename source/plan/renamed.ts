import type {Observed, ObservedContainer} from '../engine/engine.ts';
import {labels} from '../model/labels.ts';
import {previousContainerName} from '../model/names.ts';
import {isOwnContainer} from '../model/own.ts';
import type {State} from '../state/state.ts';
import type {Drift} from './plan.ts';

/** A recorded container that somebody has renamed, with the name that it had. */
export type Renamed = {readonly container: ObservedContainer; readonly name: string};

/** The recorded containers by id, with their names. Those of failed deployments are kept too, to be inspected. */
function recordedNames(state: State): ReadonlyMap<string, string> {
	return new Map(
		[...Object.values(state.deployments), ...Object.values(state.resources)].flatMap(({containerId, containerName}) =>
			containerId === undefined ? [] : [[containerId, containerName] as const],
		),
	);
}

/**
 * Recorded containers under other names. The state names them by id, and their labels must be those of the environment, so
 * they are ours: taken for removed, a database would get a second container on its volume.
 */
export function findRenamed(state: State, {containers}: Pick<Observed, 'containers'>): readonly Renamed[] {
	const names = recordedNames(state);
	return containers.flatMap(container => {
		const name = names.get(container.id);
		if (name === undefined || name === container.name || !isOwnContainer({...container, name}, state)) return [];
		// A replacement that was interrupted has renamed it; recovery brings it back.
		if (container.name === previousContainerName(name)) return [];
		return [{container, name}];
	});
}

/** What was observed, as if no container had been renamed. */
export function withNames(observed: Observed, renamed: readonly Renamed[]): Observed {
	const names = new Map(renamed.map(({container, name}) => [container.id, name]));
	const containers = observed.containers.map(container => ({
		...container,
		name: names.get(container.id) ?? container.name,
	}));
	return {...observed, containers};
}

/** The next command that changes the environment gives the names back. */
export const renamedDrift = (renamed: readonly Renamed[]): Drift[] =>
	renamed.map(({container, name}) => ({
		address: container.labels[labels.address] ?? name,
		message: `container was renamed to ${container.name} outside Compartment`,
	}));
