import {defineCommand, type Group} from './definition.ts';
import {commonFlags, yesFlags} from './flags.ts';

const volume = [
	{name: 'volume', kind: 'text', names: 'volume', description: 'As volume list names it, such as web.uploads'},
] as const;

/** Volumes of services and resources. */
export const volumes = {
	parents: {volume: 'Show the volumes of services and resources, and delete those that nothing uses'},
	commands: {
		'volume list': defineCommand({
			description: 'List volumes, where they are mounted and what uses them',
			flags: commonFlags,
			examples: [{line: 'volume list', text: 'List the volumes of production'}],
			run: async () => (await import('../volumes/list.ts')).volumeList,
		}),
		'volume release': defineCommand({
			description: 'Let a service go on without a volume, and keep its data',
			arguments: volume,
			flags: commonFlags,
			examples: [{line: 'volume release web.uploads', text: 'After it was removed from compartment.yml'}],
			run: async () => (await import('../volumes/life.ts')).volumeRelease,
		}),
		'volume delete': defineCommand({
			description: 'Delete a volume that nothing uses, with its data',
			arguments: volume,
			flags: {...commonFlags, ...yesFlags},
			examples: [{line: 'volume delete web.uploads', text: 'Delete the data of a released volume'}],
			run: async () => (await import('../volumes/life.ts')).volumeDelete,
		}),
	},
} satisfies Group<'volumes'>;
