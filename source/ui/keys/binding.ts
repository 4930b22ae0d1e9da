/** Where keys mean something. A screen that is covered by another keeps its keys to itself. */
export const keyScreens = [
	'approve',
	'diff',
	'confirm',
	'steps',
	'logs',
	'help',
	'environments',
	'environment',
	'object',
	'page',
	'records',
	'log',
	'all-logs',
	'palette',
	'input',
	'problem',
] as const;

export type KeyScreen = (typeof keyScreens)[number];

export type Binding = {
	readonly action: string;
	/** None: it is in the palette only. */
	readonly keys: readonly string[];
	/** One or two words for the footer. */
	readonly label: string;
	/** A sentence for `?` and the palette. */
	readonly help: string;
	readonly screens: readonly KeyScreen[];
	/** The footer drops the highest numbers first when it is narrow; 0 is in `?` only. */
	readonly priority: number;
};
