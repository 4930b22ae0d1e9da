import type {Emit} from '../../apply/events.ts';
import {shouldColour} from '../../output/colour.ts';
import {defaultTheme, type Settings} from '../../settings/settings.ts';
import {createKeymap} from '../keys/keymap.ts';
import {colourInk} from '../parts/colour-ink.ts';
import {createFrameClock} from '../parts/frame-clock.ts';
import {renderScreen} from '../parts/render-screen.tsx';
import {applyTheme} from '../parts/theme.ts';
import type {ApplyTarget} from './header.tsx';
import {ApplyScreen} from './screen.tsx';
import {type Cancel, createApplyStore, type End} from './store.ts';

/** The settings that affect screens. */
export type ScreenSettings = Pick<Settings, 'keys' | 'commands' | 'theme'> & Partial<Pick<Settings, 'mouse'>>;

/** What the view of an apply needs to know of it. */
export type ApplyViewOptions = ApplyTarget & {
	/** ctrl-c: the first time `graceful`, the second time `now`. */
	readonly onCancel: (cancel: Cancel) => void;
	/** Whether a failed apply stays on the screen until the user leaves it. */
	readonly staysOpen?: boolean;
	/** The user's keys and colours. */
	readonly settings?: ScreenSettings;
};

type Options = ApplyViewOptions & {
	/** Default: from NO_COLOR, FORCE_COLOR and TERM. */
	readonly isColoured?: boolean;
	readonly stdin?: NodeJS.ReadStream;
	readonly stdout?: NodeJS.WriteStream;
};

export type ApplyView = {
	/** Receives every event of the apply; `apply-finished` closes the view, unless it stays open. */
	readonly emit: Emit;
	/** Resolves when the view has closed. */
	readonly left: Promise<End>;
	/** Restores the main screen; safe to call however the apply ended. Rethrows an error of the screen. */
	readonly close: () => Promise<void>;
};

/** Opens the live view of an apply on the alternate screen. Needs a terminal on both streams. */
export function openApplyView(options: Options): ApplyView {
	const {onCancel, settings, stdin = process.stdin, stdout = process.stdout, isColoured: flag, ...rest} = options;
	const {staysOpen = false, ...target} = rest;
	const isColoured = shouldColour({stream: stdout, env: process.env, flag});
	colourInk(isColoured);
	const keymap = createKeymap(settings);
	applyTheme(settings?.theme ?? defaultTheme);
	const clock = createFrameClock();
	const left = Promise.withResolvers<End>();
	const onEnd = (end: End) => {
		left.resolve(end);
		app.unmount();
	};
	const store = createApplyStore({clock, onCancel, onEnd: staysOpen ? onEnd : undefined, keymap});
	const app = renderScreen(<ApplyScreen store={store} target={target} clock={clock} isColoured={isColoured} />, {
		keymap,
		stdin,
		stdout,
		alternateScreen: true,
		hasMouse: settings?.mouse ?? false,
		maxFps: 20,
	});
	// Handled at once, so that `close` reports an error of the screen, and it is no unhandled rejection.
	const ended = app.waitUntilExit().then(
		() => left.resolve('leave'),
		(error: unknown) => {
			left.resolve('leave');
			return {error};
		},
	);
	return {
		left: left.promise,
		emit(event) {
			store.emit(event);
			if (event.type === 'apply-finished' && !(staysOpen && event.result.outcome === 'failed')) app.unmount();
		},
		async close() {
			clock.stop();
			app.unmount();
			const failure = await ended;
			if (failure) throw failure.error;
		},
	};
}
