import {previousContainerName} from '../model/names.ts';
import {isOwnContainer, type Owner} from '../model/own.ts';
import type {Observed, ObservedContainer} from './engine.ts';

/** A recorded container that somebody has renamed, with the name that it had. */
export type Renamed = {readonly container: ObservedContainer; readonly name: string};

type Recorded = Readonly<Record<string, {readonly containerId?: string | undefined; readonly containerName: string}>>;

/** An environment with the containers that its state records, those of failed deployments too. */
export type ContainerOwner = Owner & {readonly deployments: Recorded; readonly resources: Recorded};

/** The recorded containers by id, with their names. */
function recordedNames({deployments, resources}: ContainerOwner): ReadonlyMap<string, string> {
	return new Map(
		[...Object.values(deployments), ...Object.values(resources)].flatMap(({containerId, containerName}) =>
			containerId === undefined ? [] : [[containerId, containerName] as const],
		),
	);
}

/**
 * Recorded containers under other names. The state names them by id, and their labels must be those of the environment, so
 * they are ours: taken for removed, a database would get a second container on its volume.
 */
export function findRenamed(owner: ContainerOwner, {containers}: Pick<Observed, 'containers'>): readonly Renamed[] {
	const names = recordedNames(owner);
	return containers.flatMap(container => {
		const name = names.get(container.id);
		if (name === undefined || name === container.name || !isOwnContainer({...container, name}, owner)) return [];
		// A replacement that was interrupted has renamed it; recovery brings it back.
		if (container.name === previousContainerName(name)) return [];
		return [{container, name}];
	});
}

/** What was observed, as if no container had been renamed. */
export function withNames(observed: Observed, owner: ContainerOwner): Observed {
	const renamed = findRenamed(owner, observed);
	if (renamed.length === 0) return observed;
	const names = new Map(renamed.map(({container, name}) => [container.id, name]));
	const containers = observed.containers.map(container => ({
		...container,
		name: names.get(container.id) ?? container.name,
	}));
	return {...observed, containers};
}
