import type {KeyScreen} from '../keys/keymap.ts';
import {type LogFocus, logScreens} from '../logs/log-screens.ts';
import {currentObject} from './lookups.ts';
import type {DashboardState} from './state.ts';
import {taskScreens} from './tasks.ts';

/** The screens whose keys are active, the innermost first. */
export function activeScreens(state: DashboardState, log: LogFocus): readonly KeyScreen[] {
	if (state.overlay?.type === 'help') return ['help'];
	if (state.overlay?.type === 'palette') return ['palette'];
	if (state.overlay?.type === 'quit') return ['quit'];
	if (state.overlay?.type === 'filter') return ['input'];
	if (!state.task && log.typed) return logScreens(log);
	return screensBelowOverlay(state, log);
}

/** The active screens below any overlay: for the help and the palette. */
export function screensBelowOverlay(state: DashboardState, log: LogFocus): readonly KeyScreen[] {
	const {problem, isLoaded, location, content, task} = state;
	if (task) return taskScreens(task);
	if (problem || !isLoaded) return ['problem'];
	switch (location.screen) {
		case 'environments':
		case 'environment':
		case 'events':
			return [location.screen];
		case 'comparison':
			return ['page', 'comparison'];
		case 'all-logs':
			return [...logScreens({...log, typed: undefined}), 'all-logs'];
		case 'object':
			return [
				location.tab === 'logs' ? 'log' : content.type === 'table' ? 'records' : 'page',
				currentObject(state)?.kind === 'resource' ? 'resource' : 'object',
			];
	}
}
