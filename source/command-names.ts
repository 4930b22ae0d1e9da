/**
 * Every command, and how it takes its environment: as a flag, as its argument, or not at all. A test compares this list
 * with the real command line.
 */
export const commandScopes = {
	browse: 'flag',
	plan: 'flag',
	apply: 'flag',
	deploy: 'flag',
	destroy: 'flag',
	promote: 'flag',
	rollback: 'flag',
	stop: 'flag',
	start: 'flag',
	restart: 'flag',
	status: 'flag',
	inspect: 'flag',
	why: 'flag',
	logs: 'flag',
	open: 'flag',
	exec: 'flag',
	'deployment list': 'flag',
	'deployment logs': 'flag',
	'job run': 'flag',
	'job list': 'flag',
	'job logs': 'flag',
	'route test': 'flag',
	'environment list': 'none',
	'environment show': 'flag',
	'environment delete': 'argument',
	'state list': 'flag',
	'state show': 'flag',
	'state history': 'flag',
	'state restore': 'flag',
	'state trust': 'flag',
	'state forget': 'flag',
	'state unlock': 'flag',
	'variable set': 'flag',
	'variable list': 'flag',
	'variable show': 'flag',
	'variable remove': 'flag',
	'variable import': 'flag',
	'variable run': 'flag',
	'variable recipients list': 'flag',
	'variable recipients show': 'flag',
	'variable recipients add': 'flag',
	'variable recipients remove': 'flag',
	'access show': 'flag',
	'access rotate': 'flag',
	'resource list': 'flag',
	'resource inspect': 'flag',
	'resource logs': 'flag',
	'resource start': 'flag',
	'resource stop': 'flag',
	'resource delete': 'flag',
	'resource rotate': 'flag',
	'resource output list': 'flag',
	'resource output show': 'flag',
	'resource backup create': 'flag',
	'resource backup list': 'flag',
	'resource backup show': 'flag',
	'resource backup restore': 'flag',
	'resource backup verify': 'flag',
	'resource backup run-due': 'flag',
	'settings list': 'none',
	'settings get': 'none',
	'settings set': 'none',
	'settings unset': 'none',
	init: 'none',
	validate: 'none',
	schema: 'none',
	doctor: 'none',
} as const satisfies Readonly<Record<string, 'flag' | 'argument' | 'none'>>;

export type CommandName = keyof typeof commandScopes;

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(commandScopes, name);

/** Default environment of a command. */
export const defaultEnvironmentOf = (name: CommandName): string =>
	name === 'variable run' ? 'development' : 'production';

/** Default environment of most commands. */
export const defaultEnvironment = 'production';
