import type {Emit} from '../../apply/events.ts';
import {shouldColour} from '../../output/colour.ts';
import {defaultTheme, type Settings} from '../../settings.ts';
import {createKeymap} from '../keys/keymap.ts';
import {colourInk} from '../parts/colour-ink.ts';
import {createFrameClock} from '../parts/frame-clock.ts';
import {renderScreen} from '../parts/render-screen.tsx';
import {applyTheme} from '../parts/theme.ts';
import type {Place} from './header.tsx';
import {ApplyScreen} from './screen.tsx';
import {type Cancel, createApplyStore} from './store.ts';

/** What the settings say about screens. */
export type Look = Pick<Settings, 'keys' | 'theme'>;

type Options = Place & {
	/** ctrl-c: the first time `graceful`, the second time `now`. */
	readonly onCancel: (cancel: Cancel) => void;
	/** The user's keys and colours. */
	readonly look?: Look;
	/** Default: what NO_COLOR, FORCE_COLOR and TERM say. */
	readonly isColoured?: boolean;
	readonly stdin?: NodeJS.ReadStream;
	readonly stdout?: NodeJS.WriteStream;
};

export type ApplyView = {
	/** Takes every event of the apply; `apply-finished` makes the view leave by itself. */
	readonly emit: Emit;
	/** Gives the main screen back; safe to call however the apply ended. Throws what the screen itself threw. */
	readonly close: () => Promise<void>;
};

/** Opens the live view of an apply on the alternate screen. Needs a terminal on both streams. */
export function openApplyView(options: Options): ApplyView {
	const {onCancel, look, stdin = process.stdin, stdout = process.stdout, isColoured: flag, ...place} = options;
	const isColoured = shouldColour({stream: stdout, env: process.env, flag});
	colourInk(isColoured);
	const keymap = createKeymap(look?.keys);
	applyTheme(look?.theme ?? defaultTheme);
	const clock = createFrameClock();
	const store = createApplyStore({clock, onCancel, keymap});
	const app = renderScreen(<ApplyScreen store={store} place={place} clock={clock} isColoured={isColoured} />, {
		keymap,
		stdin,
		stdout,
		alternateScreen: true,
		maxFps: 20,
	});
	// Kept at once, so that a screen that fails while the apply runs is reported by `close` and nowhere else.
	const ended = app.waitUntilExit().then(
		() => undefined,
		(error: unknown) => ({error}),
	);
	return {
		emit(event) {
			store.emit(event);
			if (event.type === 'apply-finished') app.unmount();
		},
		async close() {
			clock.stop();
			app.unmount();
			const failure = await ended;
			if (failure) throw failure.error;
		},
	};
}
