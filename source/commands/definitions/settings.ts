import {defineCommand, type Group} from './definition.ts';
import {outputFlags} from './flags.ts';

const name = {
	name: 'name',
	kind: 'text',
	names: 'setting',
	description: 'Setting from compartment settings list',
} as const;

/** The user's settings for all projects. */
export const settings = {
	parents: {settings: 'Manage your settings for all projects'},
	commands: {
		'settings list': defineCommand({
			description: 'List all settings with their values and sources',
			flags: outputFlags,
			examples: [
				{line: 'settings list', text: 'List every setting'},
				{line: 'settings list --json', text: 'Print them as JSON'},
			],
			run: async () => (await import('../settings/list.ts')).settingsList,
		}),
		'settings get': defineCommand({
			description: 'Show the value of a setting',
			arguments: [name],
			flags: outputFlags,
			examples: [
				{line: 'settings get routerPort', text: 'Show one setting'},
				{line: 'settings get theme.accent', text: 'Show one colour of the theme'},
			],
			run: async () => (await import('../settings/get.ts')).settingsGet,
		}),
		'settings set': defineCommand({
			description: 'Change a setting in the settings file',
			arguments: [
				name,
				{name: 'value', kind: 'text', isVariadic: true, description: 'New value; several words for keys'},
			],
			flags: outputFlags,
			examples: [
				{line: 'settings set routerPort 9081', text: 'Move the router to another port'},
				{line: 'settings set theme.accent bright-blue', text: 'Change a colour of the theme'},
				{line: 'settings set keys.follow F ctrl-f', text: 'Bind two keys to an action'},
				{line: 'settings set keys.quit none', text: 'Unbind an action'},
			],
			run: async () => (await import('../settings/set.ts')).settingsSet,
		}),
		'settings unset': defineCommand({
			description: 'Reset a setting to its default',
			arguments: [name],
			flags: outputFlags,
			examples: [
				{line: 'settings unset routerPort', text: 'Reset one setting'},
				{line: 'settings unset theme', text: 'Reset all colours'},
			],
			run: async () => (await import('../settings/unset.ts')).settingsUnset,
		}),
	},
} as const satisfies Group<'settings'>;
