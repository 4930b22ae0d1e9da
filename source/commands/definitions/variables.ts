import {defineCommand, type Group} from './definition.ts';
import {commonFlags, targetFlags} from './flags.ts';

const key = {name: 'key', kind: 'text', names: 'variable'} as const;

const recipient = {name: 'recipient', kind: 'text', description: 'Recipient, such as age1…'} as const;

/** Variables, secrets, and the access password. */
export const variables = {
	parents: {
		variable: 'Manage values and secrets of an environment, a service or a resource',
		'variable recipients': 'Manage the recipients of sensitive values',
		access: 'Manage the access password of services that are not public',
	},
	commands: {
		'variable set': defineCommand({
			description: 'Set a variable for the next apply',
			arguments: [key, {name: 'value', kind: 'text', isOptional: true, description: 'Value; prompted for if omitted'}],
			flags: {
				...commonFlags,
				...targetFlags,
				sensitive: {kind: 'boolean', description: 'Encrypt the value and never show it again'},
				plain: {kind: 'boolean', description: 'Make a sensitive variable plain'},
				stdin: {kind: 'boolean', description: 'Read the value from standard input'},
				'from-resource': {
					kind: 'text',
					value: 'resource.output',
					description: 'Use the value of a resource output',
				},
			},
			examples: [
				{line: 'variable set LOG_LEVEL debug --service api', text: 'Set a plain value for one service'},
				{
					line: 'printf "%s" "$TOKEN" | compartment variable set TOKEN --sensitive --stdin',
					text: 'Set a secret without leaving it in the shell history',
				},
				{
					line: 'variable set DATABASE_URL --service api --from-resource db.connection-url',
					text: 'Use the output of a resource',
				},
			],
			run: async () => (await import('../variables/set.ts')).variableSet,
		}),
		'variable list': defineCommand({
			description: 'List variables and their sources',
			flags: {...commonFlags, ...targetFlags},
			examples: [
				{line: 'variable list', text: 'List the variables of the environment'},
				{line: 'variable list --service api', text: 'List what one service gets'},
			],
			run: async () => (await import('../variables/list.ts')).variableList,
		}),
		'variable show': defineCommand({
			description: 'Show a variable, with a sensitive value hidden',
			arguments: [key],
			flags: {...commonFlags, ...targetFlags},
			examples: [{line: 'variable show LOG_LEVEL', text: 'Print one variable and its source'}],
			run: async () => (await import('../variables/list.ts')).variableShow,
		}),
		'variable remove': defineCommand({
			description: 'Remove a variable',
			arguments: [key],
			flags: {...commonFlags, ...targetFlags},
			examples: [{line: 'variable remove LOG_LEVEL --service api', text: 'Remove a variable of one service'}],
			run: async () => (await import('../variables/list.ts')).variableRemove,
		}),
		'variable import': defineCommand({
			description: 'Import a dotenv file atomically',
			flags: {
				...commonFlags,
				...targetFlags,
				file: {kind: 'text', names: 'file', value: 'path', isRequired: true, description: 'Dotenv file'},
				replace: {kind: 'boolean', description: 'Overwrite existing variables'},
				sensitive: {kind: 'boolean', description: 'Make all of them sensitive'},
			},
			examples: [{line: 'variable import --file .env --service api', text: 'Import all of a file, or nothing'}],
			run: async () => (await import('../variables/import.ts')).variableImport,
		}),
		'variable run': defineCommand({
			description: 'Run a local command with the variables (default environment: development)',
			arguments: [{name: 'command', kind: 'text', isOptional: true, isVariadic: true, description: 'Command after --'}],
			flags: {
				...commonFlags,
				...targetFlags,
				'allow-production': {kind: 'boolean', description: 'Allow the environment production'},
			},
			examples: [
				{line: 'variable run -- npm run dev', text: 'Run a command with the variables of development'},
				{
					line: 'variable run --env production --allow-production --service api -- node task.js',
					text: 'Run it with those of one service in production',
				},
			],
			run: async () => (await import('../variables/run.ts')).variableRun,
		}),
		'variable recipients list': defineCommand({
			description: 'List the age recipients of an environment',
			flags: commonFlags,
			examples: [{line: 'variable recipients list', text: 'List who can read the sensitive values'}],
			run: async () => {
				const {variableRecipients} = await import('../variables/recipients.ts');
				return flags => variableRecipients('list', undefined, flags);
			},
		}),
		'variable recipients show': defineCommand({
			description: 'Show your own recipient, for an existing recipient to add',
			flags: commonFlags,
			examples: [{line: 'variable recipients show', text: 'Print your recipient, to send to a colleague'}],
			run: async () => {
				const {variableRecipients} = await import('../variables/recipients.ts');
				return flags => variableRecipients('show', undefined, flags);
			},
		}),
		'variable recipients add': defineCommand({
			description: 'Add a recipient and encrypt all sensitive values again',
			arguments: [recipient],
			flags: commonFlags,
			examples: [{line: 'variable recipients add age1…', text: 'Let a colleague read the values'}],
			run: async () => {
				const {variableRecipients} = await import('../variables/recipients.ts');
				return (added, flags) => variableRecipients('add', added, flags);
			},
		}),
		'variable recipients remove': defineCommand({
			description: 'Remove a recipient and encrypt all sensitive values again',
			arguments: [recipient],
			flags: commonFlags,
			examples: [{line: 'variable recipients remove age1…', text: 'Encrypt the values for all others'}],
			run: async () => {
				const {variableRecipients} = await import('../variables/recipients.ts');
				return (removed, flags) => variableRecipients('remove', removed, flags);
			},
		}),
		'access show': defineCommand({
			description: 'Show the access password and sign-in links',
			flags: commonFlags,
			examples: [{line: 'access show', text: 'Print the access password of production'}],
			run: async () => (await import('../variables/access-show.ts')).accessShow,
		}),
		'access rotate': defineCommand({
			description: 'Change the access password',
			flags: commonFlags,
			examples: [{line: 'access rotate', text: 'Replace the password without losing a request'}],
			run: async () => (await import('../variables/access-rotate.ts')).accessRotate,
		}),
	},
} as const satisfies Group<'variables'>;
