import {readSettings} from '../settings.ts';
import {createKeymap} from '../ui/keymap.ts';
import type {BrowseEffects, Place} from '../ui/stores/browse-state.ts';
import {createBrowseStore} from '../ui/stores/browse-store.ts';
import {createFrameClock} from '../ui/stores/frame-clock.ts';
import type {BrowseFeed} from './browse-feed.ts';
import type {LogPart} from './browse-log-reader.ts';
import type {ScreenFlags} from './flags.ts';
import {openInBrowser} from './open-in-browser.ts';
import {createTerminal} from './terminal.ts';
import type {EnginePlace} from './workspace.ts';

const defaultPart: LogPart = {tail: 500};

// The terminal takes a text out of this sequence and puts it into the clipboard, over ssh too.
const clipboard = (text: string): string => `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;

const effects: Omit<BrowseEffects, 'retry'> = {
	copy: text => void process.stdout.write(clipboard(text)),
	save: async (environment, name, text) => (await import('./save-log.ts')).saveLog(environment, name, text),
	openUrl: openInBrowser,
};

/** Opens the dashboard at a place; undefined: at the environments, or at the only one. Resolves when the user quits. */
export async function openDashboard(start: Place | undefined, flags: ScreenFlags, part = defaultPart): Promise<void> {
	const terminal = createTerminal(flags);
	const settings = await readSettings();
	const keymap = createKeymap(settings.keys);
	const clock = createFrameClock();
	let feed: BrowseFeed | undefined;
	const store = createBrowseStore({...effects, retry: () => feed?.reload()}, keymap);
	if (start) store.update({place: start});
	const {openBrowse} = await import('../ui/open-browse.tsx');
	for (let isFirst = true; ; isFirst = false) {
		const view = openBrowse({
			store,
			clock,
			keymap,
			theme: settings.theme,
			isColoured: flags.color === false ? false : undefined,
		});
		let place: EnginePlace;
		try {
			// What reads the engine is loaded while the first frame is seen.
			await view.shown;
			const {startBrowseFeed} = await import('./browse-feed.ts');
			const {openEngine} = await import('./workspace.ts');
			place = await openEngine();
			feed = startBrowseFeed({store, clock, place, terminal, part, canEnter: isFirst && start === undefined});
			await view.left;
		} finally {
			feed?.close();
			view.close();
		}
		const {departure} = store.getSnapshot();
		if (!departure || departure.type === 'quit') break;
		const {depart} = await import('./browse-depart.ts');
		store.comeBack(await depart(departure, {flags, place, terminal}));
	}
	clock.stop();
}
