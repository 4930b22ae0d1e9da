import {defineCommand, type Group} from './definition.ts';
import {applyingFlags, commonFlags, confirmFlags, labelFlags, serviceFlags} from './flags.ts';
import {parseExpires} from './parse.ts';

const planningFlags = {
	...commonFlags,
	...serviceFlags,
	rebuild: {kind: 'boolean', description: 'Rebuild images even if nothing changed'},
	replace: {
		kind: 'repeated',
		names: 'address',
		value: 'address',
		description: 'Replace this object even if nothing changed (repeatable)',
	},
	full: {kind: 'boolean', description: 'Show unchanged objects and full-length values'},
} as const;

const lifetimeFlags = {
	expires: {
		kind: 'custom',
		value: 'time',
		parse: parseExpires,
		description: 'Let an agent destroy the environment after this time, such as 3d, or never',
	},
	'expires-data': {kind: 'boolean', description: 'With --expires: delete its data volumes then too'},
} as const;

const deployingFlags = {
	...planningFlags,
	...lifetimeFlags,
	...applyingFlags,
	hold: {kind: 'boolean', description: 'Hold ready candidates for promote instead of making them active'},
	release: {
		kind: 'choice',
		value: 'what',
		choices: ['again', 'done'],
		description: 'Run an interrupted release command again, or count it as done',
	},
	...labelFlags,
} as const;

const savedPlan = {
	name: 'plan',
	kind: 'text',
	names: 'file',
	isOptional: true,
	description: 'File written by compartment plan --out',
} as const;

