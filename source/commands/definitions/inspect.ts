import {defineCommand, type Group} from './definition.ts';
import {accessibleFlags, commonFlags, logFlags, outputFlags, reachFlags, serviceFlags} from './flags.ts';

/** Commands that show what runs, and why. */
export const inspect = {
	parents: {deployment: 'Show deployments of an environment', route: 'Test routing rules'},
	commands: {
		'deployment list': defineCommand({
			description: 'List deployments, newest first',
			flags: {
				...commonFlags,
				...serviceFlags,
				limit: {
					kind: 'number',
					value: 'count',
					least: 1,
					most: 100,
					default: 20,
					description: 'Maximum number of deployments',
				},
			},
			examples: [{line: 'deployment list --service web', text: 'List the deployments of one service'}],
			run: async () => (await import('../inspect/deployment-list.ts')).deploymentList,
		}),
		'deployment logs': defineCommand({
			description: 'Print the complete log of an apply: builds, releases, readiness',
			arguments: [
				{
					name: 'deployment',
					kind: 'text',
					names: 'deployment',
					isOptional: true,
					description: 'Deployment or run (default: the latest run)',
				},
			],
			flags: {...commonFlags, ...serviceFlags, run: {kind: 'text', names: 'run', value: 'id', description: 'Run'}},
			examples: [
				{line: 'deployment logs', text: 'Print the log of the newest apply'},
				{line: 'deployment logs dpl_1m7vmrwya78dkb0', text: 'Print the log of one deployment'},
			],
			run: async () => (await import('../inspect/deployment-logs.ts')).deploymentLogs,
		}),
		inspect: defineCommand({
			description: 'Show all details of what is deployed',
			arguments: [
				{
					name: 'address',
					kind: 'text',
					names: 'address',
					isOptional: true,
					description: 'Service or resource, such as resource.db',
				},
			],
			flags: {
				...commonFlags,
				...serviceFlags,
				yaml: {
					kind: 'boolean',
					description: 'Print the block of a resource for compartment.yml, with its preset written out',
				},
			},
			examples: [
				{line: 'inspect --service web', text: 'Show the active deployment of one service'},
				{line: 'inspect resource.db --yaml', text: 'Print the block that a preset is short for'},
			],
			run: async () => (await import('../inspect/inspect.ts')).inspect,
		}),
		exec: defineCommand({
			description: 'Run a command in a running container',
			arguments: [
				{name: 'name', kind: 'text', names: 'service or resource', description: 'Service or resource'},
				{name: 'command', kind: 'text', isOptional: true, isVariadic: true, description: 'Command after --'},
			],
			flags: commonFlags,
			examples: [
				{line: 'exec web -- sh', text: 'Open a shell in a service'},
				{line: 'exec db -- psql -U app', text: 'Open the client of a database'},
			],
			run: async () => (await import('../inspect/exec.ts')).exec,
		}),
		open: defineCommand({
			description: 'Open a service in the browser',
			arguments: [{name: 'service', kind: 'text', names: 'service', isOptional: true}],
			flags: {
				forward: {
					kind: 'boolean',
					description: 'Forward the router of a remote engine to this machine, outside a terminal too, until ctrl-c',
				},
				...commonFlags,
			},
			examples: [
				{line: 'open', text: 'Open the main service'},
				{line: 'open backoffice', text: 'Open another service'},
			],
			run: async () => (await import('../inspect/open.ts')).open,
		}),
		why: defineCommand({
			description: 'Explain why the next apply would change an object, and why it failed',
			arguments: [{name: 'address', kind: 'text', names: 'address'}],
			flags: commonFlags,
			examples: [{line: 'why service.web', text: 'Show the reasons for one object'}],
			run: async () => (await import('../inspect/why.ts')).why,
		}),
		browse: defineCommand({
			description: 'Open the dashboard (default command)',
			flags: {
				env: {kind: 'text', names: 'environment', value: 'name', description: 'Open this environment'},
				color: outputFlags.color,
				...accessibleFlags,
			},
			examples: [
				{line: '', text: 'Open the dashboard'},
				{line: 'browse --env staging', text: 'Open it in one environment'},
			],
			run: async () => (await import('../inspect/browse.ts')).browse,
		}),
		status: defineCommand({
			description: 'Show what is running, with its age and URL',
			flags: {
				...commonFlags,
				...serviceFlags,
				verbose: {kind: 'boolean', description: 'Show kinds and images'},
			},
			examples: [
				{line: 'status', text: 'Show the services and resources of production'},
				{line: 'status --env staging --json', text: 'Print another environment as JSON'},
			],
			run: async () => (await import('../inspect/status.ts')).status,
		}),
		logs: defineCommand({
			description: 'Show the logs of services and resources',
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
			flags: {
				...commonFlags,
				service: {kind: 'repeated', names: 'service', value: 'name', description: 'Same as the argument (repeatable)'},
				follow: {kind: 'boolean', description: 'Keep printing new lines'},
				tail: {
					kind: 'number',
					value: 'lines',
					least: 1,
					most: 100_000,
					default: 100,
					description: 'Number of last lines of each source',
				},
				since: logFlags.since,
				grep: {
					kind: 'text',
					value: 'text',
					description: 'Only lines with this text, of those that --tail and --since take; capitals make case matter',
				},
				regex: {kind: 'boolean', description: 'The text of --grep is a regular expression'},
				invert: {kind: 'boolean', description: 'Only lines without it'},
				level: {
					kind: 'choice',
					value: 'level',
					choices: ['debug', 'info', 'warn', 'error'],
					description: 'Only lines of this level and worse, and what belongs to them, such as a stack trace',
				},
				context: {
					kind: 'number',
					value: 'lines',
					least: 0,
					most: 100,
					description: 'Also this many lines before and after each of them',
				},
				collapse: {kind: 'boolean', description: 'Print a repeated line once, and how often it came (text only)'},
				fold: {kind: 'boolean', description: 'Print JSON lines as their message and fields (text only)'},
				time: {kind: 'boolean', isNegated: true, description: 'Omit timestamps'},
				raw: logFlags.raw,
				plain: {kind: 'boolean', description: 'Print lines instead of the screen'},
				accessible: {kind: 'boolean', description: 'Print plain words for screen readers'},
			},
			examples: [
				{line: 'logs', text: 'Show the logs of everything in production'},
				{line: 'logs web --follow', text: 'Follow one service'},
				{line: 'logs --level error --context 2', text: 'Show errors, with two lines around each'},
				{line: 'logs api --grep "time.*out" --regex', text: 'Show lines that match a regular expression'},
				{
					line: 'logs db --tail 50 --since 2026-01-31T12:00:00Z',
					text: 'Print at most 50 lines, from a time on',
				},
			],
			run: async () => (await import('../inspect/logs.ts')).logs,
		}),
		'route test': defineCommand({
			description: 'Show where the router would send a request',
			arguments: [
				{name: 'method', kind: 'text'},
				{name: 'url', kind: 'text'},
			],
			flags: commonFlags,
			examples: [
				{
					line: 'route test GET http://multi-service.localhost/api/users',
					text: 'Show which rule matches, and the target',
				},
				{line: 'route test POST /api/users', text: 'Use the host of service web'},
			],
			run: async () => (await import('../inspect/route-test.ts')).routeTest,
		}),
		doctor: defineCommand({
			description: 'Check everything that Compartment needs on this machine',
			flags: {remote: reachFlags.remote, ...outputFlags},
			examples: [
				{line: 'doctor', text: 'Check Node, the engine, the router and networks'},
				{line: 'doctor --remote ssh://deploy@web1', text: 'Check them with the engine of another machine'},
			],
			run: async () => (await import('../inspect/doctor.ts')).doctor,
		}),
	},
} as const satisfies Group<'inspect'>;
