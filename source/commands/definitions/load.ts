import {type CommandGroup, type CommandName, commandGroups, commandNames} from '../../command-names.ts';
import {type Definition, type Group, wordsOf} from './definition.ts';
import {deploy} from './deploy.ts';

/** Commands in the order of the help. */
export type Definitions = {
	readonly commands: readonly (readonly [name: CommandName, definition: Definition])[];
	/** What a word is for that stands before several commands, such as `resource backup`. */
	readonly parents: ReadonlyMap<string, string>;
};

const groups: {readonly [Name in CommandGroup]: () => Promise<Group<Name>>} = {
	// Most runs need it, so it comes with the parser.
	deploy: async () => deploy,
	inspect: async () => (await import('./inspect.ts')).inspect,
	environments: async () => (await import('./environments.ts')).environments,
	variables: async () => (await import('./variables.ts')).variables,
	resources: async () => (await import('./resources.ts')).resources,
	adoption: async () => (await import('./adoption.ts')).adoption,
	volumes: async () => (await import('./volumes.ts')).volumes,
	backups: async () => (await import('./backups.ts')).backups,
	domains: async () => (await import('./domains.ts')).domains,
	state: async () => (await import('./state.ts')).state,
	project: async () => (await import('./project.ts')).project,
	settings: async () => (await import('./settings.ts')).settings,
	machines: async () => (await import('./machines.ts')).machines,
	agent: async () => (await import('./agent.ts')).agent,
	registries: async () => (await import('./registries.ts')).registries,
};

/**
 * Loads definitions, and none of the code that they run.
 * @param first only the commands that begin with this word; all when none does
 */
export async function loadDefinitions(first?: string): Promise<Definitions> {
	const begun = commandNames.filter(name => wordsOf(name)[0] === first);
	const names = begun.length > 0 ? begun : commandNames;
	const loaded = await Promise.all([...new Set(names.map(name => commandGroups[name]))].map(group => groups[group]()));
	const definitions = new Map<string, Definition>(loaded.flatMap(({commands}) => Object.entries(commands)));
	const parents = new Map<string, string>(loaded.flatMap(group => Object.entries(group.parents)));
	const commands = names.flatMap(name => {
		const definition = definitions.get(name);
		return definition ? [[name, definition] as const] : [];
	});
	return {commands, parents};
}
