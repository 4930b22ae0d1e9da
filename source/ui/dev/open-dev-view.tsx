import {shouldColour} from '../../output/colour.ts';
import type {Settings} from '../../settings/settings.ts';
import type {Keymap} from '../keys/keymap.ts';
import {colourInk} from '../parts/colour-ink.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {renderScreen} from '../parts/render-screen.tsx';
import {applyTheme} from '../parts/theme.ts';
import {DevScreen} from './screen.tsx';
import type {DevStore} from './store.ts';

type Options = {
	readonly store: DevStore;
	readonly project: string;
	readonly environment: string;
	readonly clock: FrameClock;
	readonly keymap: Keymap;
	readonly theme: Settings['theme'];
	readonly hasMouse: boolean;
	/** Default: from NO_COLOR, FORCE_COLOR and TERM. */
	readonly isColoured?: boolean;
};

export type DevView = {
	/** Resolves when it has closed; rejects with an error of the screen. */
	readonly left: Promise<unknown>;
	/** Restores the main screen. */
	readonly close: () => void;
};

/** Opens the screen of `compartment dev` on the alternate screen. */
export function openDevView({
	store,
	project,
	environment,
	clock,
	keymap,
	theme,
	hasMouse,
	isColoured: flag,
}: Options): DevView {
	const {stdin, stdout} = process;
	const isColoured = shouldColour({stream: stdout, env: process.env, flag});
	colourInk(isColoured);
	applyTheme(theme);
	const screen = {store, project, environment, clock, isColoured};
	const app = renderScreen(<DevScreen {...screen} />, {
		keymap,
		stdin,
		stdout,
		alternateScreen: true,
		hasMouse,
		maxFps: 30,
	});
	return {left: app.waitUntilExit(), close: app.unmount};
}
