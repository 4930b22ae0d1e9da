import {defineCommand, type Group} from './definition.ts';
import {outputFlags} from './flags.ts';

const name = {name: 'name', kind: 'text', names: 'store', description: 'Name of the store, such as offsite'} as const;

/** The user's stores of backups on other machines. */
export const backups = {
	parents: {
		backup: 'Manage where backups are stored',
		'backup store': 'Manage stores of backups on other machines',
	},
	commands: {
		'backup store add': defineCommand({
			description: 'Add a store to your settings, after writing to it and reading from it',
			arguments: [
				name,
				{
					name: 'url',
					kind: 'text',
					description: 's3://BUCKET/PREFIX or ssh://USER@HOST:PORT/PATH; ~/PATH is below the home folder',
				},
			],
			flags: {
				endpoint: {kind: 'text', value: 'url', description: 'Address of an S3 service other than that of AWS'},
				region: {kind: 'text', value: 'name', description: 'Region of the bucket (default: us-east-1)'},
				'access-key': {
					kind: 'text',
					value: 'id',
					description:
						'Access key to keep, with its secret from a prompt or standard input (default: AWS_ACCESS_KEY_ID)',
				},
				stdin: {kind: 'boolean', description: 'Read the secret access key from standard input'},
				profile: {kind: 'text', value: 'name', description: 'Profile in ~/.aws/credentials, instead of an access key'},
				...outputFlags,
			},
			examples: [
				{
					line: 'backup store add offsite s3://acme-backups/shop --region eu-central-1 --access-key AKIAIOSFODNN7EXAMPLE',
					text: 'Keep a bucket with its access key',
				},
				{
					line: 'backup store add offsite s3://acme-backups --endpoint https://s3.example.com',
					text: 'Use another S3 service, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
				},
				{line: 'backup store add nas ssh://backup@nas.example.com/srv/backups', text: 'Use a machine that ssh reaches'},
			],
			run: async () => (await import('../backups/add.ts')).backupStoreAdd,
		}),
		'backup store list': defineCommand({
			description: 'List the stores of your settings',
			flags: outputFlags,
			examples: [{line: 'backup store list', text: 'See where backups can be stored'}],
			run: async () => (await import('../backups/list.ts')).backupStoreList,
		}),
		'backup store show': defineCommand({
			description: 'Show a store, and whether it can be used',
			arguments: [name],
			flags: outputFlags,
			examples: [{line: 'backup store show offsite', text: 'Exit with 1 when it cannot be used'}],
			run: async () => (await import('../backups/show.ts')).backupStoreShow,
		}),
		'backup store remove': defineCommand({
			description: 'Remove a store from your settings, and nothing from the store',
			arguments: [name],
			flags: outputFlags,
			examples: [{line: 'backup store remove offsite', text: 'Forget the store and its access key'}],
			run: async () => (await import('../backups/remove.ts')).backupStoreRemove,
		}),
	},
} as const satisfies Group<'backups'>;
