/** Where keys mean something. A screen that is covered by another keeps its keys to itself. */
export type KeyScreen = 'approve' | 'diff' | 'confirm' | 'steps' | 'logs' | 'help';

export type Binding = {
	readonly action: string;
	readonly keys: readonly string[];
	/** One or two words for the footer. */
	readonly label: string;
	/** A sentence for `?`. */
	readonly help: string;
	readonly screens: readonly KeyScreen[];
	/** The footer drops the highest numbers first when it is narrow; 0 is in `?` only. */
	readonly priority: number;
};

/** Every key of every screen. Handling, footer and `?` are all drawn from this table. */
const bindings = [
	{action: 'apply', keys: ['y'], label: 'apply', help: 'Apply what is picked', screens: ['approve'], priority: 1},
	{
		action: 'leave',
		keys: ['n', 'escape', 'q'],
		label: 'leave',
		help: 'Leave without changing anything',
		screens: ['approve'],
		priority: 2,
	},
	{
		action: 'pick',
		keys: ['space'],
		label: 'pick',
		help: 'Leave an action out, or take it in again',
		screens: ['approve'],
		priority: 4,
	},
	{action: 'diff', keys: ['d'], label: 'diff', help: 'Show the full diff', screens: ['approve'], priority: 3},
	{
		action: 'open',
		keys: ['enter'],
		label: 'why',
		help: 'On an action: why, and what depends on it; on the question: no',
		screens: ['approve'],
		priority: 5,
	},
	{
		action: 'confirm',
		keys: ['enter'],
		label: 'confirm',
		help: 'Delete the data, if the name is right',
		screens: ['confirm'],
		priority: 1,
	},
	{action: 'erase', keys: ['backspace'], label: 'erase', help: 'Erase a character', screens: ['confirm'], priority: 0},
	{
		action: 'back',
		keys: ['escape'],
		label: 'back',
		help: 'Back to the actions',
		screens: ['confirm'],
		priority: 2,
	},
	{
		action: 'back',
		keys: ['escape', 'd', 'q'],
		label: 'back',
		help: 'Back to the actions',
		screens: ['diff'],
		priority: 1,
	},
	{
		action: 'interrupt',
		keys: ['ctrl-c'],
		label: 'cancel',
		help: 'Finish what runs and start nothing more; again: stop now',
		screens: ['steps', 'logs'],
		priority: 1,
	},
	{
		action: 'interrupt',
		keys: ['ctrl-c'],
		label: 'leave',
		help: 'Leave at once, without changing anything',
		screens: ['approve', 'diff', 'confirm'],
		priority: 0,
	},
	{
		action: 'up',
		keys: ['up', 'k'],
		label: 'up',
		help: 'One up',
		screens: ['approve', 'diff', 'steps', 'logs'],
		priority: 6,
	},
	{
		action: 'down',
		keys: ['down', 'j'],
		label: 'down',
		help: 'One down',
		screens: ['approve', 'diff', 'steps', 'logs'],
		priority: 6,
	},
	{
		action: 'focus',
		keys: ['tab', 'enter'],
		label: 'log',
		help: 'To the log of the selected step',
		screens: ['steps'],
		priority: 3,
	},
	{
		action: 'focus',
		keys: ['tab', 'escape'],
		label: 'steps',
		help: 'Back to the steps',
		screens: ['logs'],
		priority: 3,
	},
	{
		action: 'follow',
		keys: ['f'],
		label: 'follow',
		help: 'Follow the log, or pause it',
		screens: ['steps', 'logs'],
		priority: 4,
	},
	{
		action: 'wrap',
		keys: ['w'],
		label: 'wrap',
		help: 'Wrap long lines, or cut them',
		screens: ['steps', 'logs'],
		priority: 5,
	},
	{
		action: 'half-up',
		keys: ['ctrl-u', 'pageup'],
		label: 'half up',
		help: 'Half a page up (in the log)',
		screens: ['diff', 'steps', 'logs'],
		priority: 0,
	},
	{
		action: 'half-down',
		keys: ['ctrl-d', 'pagedown'],
		label: 'half down',
		help: 'Half a page down (in the log)',
		screens: ['diff', 'steps', 'logs'],
		priority: 0,
	},
	{
		action: 'first',
		keys: ['g', 'home'],
		label: 'first',
		help: 'To the first',
		screens: ['approve', 'diff', 'steps', 'logs'],
		priority: 0,
	},
	{
		action: 'last',
		keys: ['G', 'end'],
		label: 'last',
		help: 'To the last',
		screens: ['approve', 'diff', 'steps', 'logs'],
		priority: 0,
	},
	{
		action: 'quit',
		keys: ['q'],
		label: 'quit',
		help: 'Nothing: only ctrl-c leaves a running apply',
		screens: ['steps', 'logs'],
		priority: 0,
	},
	{
		action: 'help',
		keys: ['?'],
		label: 'help',
		help: 'All keys',
		screens: ['approve', 'diff', 'steps', 'logs'],
		priority: 2,
	},
	{
		action: 'back',
		keys: ['escape', '?', 'q', 'enter'],
		label: 'close',
		help: 'Close this help',
		screens: ['help'],
		priority: 1,
	},
] as const satisfies readonly Binding[];

export type KeyAction = (typeof bindings)[number]['action'];

/** All keys of a screen, in the table's order. */
export const bindingsOf = (screen: KeyScreen): (Binding & {readonly action: KeyAction})[] =>
	bindings.filter(binding => (binding.screens as readonly KeyScreen[]).includes(screen));

/** What a key does on a screen; undefined when it does nothing there. */
export const actionOf = (screen: KeyScreen, key: string): KeyAction | undefined =>
	bindingsOf(screen).find(binding => binding.keys.includes(key))?.action;
