import type {EnvironmentView, ObjectView} from './data.ts';
import type {DashboardState} from './state.ts';

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** Environments that pass the filter. */
export const shownEnvironments = ({environments, filter, place}: DashboardState): readonly EnvironmentView[] =>
	place.screen === 'environments' ? environments.filter(({name}) => contains(name, filter)) : environments;

/** The open environment, or the one under the cursor. */
export function currentEnvironment(state: DashboardState): EnvironmentView | undefined {
	const {place, environments, selectedEnvironment} = state;
	if (place.screen !== 'environments') return environments.find(({name}) => name === place.environment);
	const shown = shownEnvironments(state);
	return shown.find(({name}) => name === selectedEnvironment) ?? shown[0];
}

/** Objects of the environment that pass the filter, by name, state and type. */
export function shownObjects(state: DashboardState): readonly ObjectView[] {
	const objects = currentEnvironment(state)?.objects ?? [];
	const {filter, place} = state;
	if (place.screen !== 'environment' || filter === '') return objects;
	return objects.filter(({name, state: word, type}) => contains(`${name} ${word} ${type}`, filter));
}

/** The open object, or the one under the cursor. */
export function currentObject(state: DashboardState): ObjectView | undefined {
	const {place, selectedObject} = state;
	if (place.screen === 'environments') return undefined;
	const objects = shownObjects(state);
	if (place.screen === 'object') return objects.find(({address}) => address === place.address);
	return (
		objects.find(({address}) => address === selectedObject) ?? (place.screen === 'environment' ? objects[0] : undefined)
	);
}

/** Whether a log has the focus. */
export const isOnLog = ({place}: DashboardState): boolean =>
	place.screen === 'all-logs' || (place.screen === 'object' && place.tab === 'logs');
