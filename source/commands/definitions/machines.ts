import {defineCommand, type Group} from './definition.ts';
import {outputFlags} from './flags.ts';

const name = {
	name: 'name',
	kind: 'text',
	names: 'machine',
	description: 'Machine from compartment machine list',
} as const;

/** The machines whose engines run environments. */
export const machines = {
	parents: {machine: 'Manage machines with engines'},
	commands: {
		'machine add': defineCommand({
			description: 'Add a machine, or change its address',
			arguments: [
				{name: 'name', kind: 'text', description: 'Name for it, such as web1'},
				{name: 'address', kind: 'text', description: 'Address, such as ssh://deploy@web1 or tcp://10.0.0.5:2376'},
			],
			flags: {
				setting: {
					kind: 'repeated',
					value: 'name=value',
					description: 'Setting for this machine only, such as routerPort=80 (repeatable)',
				},
				certificates: {
					kind: 'text',
					names: 'folder',
					value: 'folder',
					description: 'Folder with ca.pem, cert.pem and key.pem, for an address with tcp',
				},
				...outputFlags,
			},
			examples: [
				{line: 'machine add web1 ssh://deploy@web1.example.com', text: 'Add a machine that you reach with ssh'},
				{
					line: 'machine add web1 ssh://deploy@web1 --setting routerListen=0.0.0.0 --setting routerPort=80',
					text: 'Let its router listen where browsers look for it',
				},
			],
			run: async () => (await import('../machines/add.ts')).machineAdd,
		}),
		'machine list': defineCommand({
			description: 'List machines and the environments on them',
			flags: outputFlags,
			examples: [{line: 'machine list', text: 'List every machine'}],
			run: async () => (await import('../machines/list.ts')).machineList,
		}),
		'machine show': defineCommand({
			description: 'Show a machine, its engine and its settings',
			arguments: [name],
			flags: outputFlags,
			examples: [{line: 'machine show web1', text: 'Show its address, engine and environments'}],
			run: async () => (await import('../machines/show.ts')).machineShow,
		}),
		'machine doctor': defineCommand({
			description: 'Check what Compartment needs on a machine',
			arguments: [name],
			flags: outputFlags,
			examples: [{line: 'machine doctor web1', text: 'Check its engine, disk, clock, ports and firewall'}],
			run: async () => (await import('../machines/doctor.ts')).machineDoctor,
		}),
		'machine prepare': defineCommand({
			description: 'Install Docker on a machine with Debian or Ubuntu, over ssh',
			arguments: [
				{
					name: 'machine',
					kind: 'text',
					names: 'machine',
					description: 'Machine from compartment machine list, or ssh://user@host',
				},
			],
			flags: {
				yes: {kind: 'boolean', description: 'Do not ask for confirmation'},
				'dry-run': {kind: 'boolean', description: 'Only show the commands'},
				...outputFlags,
			},
			examples: [
				{line: 'machine prepare ssh://deploy@web1 --dry-run', text: 'Show what would be run there'},
				{line: 'machine prepare web1', text: 'Show it, ask, and run it'},
			],
			run: async () => (await import('../machines/prepare.ts')).machinePrepare,
		}),
		'machine remove': defineCommand({
			description: 'Forget a machine',
			arguments: [name],
			flags: {
				force: {kind: 'boolean', description: 'Even if environments run on it'},
				...outputFlags,
			},
			examples: [{line: 'machine remove web1', text: 'Remove it from your settings; what runs there keeps running'}],
			run: async () => (await import('../machines/remove.ts')).machineRemove,
		}),
	},
} as const satisfies Group<'machines'>;
