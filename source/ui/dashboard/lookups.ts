import {defaultEnvironment} from '../../command-names.ts';
import type {EnvironmentView, EventView, Link, ObjectView} from './data.ts';
import {sortObjects} from './sort.ts';
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

/**
 * The environment beside the current one, to compare it with or to promote it to: the marked one, else production, else the only
 * other one. Undefined if the user has to mark one.
 */
export function otherEnvironment(state: DashboardState): string | undefined {
	const current = currentEnvironment(state)?.name;
	if (state.location.screen === 'comparison') return state.location.other;
	const others = state.environments.map(({name}) => name).filter(name => name !== current);
	const wanted = [state.marked, defaultEnvironment].find(name => name !== undefined && others.includes(name));
	return wanted ?? (others.length === 1 ? others[0] : undefined);
}

/** An answer of an engine that is older than this is shown as such: three polls. */
const freshMs = 15_000;

/** Since when nothing was heard of an environment's engine, in milliseconds since the epoch; undefined while it answers. */
export function staleSince({asOf}: Pick<EnvironmentView, 'asOf'>, link: Link, now: number): number | undefined {
	if (asOf === null) return undefined;
	return link.status === 'lost' || now - asOf > freshMs ? asOf : undefined;
}

/** Objects of the environment, sorted, that pass the filter, by name, state and type. */
export function shownObjects(state: DashboardState): readonly ObjectView[] {
	const {filter, location, sort, figures} = state;
	const objects = sortObjects(currentEnvironment(state)?.objects ?? [], sort, figures);
	if (location.screen !== 'environment' || filter === '') return objects;
	return objects.filter(({name, state: word, type}) => contains(`${name} ${word} ${type}`, filter));
}

/** Events of the open environment and of what all share, or of all environments, that pass the filter; newest first. */
export function shownEvents({events, filter, location}: DashboardState): readonly EventView[] {
	if (location.screen !== 'events') return [];
	const {environment, isAll} = location;
	return events
		.filter(event => isAll || event.environment === null || event.environment === environment)
		.filter(({environment: own, object, text, deployment}) =>
			contains(`${own ?? ''} ${object} ${text} ${deployment}`, filter),
		)
		.toReversed();
}

/** The event under the cursor. */
export function selectedEvent(state: DashboardState): EventView | undefined {
	const events = shownEvents(state);
	return events.find(({id}) => id === state.selectedEvent) ?? events[0];
}

const withoutObject: readonly DashboardState['location']['screen'][] = ['environments', 'comparison', 'events'];

type Location = DashboardState['location'];

const hasNoObject = (
	location: Location,
): location is Extract<Location, {readonly screen: 'environments' | 'comparison' | 'events'}> =>
	withoutObject.includes(location.screen);

/** The open object, or the one under the cursor. */
export function currentObject(state: DashboardState): ObjectView | undefined {
	const {location, selectedObject} = state;
	if (hasNoObject(location)) return undefined;
	const objects = shownObjects(state);
	if (location.screen === 'object') return objects.find(({address}) => address === location.address);
	return (
		objects.find(({address}) => address === selectedObject) ??
		(location.screen === 'environment' ? objects[0] : undefined)
	);
}

/** What the log of this screen belongs to: a change of it needs another log. Undefined where there is none. */
export function logSubjectOf(state: DashboardState): string | undefined {
	const {location} = state;
	if (hasNoObject(location)) return undefined;
	if (location.screen === 'all-logs')
		return JSON.stringify([location.environment, location.deployment, location.names]);
	return JSON.stringify([location.environment, currentObject(state)?.address]);
}

/** Whether the load of the engine's machine is shown: where environments and services are listed. */
export const showsLoad = ({location}: DashboardState): boolean =>
	location.screen === 'environments' || location.screen === 'environment';

/** Whether a log has the focus. */
export const isOnLog = ({location}: DashboardState): boolean =>
	location.screen === 'all-logs' || (location.screen === 'object' && location.tab === 'logs');
