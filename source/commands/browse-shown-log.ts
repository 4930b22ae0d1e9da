import {currentObject} from '../ui/browse-lookups.ts';
import type {BrowseState} from '../ui/stores/browse-state.ts';

export type ShownLog =
	| {readonly type: 'live'; readonly environment: string; readonly names: readonly string[] | null}
	| {readonly type: 'deployment'; readonly environment: string; readonly id: string};

/** Whose log is in sight. */
export function shownLogOf(state: BrowseState): ShownLog | undefined {
	const {place} = state;
	if (place.screen === 'environments') return undefined;
	const {environment} = place;
	if (place.screen === 'all-logs')
		return place.deployment
			? {type: 'deployment', environment, id: place.deployment.id}
			: {type: 'live', environment, names: place.names ?? null};
	const object = currentObject(state);
	return object ? {type: 'live', environment, names: [object.name]} : undefined;
}
