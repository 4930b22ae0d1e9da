import type {TextProps} from 'ink';
import type {StepState} from '../../output/events/progress.ts';
import type {ActionKind} from '../../plan/plan.ts';
import {defaultTheme, type Settings} from '../../settings/settings.ts';

/** A text style: one of the terminal's 16 theme colours, bold or dim, so that it is legible on light and dark. */
export type Look = Pick<TextProps, 'color' | 'bold' | 'dimColor'>;

type Theme = Settings['theme'];

type Meaning = 'plain' | 'title' | 'accent' | 'secondary' | 'selected' | 'warning' | 'error' | 'success';

const looksOf = ({accent, success, warning, error}: Theme): Record<Meaning, Look> => ({
	plain: {},
	title: {bold: true},
	accent: coloured(accent),
	secondary: {dimColor: true},
	selected: {...coloured(accent), bold: true},
	warning: coloured(warning),
	error: coloured(error),
	success: coloured(success),
});

const actionLooksOf = ({accent, success, warning, error, replace}: Theme): Record<ActionKind, Look> => ({
	create: coloured(success),
	update: coloured(warning),
	replace: coloured(replace),
	adopt: coloured(accent),
	delete: coloured(error),
	run: coloured(accent),
	none: {dimColor: true},
	blocked: {...coloured(error), bold: true},
});

const stateLooksOf = ({accent, success, warning, error}: Theme): Record<StepState, Look> => ({
	waiting: {dimColor: true},
	running: {...coloured(accent), bold: true},
	done: coloured(success),
	failed: {...coloured(error), bold: true},
	'held back': coloured(warning),
	skipped: {dimColor: true},
});

const bright = /^bright-(.)(.*)$/;

/** Translates a colour of the settings, `bright-red`, to Ink's name for it, `redBright`. */
const coloured = (name: string): Look =>
	name === 'default' ? {} : {color: name.replace(bright, (_, first: string, rest: string) => `${first}${rest}Bright`)};

export const looks: Readonly<Record<Meaning, Look>> = looksOf(defaultTheme);

/** Looks of actions; their sign says the same without colour. */
export const actionLooks: Readonly<Record<ActionKind, Look>> = actionLooksOf(defaultTheme);

/** Looks of a step's state; its symbol and word say the same without colour. */
export const stateLooks: Readonly<Record<StepState, Look>> = stateLooksOf(defaultTheme);

/** Applies the user's colours to the tables above. Call it once, before the first screen is drawn. */
export function applyTheme(theme: Theme): void {
	Object.assign(looks, looksOf(theme));
	Object.assign(actionLooks, actionLooksOf(theme));
	Object.assign(stateLooks, stateLooksOf(theme));
}
