import type {Command} from 'commander';
import {withOutput} from '../workspace/flags.ts';
import {describe} from './program-parts.ts';

/** The user's settings for all projects. */
export function addSettings(program: Command): void {
	const settings = program.command('settings').description('Manage your settings for all projects');
	describe(withOutput(settings.command('list')), 'List all settings with their values and sources', [
		'settings list',
		'settings list --json',
	]).action(async flags => (await import('./settings/list.ts')).settingsList(flags));
	describe(withOutput(settings.command('get')), 'Show the value of a setting', [
		'settings get routerPort',
		'settings get theme.accent',
	])
		.argument('<name>', 'Setting from compartment settings list')
		.action(async (name, flags) => (await import('./settings/get.ts')).settingsGet(name, flags));
	describe(withOutput(settings.command('set')), 'Change a setting in the settings file', [
		'settings set routerPort 9081',
		'settings set theme.accent bright-blue',
		'settings set keys.follow F ctrl-f',
		'settings set keys.quit none',
	])
		.argument('<name>', 'Setting from compartment settings list')
		.argument('<value...>', 'New value; several words for keys')
		.action(async (name, words, flags) => (await import('./settings/set.ts')).settingsSet(name, words, flags));
	describe(withOutput(settings.command('unset')), 'Reset a setting to its default', [
		'settings unset routerPort',
		'settings unset theme',
	])
		.argument('<name>', 'Setting from compartment settings list')
		.action(async (name, flags) => (await import('./settings/unset.ts')).settingsUnset(name, flags));
}
