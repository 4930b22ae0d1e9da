import {defineCommand, type Group} from './definition.ts';
import {commonFlags, confirmFlags} from './flags.ts';

export const state = {
	parents: {state: 'Inspect and manage the state of an environment'},
	commands: {
		'state list': defineCommand({
			description: 'List the addresses of all objects in the state',
			flags: commonFlags,
			examples: [{line: 'state list --env staging', text: 'List the objects of one environment'}],
			run: async () => (await import('../state/list.ts')).stateList,
		}),
		'state show': defineCommand({
			description: 'Show one object of the state, with sensitive values hidden',
			arguments: [{name: 'address', kind: 'text', names: 'address'}],
			flags: commonFlags,
			examples: [{line: 'state show service.web', text: 'Print what is recorded of one service'}],
			run: async () => (await import('../state/show.ts')).stateShow,
		}),
		'state history': defineCommand({
			description: 'List previous states, newest first',
			flags: commonFlags,
			examples: [{line: 'state history', text: 'List the states that can be restored'}],
			run: async () => (await import('../state/history.ts')).stateHistory,
		}),
		'state restore': defineCommand({
			description: 'Make a previous state the current one',
			arguments: [
				{
					name: 'serial',
					kind: 'number',
					least: 1,
					most: Number.MAX_SAFE_INTEGER,
					description: 'Serial from compartment state history',
				},
			],
			flags: {...commonFlags, ...confirmFlags},
			examples: [{line: 'state restore 41', text: 'Restore one of the states that history lists'}],
			run: async () => (await import('../state/history.ts')).stateRestore,
		}),
		'state rebuild': defineCommand({
			description: 'Make a lost state again from what the engine has',
			flags: {
				lineage: {kind: 'text', value: 'id', description: 'Which state, if objects of several are on the engine'},
				...commonFlags,
				...confirmFlags,
			},
			examples: [
				{line: 'state rebuild', text: 'Show what will be recorded, and ask'},
				{line: 'state rebuild --env staging --auto-approve', text: 'Rebuild another environment without a question'},
			],
			run: async () => (await import('../state/rebuild.ts')).stateRebuild,
		}),
		'state trust': defineCommand({
			description: 'Accept a foreign state after showing what it would own',
			flags: {...commonFlags, ...confirmFlags},
			examples: [
				{line: 'state trust', text: 'Show what the state would own, and ask'},
				{line: 'state trust --env staging', text: 'Accept the state of another environment'},
				{line: 'state trust --auto-approve', text: 'Accept it in a pipeline that keeps .compartment'},
			],
			run: async () => (await import('../state/trust.ts')).stateTrust,
		}),
		'state forget': defineCommand({
			description: 'Remove the state of a copied folder without changing the engine',
			flags: {...commonFlags, ...confirmFlags},
			examples: [
				{line: 'state forget', text: 'Let the copy of a folder begin with nothing'},
				{line: 'state forget --env staging --auto-approve', text: 'Forget one environment without a question'},
			],
			run: async () => (await import('../state/forget.ts')).stateForget,
		}),
		'state unlock': defineCommand({
			description: 'Remove a lock left by another machine',
			arguments: [{name: 'id', kind: 'text', isOptional: true, description: 'Id from the message that named the lock'}],
			flags: commonFlags,
			examples: [{line: 'state unlock', text: 'Remove the lock of a machine that is gone'}],
			run: async () => (await import('../state/history.ts')).stateUnlock,
		}),
		'state pull': defineCommand({
			description: 'Print the state that the engine has, or write it to a file',
			flags: {
				out: {kind: 'text', names: 'file', value: 'file', description: 'Write it to this file'},
				...commonFlags,
			},
			examples: [{line: 'state pull --out state.json', text: 'Keep a copy of the state'}],
			run: async () => (await import('../state/pull.ts')).statePull,
		}),
		'state push': defineCommand({
			description: 'Replace the state on the engine by a newer one',
			arguments: [{name: 'file', kind: 'text', names: 'file', description: 'A file of compartment state pull'}],
			flags: {...commonFlags, ...confirmFlags},
			examples: [{line: 'state push state.json', text: 'Write a state that the engine has lost'}],
			run: async () => (await import('../state/push.ts')).statePush,
		}),
		'state migrate': defineCommand({
			description: 'Move the state to the engine, or back into this folder',
			flags: {
				to: {
					kind: 'choice',
					value: 'place',
					choices: ['engine', 'local'],
					description: 'Where the state is to be (default: engine)',
				},
				...commonFlags,
			},
			examples: [
				{line: 'state migrate --to engine', text: 'Let others work with the environment'},
				{line: 'state migrate --to local', text: 'Take the state back into this folder'},
			],
			run: async () => (await import('../state/migrate.ts')).stateMigrate,
		}),
	},
} as const satisfies Group<'state'>;
