import {shouldColour} from '../../output/colour.ts';
import type {Approval} from '../../plan/approval.ts';
import type {Plan} from '../../plan/plan.ts';
import {defaultTheme} from '../../settings/settings.ts';
import type {ScreenSettings} from '../apply/open-apply-view.tsx';
import {createKeymap} from '../keys/keymap.ts';
import {colourInk} from '../parts/colour-ink.ts';
import {renderScreen} from '../parts/render-screen.tsx';
import {applyTheme} from '../parts/theme.ts';
import {ApproveScreen} from './screen.tsx';
import {createApproveStore, type PlanRenderer} from './store.ts';

type Options = {
	readonly render: PlanRenderer;
	/** The user's keys and colours. */
	readonly settings?: ScreenSettings | undefined;
	/** Default: from NO_COLOR, FORCE_COLOR and TERM. */
	readonly isColoured?: boolean;
	readonly stdin?: NodeJS.ReadStream;
	readonly stdout?: NodeJS.WriteStream;
};

/**
 * Asks below the printed plan whether to apply all or part of it. The default is no, and ctrl-c means no. Both streams
 * must be terminals.
 */
export async function askApproval(
	plan: Plan,
	{render, settings, isColoured, stdin = process.stdin, stdout = process.stdout}: Options,
): Promise<Approval> {
	colourInk(shouldColour({stream: stdout, env: process.env, flag: isColoured}));
	const keymap = createKeymap(settings);
	applyTheme(settings?.theme ?? defaultTheme);
	const store = createApproveStore(plan, render, keymap);
	const app = renderScreen(<ApproveScreen store={store} />, {keymap, stdin, stdout});
	await app.waitUntilExit();
	return store.getSnapshot().answer ?? {decision: 'cancel'};
}
