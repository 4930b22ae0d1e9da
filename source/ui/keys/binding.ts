/** The contexts in which keys work. A screen that is covered by another receives none. */
export const keyScreens = [
	'approve',
	'diff',
	'confirm',
	'steps',
	'logs',
	'help',
	'environments',
	'environment',
	'comparison',
	'events',
	'object',
	'resource',
	'page',
	'records',
	'chips',
	'log',
	'all-logs',
	'palette',
	'search',
	'input',
	'problem',
	'dev',
	'task',
	'text',
	'question',
	'quit',
] as const;

export type KeyScreen = (typeof keyScreens)[number];

export type Binding = {
	readonly action: string;
	/** Empty: the action is in the palette only. */
	readonly keys: readonly string[];
	/** One or two words for the footer. */
	readonly label: string;
	/** A phrase for the help and the palette. */
	readonly help: string;
	readonly screens: readonly KeyScreen[];
	/** A narrow footer drops the highest numbers first; 0 is in the help only. */
	readonly priority: number;
};
