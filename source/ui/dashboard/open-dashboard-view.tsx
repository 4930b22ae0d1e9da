import {shouldColour} from '../../output/colour.ts';
import type {Settings} from '../../settings/settings.ts';
import type {Keymap} from '../keys/keymap.ts';
import {colourInk} from '../parts/colour-ink.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {renderScreen} from '../parts/render-screen.tsx';
import {applyTheme} from '../parts/theme.ts';
import {DashboardScreen} from './screen.tsx';
import type {DashboardStore} from './store.ts';

type Options = {
	readonly store: DashboardStore;
	readonly clock: FrameClock;
	readonly keymap: Keymap;
	readonly theme: Settings['theme'];
	readonly hasMouse: boolean;
	/** Default: from NO_COLOR, FORCE_COLOR and TERM. */
	readonly isColoured?: boolean;
	readonly stdin?: NodeJS.ReadStream;
	readonly stdout?: NodeJS.WriteStream;
};

export type DashboardView = {
	/** Resolves when the first frame is on the terminal. */
	readonly shown: Promise<void>;
	/** Resolves when the dashboard has closed; the store has the reason. */
	readonly left: Promise<unknown>;
	/** Restores the main screen, whatever is shown. */
	readonly close: () => void;
};

/** Opens the dashboard on the alternate screen. */
export function openDashboardView(options: Options): DashboardView {
	const {store, clock, keymap, theme, stdin = process.stdin, stdout = process.stdout, isColoured: flag} = options;
	const isColoured = shouldColour({stream: stdout, env: process.env, flag});
	colourInk(isColoured);
	applyTheme(theme);
	const app = renderScreen(<DashboardScreen store={store} clock={clock} isColoured={isColoured} />, {
		keymap,
		stdin,
		stdout,
		alternateScreen: true,
		hasMouse: options.hasMouse,
		maxFps: 30,
	});
	return {shown: app.waitUntilRenderFlush(), left: app.waitUntilExit(), close: app.unmount};
}
