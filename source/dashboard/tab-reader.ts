import {messageOf} from '../errors.ts';
import type {Terminal} from '../output/terminal.ts';
import {currentObject} from '../ui/dashboard/lookups.ts';
import type {DashboardState} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import {entryOf, type Knowledge, workspaceOf} from './knowledge.ts';
import {readTab} from './tabs/tabs.ts';

type Options = {
	readonly store: DashboardStore;
	readonly known: Knowledge;
	readonly terminal: Terminal;
	readonly signal: AbortSignal;
};

/** Reads the content of the visible tab, once each time a tab is opened. The log tab has a separate reader. */
export function createTabReader({store, known, terminal, signal}: Options) {
	// The location whose content was read last.
	let shown = '';

	const read = async (state: DashboardState) => {
		const {location} = state;
		const object = currentObject(state);
		if (!known.files || location.screen !== 'object' || location.tab === 'logs' || !object) {
			shown = '';
			return;
		}
		const key = JSON.stringify(location);
		if (key === shown) return;
		shown = key;
		const entry = entryOf(known, location.environment);
		if (!entry) return;
		const content = await readTab(location.tab, {
			connection: entry.connection,
			workspace: workspaceOf(known, location.environment),
			trouble: known.files.trouble,
			state: entry.state,
			environment: location.environment,
			object,
			terminal,
		});
		if (!signal.aborted && JSON.stringify(store.getSnapshot().location) === key) store.update({content});
	};

	return {
		/** Reads the tab of this state, unless it is the one that was read last. */
		follow(state: DashboardState): void {
			read(state).catch(error => store.update({content: {type: 'problem', message: messageOf(error)}}));
		},
		/** Reads the tab again at the next `follow`: something has changed. */
		forget(): void {
			shown = '';
		},
	};
}
