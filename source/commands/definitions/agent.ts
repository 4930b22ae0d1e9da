import {defineCommand, type Group} from './definition.ts';
import {outputFlags, reachFlags} from './flags.ts';

const folder = {
	name: 'folder',
	kind: 'text',
	names: 'folder',
	isOptional: true,
	description: 'Folder of a project (default: this one)',
} as const;

const {remote} = reachFlags;

/** How an agent is installed; a unit of the user without either, or of the system for root. */
const installFlags = {
	system: {kind: 'boolean', description: 'As a unit of the system, which runs as root; the default for root'},
	container: {kind: 'boolean', description: 'As a container on the engine of this machine'},
} as const;

/** Commands on what keeps environments running while nobody is typing. */
export const agent = {
	parents: {agent: 'Keep registered projects running while nobody is typing'},
	commands: {
		'agent run': defineCommand({
			description: 'Run the agent of this engine until it is stopped',
			flags: {remote, ...outputFlags},
			examples: [
				{line: 'agent run', text: 'Look after all registered projects of this engine'},
				{line: 'agent run --json', text: 'Print each event as a JSON line'},
			],
			run: async () => (await import('../agent/run.ts')).agentRun,
		}),
		'agent status': defineCommand({
			description: 'Show whether agents run, what they did last, and what comes next',
			flags: outputFlags,
			examples: [{line: 'agent status', text: 'Show the agents of this machine'}],
			run: async () => (await import('../agent/status.ts')).agentStatus,
		}),
		'agent add': defineCommand({
			description: 'Register a project, so that agents look after its environments',
			arguments: [folder],
			flags: outputFlags,
			examples: [
				{line: 'agent add', text: 'Register the project of this folder'},
				{line: 'agent add ../shop', text: 'Register another one'},
			],
			run: async () => (await import('../agent/projects.ts')).agentAdd,
		}),
		'agent remove': defineCommand({
			description: 'Remove a project from the registered ones; what runs keeps running',
			arguments: [folder],
			flags: outputFlags,
			examples: [{line: 'agent remove', text: 'Let agents leave the project of this folder alone'}],
			run: async () => (await import('../agent/projects.ts')).agentRemove,
		}),
		'agent list': defineCommand({
			description: 'List the registered projects',
			flags: outputFlags,
			examples: [{line: 'agent list', text: 'List folders and their environments'}],
			run: async () => (await import('../agent/projects.ts')).agentList,
		}),
		'agent install': defineCommand({
			description: 'Start the agent with the machine, as a systemd unit or a container',
			flags: {...installFlags, remote, ...outputFlags},
			examples: [
				{line: 'agent install', text: 'Run it as a systemd unit of your user'},
				{line: 'agent install --container', text: 'Run it as a container, where there is no systemd'},
			],
			run: async () => (await import('../agent/install.ts')).agentInstall,
		}),
		'agent uninstall': defineCommand({
			description: 'Stop and remove the installed agent; what it looks after keeps running',
			flags: {...installFlags, remote, ...outputFlags},
			examples: [{line: 'agent uninstall', text: 'Remove the systemd unit of your user'}],
			run: async () => (await import('../agent/install.ts')).agentUninstall,
		}),
	},
} as const satisfies Group<'agent'>;
