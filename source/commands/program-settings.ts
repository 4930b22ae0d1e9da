import type {Command} from 'commander';
import {withOutput} from '../workspace/flags.ts';
import {describe} from './program-parts.ts';

/** What a user wants different in all projects. */
export function addSettings(program: Command): void {
	const settings = program.command('settings').description('your settings for all projects');
	describe(withOutput(settings.command('list')), 'every setting with its value, and where that comes from', [
		'settings list',
		'settings list --json',
	]).action(async flags => (await import('./settings/list.ts')).settingsList(flags));
	describe(withOutput(settings.command('get')), 'the value of one setting', [
		'settings get routerPort',
		'settings get theme.accent',
	])
		.argument('<name>', 'of compartment settings list')
		.action(async (name, flags) => (await import('./settings/get.ts')).settingsGet(name, flags));
	describe(withOutput(settings.command('set')), 'change a setting in the settings file', [
		'settings set routerPort 9081',
		'settings set theme.accent bright-blue',
		'settings set keys.follow F ctrl-f',
		'settings set keys.quit none',
	])
		.argument('<name>', 'of compartment settings list')
		.argument('<value...>', 'for keys with spaces between them')
		.action(async (name, words, flags) => (await import('./settings/set.ts')).settingsSet(name, words, flags));
	describe(withOutput(settings.command('unset')), 'return to the default of a setting', [
		'settings unset routerPort',
		'settings unset theme',
	])
		.argument('<name>', 'of compartment settings list')
		.action(async (name, flags) => (await import('./settings/unset.ts')).settingsUnset(name, flags));
}
