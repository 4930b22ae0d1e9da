import type {TextProps} from 'ink';
import type {StepState} from '../../output/progress.ts';
import type {ActionKind} from '../../plan/plan.ts';
import {defaultTheme, type Settings} from '../../settings.ts';

/** How a meaning looks: one of the terminal's own 16 colours, bold or dim, so it is legible on light and dark. */
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
	delete: coloured(error),
	run: coloured(accent),
	none: {dimColor: true},
	blocked: {...coloured(error), bold: true},
});

const stateLooksOf = ({accent, success, error}: Theme): Record<StepState, Look> => ({
	waiting: {dimColor: true},
	running: {...coloured(accent), bold: true},
	done: coloured(success),
	failed: {...coloured(error), bold: true},
	skipped: {dimColor: true},
});

const bright = /^bright-(.)(.*)$/;

/** `bright-red` is what the settings say, `redBright` what Ink knows. */
const coloured = (name: string): Look =>
	name === 'default' ? {} : {color: name.replace(bright, (_, first: string, rest: string) => `${first}${rest}Bright`)};

export const looks: Readonly<Record<Meaning, Look>> = looksOf(defaultTheme);

/** Looks of actions; the sign beside it says the same without colour. */
export const actionLooks: Readonly<Record<ActionKind, Look>> = actionLooksOf(defaultTheme);

/** Looks of a step's state; the mark and the word beside it say the same without colour. */
export const stateLooks: Readonly<Record<StepState, Look>> = stateLooksOf(defaultTheme);

/** Puts the user's colours into the tables above: once, before the first screen is drawn. */
export function applyTheme(theme: Theme): void {
	Object.assign(looks, looksOf(theme));
	Object.assign(actionLooks, actionLooksOf(theme));
	Object.assign(stateLooks, stateLooksOf(theme));
}
