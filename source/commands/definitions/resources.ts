import {defineCommand, type Group} from './definition.ts';
import {applyingFlags, backupFlags, commonFlags, logFlags, resourceFlags, storeFlags, yesFlags} from './flags.ts';

/** Resources, their outputs and their backups. */
export const resources = {
	parents: {
		resource: 'Manage resources, such as databases, and their backups',
		'resource output': 'Show the values that a resource provides to services',
		'resource backup': 'Manage backups of a resource',
	},
	commands: {
		'resource list': defineCommand({
			description: 'List resources',
			flags: commonFlags,
			examples: [{line: 'resource list', text: 'List the resources of production with their state'}],
			run: async () => (await import('../resources/list.ts')).resourceList,
		}),
		'resource inspect': defineCommand({
			description: 'Show host, image and ports of a resource',
			flags: {...commonFlags, ...resourceFlags},
			examples: [{line: 'resource inspect --resource db', text: 'Show one resource'}],
			run: async () => (await import('../resources/list.ts')).resourceInspect,
		}),
		'resource logs': defineCommand({
			description: 'Print the last log lines of a running resource',
			flags: {
				...commonFlags,
				...resourceFlags,
				tail: {kind: 'text', value: 'lines', default: '100', description: 'Number of lines, at most 500'},
				...logFlags,
			},
			examples: [
				{line: 'resource logs --resource db --tail 50', text: 'Print the last 50 lines'},
				{line: 'resource logs --resource db --since 2026-01-31T12:00:00Z', text: 'Print lines from a time on'},
			],
			run: async () => (await import('../resources/logs.ts')).resourceLogs,
		}),
		'resource stop': defineCommand({
			description: 'Stop a resource and keep its data',
			flags: {...commonFlags, ...resourceFlags},
			examples: [{line: 'resource stop --resource db', text: 'Stop one resource'}],
			run: async () => {
				const {resourceLife} = await import('../resources/life.ts');
				return flags => resourceLife('stop', flags);
			},
		}),
		'resource start': defineCommand({
			description: 'Start a stopped resource and wait until it is ready',
			flags: {...commonFlags, ...resourceFlags},
			examples: [{line: 'resource start --resource db', text: 'Start one resource again'}],
			run: async () => {
				const {resourceLife} = await import('../resources/life.ts');
				return flags => resourceLife('start', flags);
			},
		}),
		'resource rotate': defineCommand({
			description: 'Change the password of a database and redeploy the services that use it',
			arguments: [
				{name: 'name', kind: 'text', names: 'resource', description: 'PostgreSQL, MySQL or MariaDB resource'},
			],
			flags: {...commonFlags, ...applyingFlags},
			examples: [
				{line: 'resource rotate db', text: 'Plan the rotation, ask, and do it'},
				{line: 'resource rotate db --env staging --auto-approve', text: 'Rotate without a question'},
			],
			run: async () => (await import('../resources/rotate.ts')).resourceRotate,
		}),
		'resource delete': defineCommand({
			description: 'Delete a resource and keep its data volumes',
			flags: {
				...commonFlags,
				...resourceFlags,
				'delete-data': {kind: 'boolean', description: 'Delete its data volumes too'},
				...yesFlags,
			},
			examples: [
				{line: 'resource delete --resource db', text: 'Remove the container, and keep the data'},
				{line: 'resource delete --resource db --delete-data', text: 'Remove the data too'},
			],
			run: async () => (await import('../resources/life.ts')).resourceDelete,
		}),
		'resource output list': defineCommand({
			description: 'List outputs of a resource, with sensitive values hidden',
			flags: {...commonFlags, ...resourceFlags},
			examples: [{line: 'resource output list --resource db', text: 'List what services can take from it'}],
			run: async () => (await import('../resources/output.ts')).resourceOutputList,
		}),
		'resource output show': defineCommand({
			description: 'Show one output',
			arguments: [{name: 'name', kind: 'text'}],
			flags: {
				...commonFlags,
				...resourceFlags,
				reveal: {kind: 'boolean', description: 'Show a sensitive value (audited)'},
			},
			examples: [
				{line: 'resource output show host --resource db', text: 'Print one value'},
				{line: 'resource output show connection-url --resource db --reveal', text: 'Print a sensitive value'},
			],
			run: async () => (await import('../resources/output.ts')).resourceOutputShow,
		}),
		'resource backup create': defineCommand({
			description: 'Create a backup',
			flags: {...commonFlags, ...resourceFlags, ...storeFlags('Also store it there, sealed')},
			examples: [
				{line: 'resource backup create --resource db', text: 'Back up one resource, and wait for it'},
				{line: 'resource backup create --resource db --store offsite', text: 'Store the backup on another machine too'},
				{line: 'resource backup create --resource web.uploads', text: 'Back up the volume uploads of the service web'},
			],
			run: async () => (await import('../resources/backup.ts')).resourceBackupCreate,
		}),
		'resource backup list': defineCommand({
			description: 'List backups, newest first, and the schedule',
			flags: {
				...commonFlags,
				resource: {kind: 'text', names: 'resource', value: 'name', description: 'Resource; needed without --store'},
				...storeFlags('List what this store holds instead'),
			},
			examples: [
				{line: 'resource backup list --resource db', text: 'List the backups of one resource'},
				{line: 'resource backup list --store offsite', text: 'List what a store holds, also on a new machine'},
			],
			run: async () => (await import('../resources/backup-list.ts')).resourceBackupList,
		}),
		'resource backup show': defineCommand({
			description: 'Show a backup and its manifest',
			flags: {...commonFlags, ...backupFlags},
			examples: [
				{line: 'resource backup show --backup rbak_1m7vmrwya78dkb0', text: 'Show its size, checksum and file'},
			],
			run: async () => (await import('../resources/backup.ts')).resourceBackupShow,
		}),
		'resource backup restore': defineCommand({
			description: 'Restore a backup, in place or as a new resource',
			flags: {
				...commonFlags,
				...backupFlags,
				resource: {
					kind: 'text',
					names: 'resource',
					value: 'name',
					description: 'Replace the data of this resource, after backing it up',
				},
				as: {kind: 'text', value: 'name', description: 'Restore into a new resource with this name'},
				...storeFlags('Fetch the backup from this store'),
				...yesFlags,
			},
			examples: [
				{
					line: 'resource backup restore --resource db --backup rbak_1m7vmrwya78dkb0',
					text: 'Replace the data of a resource',
				},
				{
					line: 'resource backup restore --backup rbak_1m7vmrwya78dkb0 --as db-restored',
					text: 'Restore into a new resource, beside the old one',
				},
				{
					line: 'resource backup restore --resource db --backup rbak_1m7vmrwya78dkb0 --store offsite',
					text: 'Restore what a store holds',
				},
			],
			run: async () => (await import('../resources/restore.ts')).resourceBackupRestore,
		}),
		'resource backup verify': defineCommand({
			description: 'Verify a backup by restoring it into a temporary container',
			flags: {...commonFlags, ...backupFlags, ...storeFlags('Verify the copy in this store')},
			examples: [
				{line: 'resource backup verify --backup rbak_1m7vmrwya78dkb0', text: 'Exit with 1 when it cannot be restored'},
			],
			run: async () => (await import('../resources/backup.ts')).resourceBackupVerify,
		}),
		'resource backup run-due': defineCommand({
			description: 'Create the scheduled backups that are due',
			flags: commonFlags,
			examples: [{line: 'resource backup run-due', text: 'Let a crontab call this every minute'}],
			run: async () => (await import('../resources/backup.ts')).resourceBackupRunDue,
		}),
	},
} as const satisfies Group<'resources'>;
