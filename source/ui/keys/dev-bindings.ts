import type {Binding} from './binding.ts';

/** Keys of `compartment dev`, besides those of its log. */
export const devBindings = [
	{
		action: 'look',
		keys: ['a'],
		label: 'look',
		help: 'Show the plan that waits, and ask',
		screens: ['dev'],
		priority: 1,
	},
	{
		action: 'again',
		keys: ['r'],
		label: 'again',
		help: 'Plan and apply again',
		screens: ['dev'],
		priority: 2,
	},
	{action: 'open-url', keys: ['o'], label: 'open', help: 'Open the first URL', screens: ['dev'], priority: 4},
	{
		action: 'previous',
		keys: ['['],
		label: 'previous service',
		help: 'Only the log of the previous service or resource',
		screens: ['dev'],
		priority: 0,
	},
	{
		action: 'next',
		keys: [']'],
		label: 'one service',
		help: 'Only the log of the next service or resource, or all',
		screens: ['dev'],
		priority: 5,
	},
	{action: 'help', keys: ['?'], label: 'help', help: 'Show all keys', screens: ['dev'], priority: 2},
	{
		action: 'quit',
		keys: ['q'],
		label: 'leave',
		help: 'Leave; everything keeps running',
		screens: ['dev'],
		priority: 3,
	},
	{
		action: 'interrupt',
		keys: ['ctrl-c'],
		label: 'leave',
		help: 'Finish running steps and leave; again: stop now; everything keeps running',
		screens: ['dev'],
		priority: 0,
	},
	{action: 'suspend', keys: ['ctrl-z'], label: 'suspend', help: 'Suspend; fg resumes', screens: ['dev'], priority: 0},
] as const satisfies readonly Binding[];
