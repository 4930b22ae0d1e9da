import {writeFileSync} from 'node:fs';
import {messageOf} from '../errors.ts';
import {readSettings} from '../settings.ts';
import {createKeymap} from '../ui/keymap.ts';
import type {Place} from '../ui/stores/browse-state.ts';
import {type BrowseEffects, createBrowseStore} from '../ui/stores/browse-store.ts';
import {createFrameClock} from '../ui/stores/frame-clock.ts';
import type {BrowseFeed, LogPart} from './browse-feed.ts';
import type {CommonFlags} from './flags.ts';
import {openInBrowser} from './open-in-browser.ts';
import {createTerminal} from './terminal.ts';

export type BrowseFlags = CommonFlags & {readonly plain?: boolean; readonly accessible?: boolean};

const defaultPart: LogPart = {tail: 500};

// The terminal takes a text out of this sequence and puts it into the clipboard, over ssh too.
const clipboard = (text: string): string => `\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`;

const effects: Omit<BrowseEffects, 'retry'> = {
	copy: text => void process.stdout.write(clipboard(text)),
	save(name, text) {
		try {
			// A log may hold what is nobody else's business.
			writeFileSync(name, text, {flag: 'wx', mode: 0o600});
		} catch (error) {
			throw new Error(`It cannot be saved: ${messageOf(error)}`, {cause: error});
		}
		return `./${name}`;
	},
	openUrl: openInBrowser,
};

/**
 * `compartment`: the dashboard of this project's environments. Without a terminal it is the help text, for a screen
 * reader questions and answers in lines.
 */
export async function browse(flags: BrowseFlags, printHelp: () => void): Promise<void> {
	const terminal = createTerminal(flags);
	if (!terminal.isInteractive) return printHelp();
	if (terminal.isAccessible) return (await import('./browse-lines.ts')).browseLines(flags);
	await browseFrom(flags.env === undefined ? undefined : {screen: 'environment', environment: flags.env}, flags);
}

/** Opens the dashboard at a place; undefined: at the environments, or at the only one. Resolves when the user quits. */
export async function browseFrom(start: Place | undefined, flags: BrowseFlags, part = defaultPart): Promise<void> {
	const terminal = createTerminal(flags);
	const settings = await readSettings();
	const keymap = createKeymap(settings.keys);
	const clock = createFrameClock();
	let feed: BrowseFeed | undefined;
	const store = createBrowseStore({...effects, retry: () => feed?.reload()}, keymap);
	if (start) store.update({place: start});
	const {openBrowse} = await import('../ui/open-browse.tsx');
	for (let isFirst = true; ; isFirst = false) {
		const left = openBrowse({
			store,
			clock,
			keymap,
			theme: settings.theme,
			isColoured: flags.color === false ? false : undefined,
		});
		// What draws comes first, what reads the engine is loaded while the first frame is seen.
		const {startBrowseFeed} = await import('./browse-feed.ts');
		const {openEngine} = await import('./workspace.ts');
		const place = await openEngine();
		feed = startBrowseFeed({store, clock, place, terminal, part, canEnter: isFirst && start === undefined});
		try {
			await left;
		} finally {
			feed.close();
		}
		const {departure} = store.getSnapshot();
		if (!departure || departure.type === 'quit') break;
		const {depart} = await import('./browse-depart.ts');
		store.comeBack(await depart(departure, {flags, place, terminal}));
	}
	clock.stop();
}
