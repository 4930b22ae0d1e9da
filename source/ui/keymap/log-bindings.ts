import type {Binding} from './binding.ts';

/** Keys of a log that has the focus, in the dashboard and in `compartment logs`. */
export const logBindings = [
	{action: 'follow', keys: ['f'], label: 'follow', help: 'Follow the log, or pause it', screens: ['log'], priority: 1},
	{action: 'search', keys: ['/'], label: 'search', help: 'Find a text', screens: ['log'], priority: 2},
	{
		action: 'next-match',
		keys: ['n'],
		label: 'next',
		help: 'To the next match, further down',
		screens: ['log'],
		priority: 0,
	},
	{
		action: 'previous-match',
		keys: ['N'],
		label: 'former',
		help: 'To the former match, further up',
		screens: ['log'],
		priority: 0,
	},
	{
		action: 'only',
		keys: ['&'],
		label: 'only matches',
		help: 'Show only lines that match the search, or all again',
		screens: ['log'],
		priority: 0,
	},
	{
		action: 'stream',
		keys: ['x'],
		label: 'stream',
		help: 'Both streams, only standard error, only standard output',
		screens: ['log'],
		priority: 0,
	},
	{action: 'wrap', keys: ['w'], label: 'wrap', help: 'Wrap long lines, or cut them', screens: ['log'], priority: 5},
	{action: 'time', keys: ['t'], label: 'time', help: 'Show the time of each line, or not', screens: ['log'], priority: 6},
	{
		action: 'copy',
		keys: ['y'],
		label: 'copy',
		help: 'Copy the lines in sight to the clipboard',
		screens: ['log'],
		priority: 7,
	},
	{action: 'save', keys: ['s'], label: 'save', help: 'Save all lines that are kept to a file', screens: ['log'], priority: 7},
	{action: 'pager', keys: ['v'], label: 'pager', help: 'Read all lines that are kept in the pager', screens: ['log'], priority: 8},
] as const satisfies readonly Binding[];
