import {Argument, Command} from 'commander';
import {collect, wholeNumber, withCommon, withOutput, withReach} from '../workspace/flags.ts';
import {addLife, withDeploying} from './program-life.ts';
import {describe, withApplying, withServices} from './program-parts.ts';
import {addResources} from './program-resources.ts';
import {addSettings} from './program-settings.ts';
import {addVariables} from './program-variables.ts';

const withPlanning = (command: Command): Command =>
	withServices(withCommon(command))
		.option('--rebuild', 'Rebuild images even if nothing changed')
		.option('--replace <address>', 'Replace this object even if nothing changed (repeatable)', collect)
		.option('--full', 'Show unchanged objects and full-length values');

function addPlanning(program: Command): void {
	describe(withPlanning(program.command('plan')), 'Show what an apply would change, and why', [
		'plan',
		'plan --env staging --service web',
		'plan --out next.plan && compartment apply next.plan',
		'plan --detailed-exitcode   # 0 no changes, 2 changes',
	])
		.option('--out <file>', 'Save the plan to a file for apply')
		.option('--refresh-only', 'Only show changes made outside Compartment')
		.option('--destroy', 'Show what destroy would do')
		.option('--graph', 'Show the steps of an apply and their dependencies')
		.option('--detailed-exitcode', 'Exit with 2 if there are changes')
		.action(async flags => (await import('./deploy/plan.ts')).plan(flags));

	for (const verb of ['apply', 'deploy'] as const) {
		const text = verb === 'apply' ? 'Plan, ask for approval, and apply' : 'Apply without asking outside a terminal';
		describe(withDeploying(withApplying(withPlanning(program.command(verb)))), text, [
			verb,
			`${verb} --env staging`,
			`${verb} --service web`,
			`${verb} --hold`,
			`${verb} --auto-approve --json`,
		])
			.argument('[plan]', 'File written by compartment plan --out')
			.action(async (file, flags) => (await import('./deploy/apply.ts')).apply(verb, file, flags));
	}

	describe(withApplying(withCommon(program.command('destroy'))), 'Remove an environment and keep its volumes', [
		'destroy --env preview',
		'destroy --env preview --delete-data',
	])
		.option('--delete-data', 'Delete the data volumes too')
		.action(async flags => (await import('./deploy/destroy.ts')).destroy(flags));
}

