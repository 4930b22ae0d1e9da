import type {EnvironmentView, ObjectView} from './data.ts';
import type {DashboardState} from './state.ts';

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** Environments that pass the filter. */
export const shownEnvironments = ({environments, filter, location}: DashboardState): readonly EnvironmentView[] =>
	location.screen === 'environments' ? environments.filter(({name}) => contains(name, filter)) : environments;

/** The open environment, or the one under the cursor. */
export function currentEnvironment(state: DashboardState): EnvironmentView | undefined {
	const {location, environments, selectedEnvironment} = state;
	if (location.screen !== 'environments') return environments.find(({name}) => name === location.environment);
	const shown = shownEnvironments(state);
	return shown.find(({name}) => name === selectedEnvironment) ?? shown[0];
}

/** Objects of the environment that pass the filter, by name, state and type. */
export function shownObjects(state: DashboardState): readonly ObjectView[] {
	const objects = currentEnvironment(state)?.objects ?? [];
	const {filter, location} = state;
	if (location.screen !== 'environment' || filter === '') return objects;
	return objects.filter(({name, state: word, type}) => contains(`${name} ${word} ${type}`, filter));
}

/** The open object, or the one under the cursor. */
export function currentObject(state: DashboardState): ObjectView | undefined {
	const {location, selectedObject} = state;
	if (location.screen === 'environments') return undefined;
	const objects = shownObjects(state);
	if (location.screen === 'object') return objects.find(({address}) => address === location.address);
	return (
		objects.find(({address}) => address === selectedObject) ??
		(location.screen === 'environment' ? objects[0] : undefined)
	);
}

/** Whether a log has the focus. */
export const isOnLog = ({location}: DashboardState): boolean =>
	location.screen === 'all-logs' || (location.screen === 'object' && location.tab === 'logs');
