import type {KeyScreen} from '../keys/keymap.ts';
import type {LogState} from '../logs/log-store.ts';
import type {BrowseState} from './state.ts';

/** Whose keys work now, the innermost first. */
export function browseScreens(state: BrowseState, log: Pick<LogState, 'typed'>): readonly KeyScreen[] {
	if (state.overlay?.type === 'help') return ['help'];
	if (state.overlay?.type === 'palette') return ['palette'];
	if (state.overlay?.type === 'filter' || log.typed !== undefined) return ['input'];
	return screensBeneath(state);
}

/** The same without what covers them: for help and the palette. */
export function screensBeneath({problem, isLoaded, place, content}: BrowseState): readonly KeyScreen[] {
	if (problem || !isLoaded) return ['problem'];
	switch (place.screen) {
		case 'environments':
		case 'environment':
			return [place.screen];
		case 'all-logs':
			return ['log', 'all-logs'];
		case 'object':
			return [place.tab === 'logs' ? 'log' : content.type === 'table' ? 'records' : 'page', 'object'];
	}
}