function addLooking(program: Command): void {
	describe(
		program
			.command('browse')
			.option('--env <name>', 'Open this environment')
			.option('--no-color', 'Disable colours (same as NO_COLOR=1)')
			.option('--accessible', 'Print plain words for screen readers (same as INK_SCREEN_READER=true)'),
		'Open the dashboard (default command)',
		['', 'browse --env staging'],
	).action(async (flags, command: Command) =>
		(await import('./inspect/browse.ts')).browse(flags, () => command.parent?.outputHelp()),
	);

	describe(withServices(withCommon(program.command('status'))), 'Show what is running, with its age and URL', [
		'status',
		'status --env staging --json',
	])
		.option('--verbose', 'Show kinds and images')
		.action(async flags => (await import('./inspect/status.ts')).status(flags));

	describe(withCommon(program.command('logs')), 'Show the logs of services and resources', [
		'logs',
		'logs web --follow',
		'logs db --tail 50 --since 2026-01-31T12:00:00Z',
	])
		.argument('[names...]', 'Services or resources (default: all)')
		.option('--service <name>', 'Same as the argument (repeatable)', collect)
		.option('--follow', 'Keep printing new lines')
		.option('--tail <lines>', 'Number of last lines of each source', wholeNumber(1, 100_000), 100)
		.option('--since <time>', 'Start at this time, such as 2026-01-31T12:00:00Z or 10m')
		.option('--no-time', 'Omit timestamps')
		.option('--raw', 'Show sensitive values (audited)')
		.option('--plain', 'Print lines instead of the screen')
		.option('--accessible', 'Print plain words for screen readers')
		.action(async (names, flags) => (await import('./inspect/logs.ts')).logs(names, flags));

	const route = program.command('route').description('Test routing rules');
	describe(withCommon(route.command('test')), 'Show where the router would send a request', [
		'route test GET http://multi-service.localhost/api/users',
		'route test POST /api/users   # host of service web',
	])
		.argument('<method>')
		.argument('<url>')
		.action(async (method, url, flags) => (await import('./inspect/route-test.ts')).routeTest(method, url, flags));

	describe(withOutput(program.command('doctor')), 'Check everything that Compartment needs on this machine', [
		'doctor',
	]).action(async flags => (await import('./inspect/doctor.ts')).doctor(flags));

	const environment = program.command('environment').description('Manage environments of this project');
	describe(withReach(withOutput(environment.command('list'))), 'List environments that have a state', [
		'environment list',
	]).action(async flags => (await import('./environments/list.ts')).environmentList(flags));

	describe(withCommon(environment.command('show')), 'Show what belongs to an environment', ['environment show staging'])
		.argument('[name]', 'Same as --env')
		.action(async (name, flags) => (await import('./environments/show.ts')).environmentShow(name, flags));
	describe(
		withApplying(withReach(withOutput(environment.command('delete')))),
		'Destroy an environment with its data and its state',
		['environment delete preview'],
	)
		.argument('<name>')
		.action(async (name, flags) => (await import('./environments/delete.ts')).environmentDelete(name, flags));

	const state = program.command('state').description('Inspect and manage the state of an environment');
	describe(withCommon(state.command('list')), 'List the addresses of all objects in the state', [
		'state list --env staging',
	]).action(async flags => (await import('./state/list.ts')).stateList(flags));
	describe(withCommon(state.command('show')), 'Show one object of the state, with sensitive values hidden', [
		'state show service.web',
	])
		.argument('<address>')
		.action(async (address, flags) => (await import('./state/show.ts')).stateShow(address, flags));
	describe(withCommon(state.command('history')), 'List previous states, newest first', ['state history']).action(
		async flags => (await import('./state/history.ts')).stateHistory(flags),
	);
	describe(withCommon(state.command('restore')), 'Make a previous state the current one', ['state restore 41'])
		.argument('<serial>', 'Serial from compartment state history', wholeNumber(1, Number.MAX_SAFE_INTEGER))
		.option('--auto-approve', 'Do not ask for confirmation')
		.action(async (serial, flags) => (await import('./state/history.ts')).stateRestore(serial, flags));
	describe(withCommon(state.command('trust')), 'Accept a foreign state after showing what it would own', [
		'state trust',
		'state trust --env staging',
		'state trust --auto-approve   # in a pipeline that keeps .compartment',
	])
		.option('--auto-approve', 'Do not ask for confirmation')
		.action(async flags => (await import('./state/trust.ts')).stateTrust(flags));
	describe(withCommon(state.command('forget')), 'Remove the state of a copied folder without changing the engine', [
		'state forget',
		'state forget --env staging --auto-approve',
	])
		.option('--auto-approve', 'Do not ask for confirmation')
		.action(async flags => (await import('./state/forget.ts')).stateForget(flags));
	describe(withCommon(state.command('unlock')), 'Remove a lock left by another machine', ['state unlock'])
		.argument('[id]', 'Id from the message that named the lock')
		.action(async (_id, flags) => (await import('./state/history.ts')).stateUnlock(flags));
}

function addWriting(program: Command): void {
	describe(withOutput(program.command('init')), 'Create a compartment.yml', ['init', 'init --name internal-tools'])
		.option('--name <slug>', 'Project name (default: the name of the folder)')
		.action(async flags => (await import('./project/init.ts')).init(flags));
	describe(withOutput(program.command('validate')), 'Check compartment.yml and compartment.routes.yml', [
		'validate',
	]).action(async flags => (await import('./project/validate.ts')).validate(flags));
	describe(program.command('schema'), 'Print the JSON Schema of compartment.yml or compartment.routes.yml', [
		'schema > compartment.schema.json',
		'schema routes',
	])
		.addArgument(new Argument('[file]', 'File to describe').choices(['compartment', 'routes']).default('compartment'))
		.action(async which => (await import('./project/schema.ts')).schema(which));
}

/**
 * The whole command line. Each command is loaded when it runs, so that none slows down another.
 * @param wanted the command that will run: once it is added, the commands after it are left out
 */
export function createProgram(version: string, wanted?: string): Command {
	const program = new Command('compartment')
		.description('Plan, approve and apply services and their databases on machines you own.')
		.version(version, '-V, --version', 'Print the version')
		.helpOption('-h, --help', 'Show this help')
		.helpCommand('help [command]', 'Show help for a command')
		.showHelpAfterError('(compartment --help lists the commands)')
		.showSuggestionAfterError()
		.configureHelp({showGlobalOptions: false})
		.exitOverride();
	for (const add of [addPlanning, addLife, addVariables, addResources, addLooking, addWriting, addSettings]) {
		add(program);
		if (program.commands.some(command => command.name() === wanted)) break;
	}
	return program;
}
