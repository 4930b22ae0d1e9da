import type {Engine, Observed, ObservedContainer} from '../../engine/engine.ts';
import {pickOwn} from '../../engine/own-engine.ts';
import {labels} from '../../model/labels.ts';
import {previousContainerName} from '../../model/names.ts';
import {isOwnContainer} from '../../model/own.ts';
import type {ProbeReader} from '../../refresh/read-probes.ts';
import {readPlanVitals} from '../../refresh/read-vitals.ts';
import {observeRouter, type RouterOptions} from '../../router/router.ts';
import {activeDeployment} from '../../state/deployments.ts';
import type {State} from '../../state/state.ts';
import type {Sight} from './ailments.ts';

/** A recorded container that somebody has renamed. */
type Renamed = {readonly container: ObservedContainer; readonly name: string};

/** The containers that the last apply left, by id, with their names. */
function recordedNames(state: State): ReadonlyMap<string, string> {
	const active = Object.keys(state.active).flatMap(service => activeDeployment(state, service) ?? []);
	return new Map([
		...active.flatMap(({containerId, containerName}) =>
			containerId === undefined ? [] : [[containerId, containerName] as const],
		),
		...Object.values(state.resources).map(({containerId, containerName}) => [containerId, containerName] as const),
	]);
}

/**
 * Recorded containers under other names. The state names them by id, and their labels must be those of the environment, so
 * they are ours.
 */
function findRenamed(state: State, {containers}: Observed): readonly Renamed[] {
	const names = recordedNames(state);
	return containers.flatMap(container => {
		const name = names.get(container.id);
		if (name === undefined || name === container.name || !isOwnContainer({...container, name}, state)) return [];
		// A replacement that was interrupted has renamed it; recovery brings it back.
		if (container.name === previousContainerName(name)) return [];
		return [{container, name}];
	});
}

type EngineAccess = {readonly engine: Engine; readonly router: RouterOptions};

export type Looked = {readonly sight: Sight; readonly renamed: readonly Renamed[]};

/** Reads what runs in an environment, as if no container had been renamed. */
export async function look({engine, router}: EngineAccess, state: State, readProbes: ProbeReader): Promise<Looked> {
	const [everything, routerView] = await Promise.all([
		engine.observe({[labels.lineage]: state.lineage}),
		observeRouter(engine, router),
	]);
	const renamed = findRenamed(state, everything);
	const names = new Map(renamed.map(({container, name}) => [container.id, name]));
	const containers = everything.containers.map(container => ({
		...container,
		name: names.get(container.id) ?? container.name,
	}));
	const observed = await pickOwn(engine, {...everything, containers}, state);
	const vitals = await readPlanVitals(engine, {state, observed}, readProbes);
	return {sight: {state, observed, vitals, router: routerView}, renamed};
}
