import type {Observed} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import type {State} from '../state/state.ts';

/** A container whose log is read, under the name of its service or resource. */
export type LogSource = {readonly name: string; readonly containerId: string; readonly isRunning: boolean};

/** The containers of an environment's logs: of each service its active deployment, else the newest that still exists. */
export function findLogSources(state: State, {containers}: Pick<Observed, 'containers'>): LogSource[] {
	const states = new Map(containers.map(({id, state: word}) => [id, word]));
	const byService = new Map<string, string>();
	for (const {service, containerId, id} of Object.values(state.deployments).sort((a, b) => (a.id < b.id ? -1 : 1))) {
		if (containerId === undefined || !states.has(containerId)) continue;
		const serving = state.active[service];
		if (serving === undefined || serving === id) byService.set(service, containerId);
	}
	const resources = Object.values(state.resources).map(({name, containerId}) => [name, containerId] as const);
	return [...byService, ...resources]
		.filter(([, containerId]) => states.has(containerId))
		.map(([name, containerId]) => ({name, containerId, isRunning: states.get(containerId) === 'running'}));
}

/** The sources with these names, or all without one. */
export function chooseLogSources(
	sources: readonly LogSource[],
	names: readonly string[],
	{environment}: Pick<State, 'environment'>,
): readonly LogSource[] {
	if (names.length === 0) return sources;
	return names.map(name => {
		const source = sources.find(candidate => candidate.name === name);
		if (source) return source;
		throw new UserError(`${name} has no container in environment ${environment}`, {
			hint: sources.length > 0 ? `There are: ${sources.map(candidate => candidate.name).join(', ')}` : command('apply'),
		});
	});
}
