import {defineCommand, type Group} from './definition.ts';
import {outputFlags} from './flags.ts';

/** Commands on the project's files. */
export const project = {
	parents: {},
	commands: {
		init: defineCommand({
			description: 'Create a compartment.yml',
			flags: {
				...outputFlags,
				name: {kind: 'text', value: 'slug', description: 'Project name (default: the name of the folder)'},
			},
			examples: [
				{line: 'init', text: 'Look at this folder, and write a file for it'},
				{line: 'init --name internal-tools', text: 'Choose the name of the project'},
			],
			run: async () => (await import('../project/init.ts')).init,
		}),
		import: defineCommand({
			description: 'Make a compartment.yml from a Compose file or a Cynchro app',
			arguments: [
				{
					name: 'files',
					kind: 'text',
					names: 'file',
					isVariadic: true,
					description: 'Compose file or Cynchro app, as YAML or JSON; further Compose files are merged over it',
				},
			],
			flags: {
				...outputFlags,
				name: {kind: 'text', value: 'slug', description: 'Project name (default: what the file says, else its folder)'},
				profile: {kind: 'repeated', value: 'name', description: 'Also services of this Compose profile (repeatable)'},
				'dry-run': {kind: 'boolean', description: 'Print compartment.yml, and write nothing'},
				force: {kind: 'boolean', description: 'Replace a compartment.yml that is there'},
				'set-variables': {
					kind: 'boolean',
					description: 'Store the sensitive values of the file as variables, encrypted',
				},
			},
			examples: [
				{line: 'import compose.yaml', text: 'Write a compartment.yml, and list what it cannot carry over'},
				{line: 'import compose.yaml --dry-run', text: 'Only show what it would write'},
				{
					line: 'import compose.yaml compose.prod.yaml',
					text: 'Merge the second file over the first, as docker compose -f does',
				},
				{line: 'import compose.yaml --profile debug', text: 'Include the services of a profile'},
				{line: 'import app.json --set-variables', text: 'Import a Cynchro app with the values of its variables'},
			],
			run: async () => (await import('../project/import.ts')).importProject,
		}),
		validate: defineCommand({
			description: 'Check compartment.yml and compartment.routes.yml',
			flags: outputFlags,
			examples: [{line: 'validate', text: 'Report every mistake at once'}],
			run: async () => (await import('../project/validate.ts')).validate,
		}),
		schema: defineCommand({
			description: 'Print the JSON Schema of compartment.yml or compartment.routes.yml',
			arguments: [
				{
					name: 'file',
					kind: 'choice',
					choices: ['compartment', 'routes'],
					default: 'compartment',
					isOptional: true,
					description: 'File to describe',
				},
			],
			flags: {},
			examples: [
				{line: 'schema > compartment.schema.json', text: 'Save the schema of compartment.yml'},
				{line: 'schema routes', text: 'Print the schema of compartment.routes.yml'},
			],
			run: async () => (await import('../project/schema.ts')).schema,
		}),
		completion: defineCommand({
			description: 'Print the script that makes a shell complete commands, flags and names',
			arguments: [{name: 'shell', kind: 'choice', choices: ['bash', 'zsh', 'fish'], description: 'Your shell'}],
			flags: {},
			examples: [
				{line: 'completion bash > ~/.local/share/bash-completion/completions/compartment', text: 'For bash'},
				{line: 'completion zsh > ~/.zfunc/_compartment', text: 'For zsh, with ~/.zfunc in its fpath'},
				{line: 'completion fish > ~/.config/fish/completions/compartment.fish', text: 'For fish'},
			],
			run: async () => (await import('../project/completion.ts')).completion,
		}),
	},
} as const satisfies Group<'project'>;