/** Commands that change what runs, and the plan of it. */
export const deploy = {
	parents: {job: 'Run jobs and show their runs'},
	commands: {
		plan: defineCommand({
			description: 'Show what an apply would change, and why',
			flags: {
				...planningFlags,
				...lifetimeFlags,
				out: {kind: 'text', names: 'file', value: 'file', description: 'Save the plan to a file for apply'},
				'refresh-only': {kind: 'boolean', description: 'Only show changes made outside Compartment'},
				destroy: {kind: 'boolean', description: 'Show what destroy would do'},
				markdown: {kind: 'boolean', description: 'Print Markdown, for the comment of a pull request'},
				graph: {kind: 'boolean', description: 'Show the steps of an apply and their dependencies'},
				'detailed-exitcode': {kind: 'boolean', description: 'Exit with 2 if there are changes'},
			},
			examples: [
				{line: 'plan', text: 'Show what would change in production'},
				{line: 'plan --env staging --service web', text: 'Plan one service of another environment'},
				{line: 'plan --out next.plan && compartment apply next.plan', text: 'Apply exactly the plan that was saved'},
				{line: 'plan --markdown > plan.md', text: 'Write what a pull request would change as a comment'},
				{line: 'plan --detailed-exitcode', text: 'Exit with 0 without changes, and with 2 when there are some'},
			],
			run: async () => (await import('../deploy/plan.ts')).plan,
		}),
		apply: defineCommand({
			description: 'Plan, ask for approval, and apply',
			arguments: [savedPlan],
			flags: deployingFlags,
			examples: [
				{line: 'apply', text: 'Plan, ask, and change production'},
				{line: 'apply --env staging', text: 'Work on another environment'},
				{line: 'apply --env pr-42 --expires 3d', text: 'Let an agent destroy the environment after three days'},
				{line: 'apply --service web', text: 'Leave all other services as they are'},
				{line: 'apply --hold', text: 'Start new deployments without switching to them'},
				{line: 'apply --auto-approve --json', text: 'Do not ask, and print events as JSON lines'},
			],
			run: async () => {
				const {apply} = await import('../deploy/apply.ts');
				return (file, flags) => apply('apply', file, flags);
			},
		}),
		deploy: defineCommand({
			description: 'Apply without asking outside a terminal',
			arguments: [savedPlan],
			flags: deployingFlags,
			examples: [
				{line: 'deploy', text: 'Plan and change production; only a terminal is asked'},
				{line: 'deploy --env staging', text: 'Work on another environment'},
				{line: 'deploy --service web', text: 'Leave all other services as they are'},
				{line: 'deploy --hold', text: 'Start new deployments without switching to them'},
				{line: 'deploy --auto-approve --json', text: 'Do not ask, and print events as JSON lines'},
			],
			run: async () => {
				const {apply} = await import('../deploy/apply.ts');
				return (file, flags) => apply('deploy', file, flags);
			},
		}),
		dev: defineCommand({
			description: 'Apply every change when it is saved',
			flags: {
				...commonFlags,
				env: {...commonFlags.env, description: 'Environment, never production (default: development)'},
				...applyingFlags,
				'auto-approve': {kind: 'boolean', description: 'Do not ask for approval of the first plan'},
			},
			examples: [
				{line: 'dev', text: 'Deploy to development, then again whenever a file is saved'},
				{line: 'dev --env feature-x', text: 'Work on another environment'},
				{line: 'dev --auto-approve --plain', text: 'Print lines instead of the screen, and ask nothing at first'},
			],
			run: async () => (await import('../deploy/dev.ts')).dev,
		}),
		destroy: defineCommand({
			description: 'Remove an environment and keep its volumes',
			flags: {
				...commonFlags,
				...applyingFlags,
				'delete-data': {kind: 'boolean', description: 'Delete the data volumes too'},
				'delete-external': {
					kind: 'repeated',
					names: 'volume',
					value: 'volume',
					description: 'Delete this external volume too, such as db.data (repeatable)',
				},
			},
			examples: [
				{line: 'destroy --env preview', text: 'Remove everything but the volumes'},
				{line: 'destroy --env preview --delete-data', text: 'Remove everything'},
			],
			run: async () => (await import('../deploy/destroy.ts')).destroy,
		}),
		promote: defineCommand({
			description: 'Make held candidates active, or deploy the images of another environment',
			flags: {
				...commonFlags,
				...serviceFlags,
				...applyingFlags,
				from: {
					kind: 'text',
					names: 'environment',
					value: 'environment',
					description: 'Environment to take the active images from',
				},
				to: {
					kind: 'text',
					names: 'environment',
					value: 'environment',
					description: 'Environment to deploy them to (default: production)',
				},
				discard: {kind: 'boolean', description: 'Remove held candidates instead'},
				...labelFlags,
			},
			examples: [
				{line: 'promote', text: 'Switch to the candidates that apply --hold left'},
				{line: 'promote --discard', text: 'Remove those candidates'},
				{line: 'promote --from staging --to production', text: 'Run the images of staging in production'},
			],
			run: async () => (await import('../deploy/promote.ts')).promote,
		}),
		rollback: defineCommand({
			description: 'Run the last good deployment again',
			flags: {
				...commonFlags,
				...serviceFlags,
				...applyingFlags,
				to: {
					kind: 'text',
					names: 'deployment',
					value: 'deployment',
					description: 'Deployment to run again, from compartment deployment list',
				},
				...labelFlags,
			},
			examples: [
				{line: 'rollback', text: 'Roll back every service'},
				{line: 'rollback --service web', text: 'Roll back one service'},
				{line: 'rollback --service web --to dpl_1m7vmrwya78dkb0', text: 'Roll back to a deployment you choose'},
			],
			run: async () => (await import('../deploy/rollback.ts')).rollback,
		}),
		stop: defineCommand({
			description: 'Stop all services and resources of an environment',
			flags: {...commonFlags, ...applyingFlags},
			examples: [
				{line: 'stop', text: 'Stop production; its data stays'},
				{line: 'stop --env staging --auto-approve', text: 'Stop another environment without a question'},
			],
			run: async () => {
				const {lifecycle} = await import('../deploy/lifecycle.ts');
				return flags => lifecycle('stop', flags);
			},
		}),
		start: defineCommand({
			description: 'Start a stopped environment',
			flags: {...commonFlags, ...applyingFlags},
			examples: [
				{line: 'start', text: 'Start production again'},
				{line: 'start --env staging --auto-approve', text: 'Start another environment without a question'},
			],
			run: async () => {
				const {lifecycle} = await import('../deploy/lifecycle.ts');
				return flags => lifecycle('start', flags);
			},
		}),
		restart: defineCommand({
			description: 'Restart services and resources, without losing a request to a service',
			arguments: [
				{
					name: 'names',
					kind: 'text',
					names: 'service or resource',
					isOptional: true,
					isVariadic: true,
					description: 'Services or resources (default: all)',
				},
			],
			flags: {...commonFlags, ...serviceFlags, ...applyingFlags},
			examples: [
				{line: 'restart', text: 'Restart everything in production'},
				{line: 'restart worker db', text: 'Restart one service and one resource'},
				{line: 'restart --env staging --auto-approve', text: 'Restart another environment without a question'},
			],
			run: async () => (await import('../deploy/lifecycle.ts')).restart,
		}),
		prune: defineCommand({
			description: 'Remove images and containers of an environment that nothing needs',
			flags: {
				...commonFlags,
				...confirmFlags,
				'dry-run': {kind: 'boolean', description: 'Only show what would be removed'},
				keep: {
					kind: 'number',
					value: 'count',
					least: 0,
					most: 100,
					description:
						'Previous deployments of each service that can still be rolled back to (default: setting retain)',
				},
				candidates: {kind: 'boolean', description: 'Also remove held candidates, which promote would make active'},
			},
			examples: [
				{line: 'prune', text: 'Show what nothing needs with its size, and ask which of it to remove'},
				{line: 'prune --env staging --keep 1 --dry-run', text: 'Show what could go if one rollback is enough'},
				{line: 'prune --auto-approve', text: 'Remove all of it without a question'},
			],
			run: async () => (await import('../deploy/prune.ts')).prune,
		}),
		'job run': defineCommand({
			description: 'Run a job and exit with its exit code',
			arguments: [
				{name: 'name', kind: 'text', names: 'job'},
				{
					name: 'arguments',
					kind: 'text',
					isOptional: true,
					isVariadic: true,
					description: 'Arguments after -- to append to its command',
				},
			],
			flags: commonFlags,
			examples: [
				{line: 'job run report', text: 'Run a job, and print what it prints'},
				{line: 'job run report -- --month 5', text: 'Add arguments to its command'},
			],
			run: async () => (await import('../deploy/job.ts')).jobRun,
		}),
		'job list': defineCommand({
			description: 'List runs, newest first',
			flags: {...commonFlags, ...serviceFlags},
			examples: [{line: 'job list', text: 'List runs with their exit codes'}],
			run: async () => (await import('../deploy/job.ts')).jobList,
		}),
		'job logs': defineCommand({
			description: 'Print the output of a run',
			arguments: [
				{
					name: 'run',
					kind: 'text',
					names: 'run',
					isOptional: true,
					description: 'Run or job (default: the latest run)',
				},
			],
			flags: commonFlags,
			examples: [
				{line: 'job logs', text: 'Print the log of the newest run'},
				{line: 'job logs report', text: 'Print the log of the newest run of one job'},
			],
			run: async () => (await import('../deploy/job.ts')).jobLogs,
		}),
	},
} as const satisfies Group<'deploy'>;
