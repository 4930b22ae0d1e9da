import {defineCommand, type Group} from './definition.ts';
import {applyingFlags, commonFlags, labelFlags} from './flags.ts';

/** Containers that Compartment did not make. */
export const adoption = {
	parents: {},
	commands: {
		adopt: defineCommand({
			description: 'Take over containers that run already, with their data',
			arguments: [
				{
					name: 'containers',
					kind: 'text',
					isOptional: true,
					isVariadic: true,
					description: 'CONTAINER, or CONTAINER=NAME with the service or resource that it becomes',
				},
			],
			flags: {
				...commonFlags,
				compose: {kind: 'text', value: 'project', description: 'All containers of this Compose project'},
				'in-place': {
					kind: 'boolean',
					description: 'Keep matching containers of a Compose project as they are',
				},
				full: {kind: 'boolean', description: 'Show unchanged objects and full-length values'},
				...applyingFlags,
				...labelFlags,
			},
			examples: [
				{line: 'adopt --compose shop', text: 'Take over a Compose project that compartment.yml describes'},
				{line: 'adopt postgres-1=db', text: 'Take over one container as the resource db'},
				{line: 'adopt --compose shop --auto-approve --json', text: 'Do not ask, and print events as JSON lines'},
			],
			run: async () => (await import('../deploy/adopt.ts')).adopt,
		}),
	},
} as const satisfies Group<'adoption'>;
