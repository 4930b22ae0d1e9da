import type {EnvironmentView, ObjectView} from './data.ts';
import type {BrowseState} from './state.ts';

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** Environments that pass the filter. */
export const shownEnvironments = ({environments, filter, place}: BrowseState): readonly EnvironmentView[] =>
	place.screen === 'environments' ? environments.filter(({name}) => contains(name, filter)) : environments;

/** The environment that one is in, or that the cursor is on. */
export function currentEnvironment(state: BrowseState): EnvironmentView | undefined {
	const {place, environments, selectedEnvironment} = state;
	if (place.screen !== 'environments') return environments.find(({name}) => name === place.environment);
	const shown = shownEnvironments(state);
	return shown.find(({name}) => name === selectedEnvironment) ?? shown[0];
}

/** Objects of the environment that pass the filter, by name and by state. */
export function shownObjects(state: BrowseState): readonly ObjectView[] {
	const objects = currentEnvironment(state)?.objects ?? [];
	const {filter, place} = state;
	if (place.screen !== 'environment' || filter === '') return objects;
	return objects.filter(({name, state: word, type}) => contains(`${name} ${word} ${type}`, filter));
}

/** The object that one is in, or that the cursor is on. */
export function currentObject(state: BrowseState): ObjectView | undefined {
	const {place, selectedObject} = state;
	if (place.screen === 'environments') return undefined;
	const objects = shownObjects(state);
	if (place.screen === 'object') return objects.find(({address}) => address === place.address);
	return (
		objects.find(({address}) => address === selectedObject) ?? (place.screen === 'environment' ? objects[0] : undefined)
	);
}

/** Whether a log has the keys. */
export const isOnLog = ({place}: BrowseState): boolean =>
	place.screen === 'all-logs' || (place.screen === 'object' && place.tab === 'logs');
