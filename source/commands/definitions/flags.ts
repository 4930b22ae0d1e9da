import {usualParallelism} from '../../parallelism.ts';
import type {Flags} from './definition.ts';
import {parseEnvironment} from './parse.ts';

/** How a command prints. */
export const outputFlags = {
	output: {kind: 'choice', value: 'format', choices: ['text', 'json'], description: 'Output format'},
	json: {kind: 'boolean', description: 'Same as --output json'},
	color: {kind: 'boolean', isNegated: true, description: 'Disable colours (same as NO_COLOR=1)'},
} as const satisfies Flags;

/** Where the project and its engine are, and how long to wait for another command on the environment. */
export const reachFlags = {
	project: {
		kind: 'text',
		names: 'folder',
		value: 'name|folder',
		description: 'Project name, or the folder of its compartment.yml',
	},
	remote: {
		kind: 'text',
		names: 'machine',
		value: 'engine',
		description: 'Machine, docker context, or address such as ssh://user@host',
	},
	'lock-timeout': {
		kind: 'duration',
		value: 'time',
		description: 'Time to wait for another command, such as 30s',
	},
} as const satisfies Flags;

/** What most commands take. */
export const commonFlags = {
	env: {
		kind: 'custom',
		names: 'environment',
		value: 'name',
		parse: parseEnvironment,
		description: 'Environment (default: production)',
	},
	...reachFlags,
	...outputFlags,
} as const satisfies Flags;

export const serviceFlags = {
	service: {kind: 'repeated', names: 'service', value: 'name', description: 'Only this service (repeatable)'},
} as const satisfies Flags;

export const accessibleFlags = {
	accessible: {
		kind: 'boolean',
		description: 'Print plain words for screen readers (same as INK_SCREEN_READER=true)',
	},
} as const satisfies Flags;

/** What state commands take that ask before they change something. */
export const confirmFlags = {
	'auto-approve': {kind: 'boolean', description: 'Do not ask for confirmation'},
} as const satisfies Flags;

/** What commands take that plan, ask and do. */
export const applyingFlags = {
	'auto-approve': {kind: 'boolean', description: 'Do not ask for approval'},
	yes: {kind: 'boolean', implies: 'auto-approve', isHidden: true, description: 'Same as --auto-approve'},
	parallelism: {
		kind: 'number',
		value: 'count',
		least: 1,
		most: 100,
		default: usualParallelism,
		description: 'Maximum number of concurrent steps',
	},
	plain: {kind: 'boolean', description: 'Print lines instead of the screen'},
	...accessibleFlags,
} as const satisfies Flags;

/** What commands take that delete or overwrite one resource: their flag is called `--yes`. */
export const yesFlags = {
	yes: {kind: 'boolean', description: 'Do not ask for confirmation'},
	'auto-approve': {kind: 'boolean', implies: 'yes', isHidden: true, description: 'Same as --yes'},
} as const satisfies Flags;

export const labelFlags = {
	label: {kind: 'text', value: 'text', description: 'Note to keep with the deployment'},
} as const satisfies Flags;

/** One service or resource instead of the environment. */
export const targetFlags = {
	service: {kind: 'text', names: 'service', value: 'name', description: 'Service of the variable'},
	resource: {kind: 'text', names: 'resource', value: 'name', description: 'Resource of the variable'},
} as const satisfies Flags;

export const resourceFlags = {
	resource: {kind: 'text', names: 'resource', value: 'name', isRequired: true, description: 'Resource'},
} as const satisfies Flags;

export const backupFlags = {
	backup: {
		kind: 'text',
		names: 'backup',
		value: 'id',
		isRequired: true,
		description: 'Backup, such as rbak_1m7vmrwya78dkb0',
	},
} as const satisfies Flags;

export const storeFlags = (description: string) =>
	({store: {kind: 'text', names: 'store', value: 'name', description}}) as const satisfies Flags;

export const logFlags = {
	since: {
		kind: 'text',
		value: 'time',
		description: 'Start at this time, such as 2026-01-31T12:00:00Z or 10m',
	},
	raw: {kind: 'boolean', description: 'Show sensitive values (audited)'},
} as const satisfies Flags;
