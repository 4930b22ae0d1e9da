import type {DashboardStore} from '../ui/dashboard/store.ts';

/** Moving through a list opens no log for every row on the way. */
const settleMs = 60;

/** Calls `follow` when another location or object is selected and has been for a moment. Returns what ends that. */
export function onSelection(store: DashboardStore, follow: () => void): () => void {
	let previous = '';
	let settling: NodeJS.Timeout | undefined;
	const forget = store.subscribe(() => {
		const {location, selectedObject} = store.getSnapshot();
		const key = JSON.stringify([location, selectedObject]);
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
