/** Every command in the order of the help, with the file of `source/commands/definitions/` that defines it. */
export const commandGroups = {
	plan: 'deploy',
	apply: 'deploy',
	deploy: 'deploy',
	destroy: 'deploy',
	promote: 'deploy',
	rollback: 'deploy',
	stop: 'deploy',
	start: 'deploy',
	restart: 'deploy',
	'deployment list': 'inspect',
	'deployment logs': 'inspect',
	'job run': 'deploy',
	'job list': 'deploy',
	'job logs': 'deploy',
	inspect: 'inspect',
	exec: 'inspect',
	open: 'inspect',
	why: 'inspect',
	'variable set': 'variables',
	'variable list': 'variables',
	'variable show': 'variables',
	'variable remove': 'variables',
	'variable import': 'variables',
	'variable run': 'variables',
	'variable recipients list': 'variables',
	'variable recipients show': 'variables',
	'variable recipients add': 'variables',
	'variable recipients remove': 'variables',
	'access show': 'variables',
	'access rotate': 'variables',
	'resource list': 'resources',
	'resource inspect': 'resources',
	'resource logs': 'resources',
	'resource stop': 'resources',
	'resource start': 'resources',
	'resource rotate': 'resources',
	'resource delete': 'resources',
	'resource output list': 'resources',
	'resource output show': 'resources',
	'resource backup create': 'resources',
	'resource backup list': 'resources',
	'resource backup show': 'resources',
	'resource backup restore': 'resources',
	'resource backup verify': 'resources',
	'resource backup run-due': 'resources',
	'backup store add': 'backups',
	'backup store list': 'backups',
	'backup store show': 'backups',
	'backup store remove': 'backups',
	browse: 'inspect',
	status: 'inspect',
	logs: 'inspect',
	'route test': 'inspect',
	doctor: 'inspect',
	'agent run': 'agent',
	'agent status': 'agent',
	'agent add': 'agent',
	'agent remove': 'agent',
	'agent list': 'agent',
	'agent install': 'agent',
	'agent uninstall': 'agent',
	'environment create': 'environments',
	'environment list': 'environments',
	'environment show': 'environments',
	'environment delete': 'environments',
	'domain add': 'domains',
	'domain list': 'domains',
	'domain show': 'domains',
	'domain verify': 'domains',
	'domain renew': 'domains',
	'domain remove': 'domains',
	'domain trust': 'domains',
	'state list': 'state',
	'state show': 'state',
	'state history': 'state',
	'state restore': 'state',
	'state trust': 'state',
	'state forget': 'state',
	'state unlock': 'state',
	'state pull': 'state',
	'state push': 'state',
	'state migrate': 'state',
	'registry login': 'registries',
	'registry list': 'registries',
	'registry logout': 'registries',
	init: 'project',
	validate: 'project',
	schema: 'project',
	'settings list': 'settings',
	'settings get': 'settings',
	'settings set': 'settings',
	'settings unset': 'settings',
} as const satisfies Readonly<Record<string, string>>;

export type CommandName = keyof typeof commandGroups;

export type CommandGroup = (typeof commandGroups)[CommandName];

/** The commands that one file defines. */
export type CommandsOf<Group extends CommandGroup> = {
	[Name in CommandName]: (typeof commandGroups)[Name] extends Group ? Name : never;
}[CommandName];

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(commandGroups, name);

/** All commands, in the order of the help. */
export const commandNames: readonly CommandName[] = Object.keys(commandGroups).filter(isCommandName);

const withoutFlag: Readonly<Partial<Record<CommandName, 'argument' | 'none'>>> = {
	'environment create': 'argument',
	'environment delete': 'argument',
	'environment list': 'none',
	init: 'none',
	validate: 'none',
	'domain trust': 'none',
	'registry login': 'none',
	'registry list': 'none',
	'registry logout': 'none',
	schema: 'none',
	doctor: 'none',
	'agent run': 'none',
	'agent status': 'none',
	'agent add': 'none',
	'agent remove': 'none',
	'agent list': 'none',
	'agent install': 'none',
	'agent uninstall': 'none',
	'backup store add': 'none',
	'backup store list': 'none',
	'backup store show': 'none',
	'backup store remove': 'none',
	'settings list': 'none',
	'settings get': 'none',
	'settings set': 'none',
	'settings unset': 'none',
};

/** How a command takes its environment: as `--env`, as its argument, or not at all. */
export const environmentScopeOf = (name: CommandName): 'flag' | 'argument' | 'none' => withoutFlag[name] ?? 'flag';

/** Default environment of a command. */
export const defaultEnvironmentOf = (name: CommandName): string =>
	name === 'variable run' ? 'development' : 'production';

/** Default environment of most commands. */
export const defaultEnvironment = 'production';
