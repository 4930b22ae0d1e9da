import {shouldColour} from '../../output/colour.ts';
import type {Approval} from '../../plan/approval.ts';
import type {Plan} from '../../plan/plan.ts';
import {defaultTheme} from '../../settings.ts';
import type {Look} from '../apply/open-apply-view.tsx';
import {createKeymap} from '../keys/keymap.ts';
import {colourInk} from '../parts/colour-ink.ts';
import {renderScreen} from '../parts/render-screen.tsx';
import {applyTheme} from '../parts/theme.ts';
import {ApproveScreen} from './screen.tsx';
import {createApproveStore} from './store.ts';

type Options = {
	/** Text of the whole plan with nothing folded, sanitised, for `d`. */
	readonly renderFull: () => string;
	/** The user's keys and colours. */
	readonly look?: Look;
	/** Default: what NO_COLOR, FORCE_COLOR and TERM say. */
	readonly isColoured?: boolean;
	readonly stdin?: NodeJS.ReadStream;
	readonly stdout?: NodeJS.WriteStream;
};

/**
 * Asks under the printed plan whether to apply it, or which part of it. No is the default; ctrl-c is a no. Needs a
 * terminal on both streams.
 */
export async function askApproval(
	plan: Plan,
	{renderFull, look, isColoured, stdin = process.stdin, stdout = process.stdout}: Options,
): Promise<Approval> {
	colourInk(shouldColour({stream: stdout, env: process.env, flag: isColoured}));
	const keymap = createKeymap(look?.keys);
	applyTheme(look?.theme ?? defaultTheme);
	const store = createApproveStore(plan, renderFull, keymap);
	const app = renderScreen(<ApproveScreen store={store} />, {keymap, stdin, stdout});
	await app.waitUntilExit();
	return store.getSnapshot().answer ?? {decision: 'cancel'};
}
