import {defaultEnvironment} from '../../command-names.ts';
import {defineCommand, type Group} from './definition.ts';
import {applyingFlags, commonFlags, outputFlags, reachFlags} from './flags.ts';

export const environments = {
	parents: {environment: 'Manage environments of this project'},
	commands: {
		'environment create': defineCommand({
			description: 'Create an environment, and choose its engine',
			arguments: [{name: 'name', kind: 'text'}],
			flags: {
				engine: {
					kind: 'text',
					names: 'machine',
					value: 'machine',
					description: 'Machine from compartment machine list (default: the engine of the docker client)',
				},
				state: {
					kind: 'choice',
					value: 'place',
					choices: ['local', 'engine'],
					description: 'Keep its state in this folder, or on the engine, where others can work with it',
				},
				'public-url': {
					kind: 'text',
					value: 'url',
					description: 'Where users reach its main service, such as https://shop.example.com, or none',
				},
				...reachFlags,
				...outputFlags,
			},
			examples: [
				{line: 'environment create production --engine web1', text: 'Let production run on the machine web1'},
				{
					line: 'environment create production --public-url https://shop.example.com',
					text: 'Let users reach its main service through a proxy in front of it',
				},
				{line: 'environment create staging --state engine', text: 'Share its state through the engine'},
				{line: 'environment create staging', text: 'Keep staging on this engine, whatever DOCKER_HOST says later'},
			],
			run: async () => (await import('../environments/create.ts')).environmentCreate,
		}),
		'environment list': defineCommand({
			description: 'List environments that have a state here or on their engine',
			flags: {...outputFlags, ...reachFlags},
			examples: [{line: 'environment list', text: 'List the environments of the project'}],
			run: async () => (await import('../environments/list.ts')).environmentList,
		}),
		'environment show': defineCommand({
			description: 'Show what belongs to an environment',
			arguments: [{name: 'name', kind: 'text', names: 'environment', isOptional: true, description: 'Same as --env'}],
			flags: commonFlags,
			examples: [{line: 'environment show staging', text: 'Show its networks, services, volumes and addresses'}],
			run: async () => (await import('../environments/show.ts')).environmentShow,
		}),
		'environment diff': defineCommand({
			description: 'Compare two environments: images, configuration, variables and routes',
			arguments: [
				{name: 'from', kind: 'text', names: 'environment'},
				{
					name: 'to',
					kind: 'text',
					names: 'environment',
					isOptional: true,
					default: defaultEnvironment,
					description: 'Environment to compare it with',
				},
			],
			flags: {
				'detailed-exitcode': {kind: 'boolean', description: 'Exit with 2 if they differ'},
				...reachFlags,
				...outputFlags,
			},
			examples: [
				{line: 'environment diff staging', text: 'Show what differs between staging and production'},
				{line: 'environment diff qa staging --json', text: 'The same of two others, as a document'},
			],
			run: async () => (await import('../environments/diff.ts')).environmentDiff,
		}),
		'environment delete': defineCommand({
			description: 'Destroy an environment with its data and its state',
			arguments: [{name: 'name', kind: 'text', names: 'environment'}],
			flags: {...outputFlags, ...reachFlags, ...applyingFlags},
			examples: [{line: 'environment delete preview', text: 'Delete it with its volumes, history and variables'}],
			run: async () => (await import('../environments/delete.ts')).environmentDelete,
		}),
		'environment prune': defineCommand({
			description: 'Destroy the environments whose --expires is over',
			flags: {...outputFlags, ...reachFlags, ...applyingFlags},
			examples: [
				{line: 'environment prune', text: 'Show and destroy each of them'},
				{line: 'environment prune --auto-approve', text: 'The same from a schedule of CI, which nobody watches'},
			],
			run: async () => (await import('../environments/prune.ts')).environmentPrune,
		}),
	},
} as const satisfies Group<'environments'>;
