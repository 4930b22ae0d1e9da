import {approve, showPlan} from '../console/approve.ts';
import {copyToClipboard} from '../console/clipboard.ts';
import type {Dialogue} from '../console/dialogue.ts';
import {openInBrowser} from '../console/open-in-browser.ts';
import {openPager} from '../console/open-pager.ts';
import {saveLog} from '../dashboard/save-log.ts';
import {again} from '../hint.ts';
import type {Settings} from '../settings/settings.ts';
import type {DevView} from '../ui/dev/open-dev-view.tsx';
import {createDevStore} from '../ui/dev/store.ts';
import {createKeymap} from '../ui/keys/keymap.ts';
import {createFrameClock} from '../ui/parts/frame-clock.ts';
import type {ScreenFlags} from '../workspace/flags.ts';
import type {DevSurface, DevWishes} from './surface.ts';

type Options = {
	readonly dialogue: Dialogue;
	readonly flags: ScreenFlags;
	readonly settings: Settings;
	readonly project: string;
	readonly environment: string;
	readonly autoApprove: boolean;
	readonly wishes: DevWishes;
};

/** `compartment dev` as a screen. Questions are asked on the main screen, as those of an apply. */
export function openDevScreen(options: Options): DevSurface {
	const {dialogue, flags, settings, project, environment, autoApprove, wishes} = options;
	const keymap = createKeymap(settings.keys);
	const clock = createFrameClock();
	let view: DevView | undefined;
	let wasShown = false;

	const hide = async () => {
		const closing = view;
		view = undefined;
		closing?.close();
		await closing?.left;
	};
	const show = async () => {
		wasShown = true;
		if (view) return;
		const {openDevView} = await import('../ui/dev/open-dev-view.tsx');
		const opened = openDevView({
			...{store, project, environment, clock, keymap, theme: settings.theme, hasMouse: settings.mouse},
			isColoured: flags.color === false ? false : undefined,
		});
		view = opened;
		// A signal or a defect closes it as well.
		opened.left.then(() => view === opened && wishes.interrupt(), wishes.interrupt);
	};
	const page = async (text: string) => {
		await hide();
		const message = openPager(text);
		if (message !== undefined) store.emit({type: 'notice', at: Date.now(), message});
		await show();
	};
	const store = createDevStore({
		clock,
		environment,
		keymap,
		keys: {...wishes, openUrl: openInBrowser},
		effects: {
			copy: copyToClipboard,
			save: async (name, file, text) => saveLog(name, file, text),
			page: text => void page(text),
		},
	});

	return {
		emit: store.emit,
		async ask(plan, workspace) {
			await hide();
			const isApproved = autoApprove && !wasShown;
			showPlan(plan, dialogue, {isListedNext: !isApproved && dialogue.listsActions()});
			try {
				const approved = await approve(plan, {
					...{dialogue, isApproved, settings: workspace.settings},
					insteadOfAsking: again('--auto-approve'),
				});
				await show();
				return approved;
			} catch (error) {
				if (wasShown) await show();
				throw error;
			}
		},
		asksAtOnce: false,
		show,
		async close() {
			clock.stop();
			await hide();
		},
	};
}
