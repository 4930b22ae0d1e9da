import {logSubjectOf} from '../ui/dashboard/lookups.ts';
import type {DashboardStore} from '../ui/dashboard/store.ts';

/** Delay after a move, so that moving through a list does not open the log of every row. */
const settleMs = 60;

/** Calls `follow` shortly after another location or object is selected. Returns a function that stops it. */
export function onSelection(store: DashboardStore, follow: () => void): () => void {
	let previous = '';
	let settling: NodeJS.Timeout | undefined;
	const forget = store.subscribe(() => {
		const state = store.getSnapshot();
		// A filter may select another object too.
		const key = JSON.stringify([state.location, logSubjectOf(state)]);
		if (key === previous) return;
		previous = key;
		clearTimeout(settling);
		settling = setTimeout(follow, settleMs);
	});
	return () => {
		clearTimeout(settling);
		forget();
	};
}
