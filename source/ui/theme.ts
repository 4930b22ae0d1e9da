import type {TextProps} from 'ink';
import type {StepState} from '../output/progress.ts';
import type {ActionKind} from '../plan/plan.ts';

/** How a meaning looks: one of the terminal's own 16 colours, bold or dim, so it is legible on light and dark. */
export type Look = Pick<TextProps, 'color' | 'bold' | 'dimColor'>;

/** The one colour of everything that is about the interface itself. */
export const accent = 'cyan';

type Meaning = 'plain' | 'title' | 'accent' | 'secondary' | 'selected' | 'warning' | 'error' | 'success';

export const looks: Readonly<Record<Meaning, Look>> = {
	plain: {},
	title: {bold: true},
	accent: {color: accent},
	secondary: {dimColor: true},
	selected: {color: accent, bold: true},
	warning: {color: 'yellow'},
	error: {color: 'red'},
	success: {color: 'green'},
};

/** Looks of actions; the sign beside it says the same without colour. */
export const actionLooks: Readonly<Record<ActionKind, Look>> = {
	create: {color: 'green'},
	update: {color: 'yellow'},
	replace: {color: 'magenta'},
	delete: {color: 'red'},
	run: {color: accent},
	none: {dimColor: true},
	blocked: {color: 'red', bold: true},
};

/** Looks of a step's state; the mark and the word beside it say the same without colour. */
export const stateLooks: Readonly<Record<StepState, Look>> = {
	waiting: {dimColor: true},
	running: {color: accent, bold: true},
	done: {color: 'green'},
	failed: {color: 'red', bold: true},
	skipped: {dimColor: true},
};
