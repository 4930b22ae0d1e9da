import {messageOf} from '../errors.ts';
import type {Terminal} from '../output/terminal.ts';
import type {TabContent} from '../ui/dashboard/data.ts';
import {currentObject} from '../ui/dashboard/lookups.ts';
import type {DashboardState} from '../ui/dashboard/state.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';
import {entryOf, type Knowledge, workspaceOf} from './knowledge.ts';
import {readComparisonTab} from './tabs/comparison.ts';
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

	/** How to read the content that is shown; undefined if there is none. */
	const readingOf = (state: DashboardState): (() => Promise<TabContent>) | undefined => {
		const {location} = state;
		const {files} = known;
		if (location.screen !== 'object' && location.screen !== 'comparison') return undefined;
		const entry = entryOf(known, location.environment);
		if (!files || !entry) return undefined;
		if (location.screen === 'comparison') {
			const other = entryOf(known, location.other);
			return other && (() => readComparisonTab(entry, other));
		}
		const object = currentObject(state);
		const {tab, environment} = location;
		if (tab === 'logs' || !object) return undefined;
		return () =>
			readTab(tab, {
				connection: entry.connection,
				workspace: workspaceOf(known, environment),
				trouble: files.trouble,
				state: entry.state,
				environment,
				object,
				terminal,
			});
	};
	const read = async (state: DashboardState) => {
		const {location} = state;
		const reading = readingOf(state);
		if (!reading) {
			shown = '';
			return;
		}
		const key = JSON.stringify(location);
		if (key === shown) return;
		shown = key;
		const content = await reading();
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
