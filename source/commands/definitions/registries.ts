import {defineCommand, type Group} from './definition.ts';
import {outputFlags, reachFlags} from './flags.ts';

const host = {
	name: 'host',
	kind: 'text',
	isOptional: true,
	description: 'Registry, such as ghcr.io or registry.example.com:5000 (default: docker.io)',
} as const;

/** Words for the registries in docker's configuration. */
export const registries = {
	parents: {registry: 'Manage the credentials of image registries, which docker shares'},
	commands: {
		'registry login': defineCommand({
			description: "Check credentials at a registry, and store them in docker's configuration",
			arguments: [host],
			flags: {
				username: {kind: 'text', value: 'name', description: 'User (default: ask)'},
				'password-stdin': {kind: 'boolean', description: 'Read the password from standard input (default: ask)'},
				remote: reachFlags.remote,
				...outputFlags,
			},
			examples: [
				{line: 'registry login ghcr.io --username octocat', text: 'Enter the password at a prompt'},
				{
					line: 'printf %s "$TOKEN" | compartment registry login registry.example.com --username ci --password-stdin',
					text: 'Log in from a script',
				},
			],
			run: async () => (await import('../registries/login.ts')).registryLogin,
		}),
		'registry list': defineCommand({
			description: 'List the registries that you are logged in to, without passwords',
			flags: outputFlags,
			examples: [{line: 'registry list', text: 'See hosts, users, and where their passwords are stored'}],
			run: async () => (await import('../registries/list.ts')).registryList,
		}),
		'registry logout': defineCommand({
			description: "Remove the credentials of a registry from docker's configuration",
			arguments: [host],
			flags: outputFlags,
			examples: [{line: 'registry logout ghcr.io', text: 'Forget user and password'}],
			run: async () => (await import('../registries/logout.ts')).registryLogout,
		}),
	},
} as const satisfies Group<'registries'>;
