import {Argument, Command} from 'commander';
import {collect, wholeNumber, withCommon, withOutput, withReach} from '../workspace/flags.ts';
import {addLife, withDeploying} from './program-life.ts';
import {describe, withApplying, withServices} from './program-parts.ts';
import {addResources} from './program-resources.ts';
import {addSettings} from './program-settings.ts';
import {addVariables} from './program-variables.ts';

const withPlanning = (command: Command): Command =>
	withServices(withCommon(command))
		.option('--rebuild', 'build images although nothing changed')
		.option('--replace <address>', 'replace this object although nothing changed (repeatable)', collect)
		.option('--full', 'show unchanged things and whole texts too');

function addPlanning(program: Command): void {
	describe(withPlanning(program.command('plan')), 'show what an apply would do, and why', [
		'plan',
		'plan --env staging --service web',
		'plan --out next.plan && compartment apply next.plan',
		'plan --detailed-exitcode   # 0 no changes, 2 changes',
	])
		.option('--out <file>', 'save the plan for apply')
		.option('--refresh-only', 'only show what changed outside Compartment')
		.option('--destroy', 'show what destroy would do')
		.option('--graph', 'show the steps of an apply and what each waits for')
		.option('--detailed-exitcode', 'exit with 2 when there are changes')
		.action(async flags => (await import('./deploy/plan.ts')).plan(flags));

	for (const verb of ['apply', 'deploy'] as const) {
		const text = verb === 'apply' ? 'show the plan, ask, and do it' : 'like apply, but does not ask outside a terminal';
		describe(withDeploying(withApplying(withPlanning(program.command(verb)))), text, [
			verb,
			`${verb} --env staging`,
			`${verb} --service web`,
			`${verb} --hold`,
			`${verb} --auto-approve --json`,
		])
			.argument('[plan]', 'file written by compartment plan --out')
			.action(async (file, flags) => (await import('./deploy/apply.ts')).apply(verb, file, flags));
	}

	describe(withApplying(withCommon(program.command('destroy'))), 'remove an environment; volumes stay unless asked', [
		'destroy --env preview',
		'destroy --env preview --delete-data',
	])
		.option('--delete-data', 'delete the data volumes too')
		.action(async flags => (await import('./deploy/destroy.ts')).destroy(flags));
}

function addLooking(program: Command): void {
	describe(
		program
			.command('browse')
			.option('--env <name>', 'begin in this environment')
			.option('--no-color', 'no colours (NO_COLOR works too)')
			.option('--accessible', 'lines in words, for a screen reader (INK_SCREEN_READER=true works too)'),
		'the dashboard: environments, services, logs, actions; the same without a command',
		['', 'browse --env staging'],
	).action(async (flags, command: Command) =>
		(await import('./inspect/browse.ts')).browse(flags, () => command.parent?.outputHelp()),
	);

	describe(withServices(withCommon(program.command('status'))), 'what runs, since when, and where it answers', [
		'status',
		'status --env staging --json',
	])
		.option('--verbose', 'more about each deployment')
		.action(async flags => (await import('./inspect/status.ts')).status(flags));

	describe(
		withCommon(program.command('logs')),
		'output of services and resources; in a terminal on a screen that follows',
		['logs', 'logs web --follow', 'logs db --tail 50 --since 2026-01-31T12:00:00Z'],
	)
		.argument('[names...]', 'services or resources; all without one')
		.option('--service <name>', 'the same as naming it', collect)
		.option('--follow', 'keep reading')
		.option('--tail <lines>', 'last lines of each', wholeNumber(1, 100_000), 100)
		.option('--since <time>', 'from this time on, such as 2026-01-31T12:00:00Z or 10m')
		.option('--no-time', 'leave the time out')
		.option('--raw', 'with sensitive values in it (audited)')
		.option('--plain', 'lines instead of the screen')
		.option('--accessible', 'lines for a screen reader')
		.action(async (names, flags) => (await import('./inspect/logs.ts')).logs(names, flags));

	const route = program.command('route').description('routing rules');
	describe(withCommon(route.command('test')), 'say where the router would send a request', [
		'route test GET http://multi-service.localhost/api/users',
		'route test POST /api/users   # host of service web',
	])
		.argument('<method>')
		.argument('<url>')
		.action(async (method, url, flags) => (await import('./inspect/route-test.ts')).routeTest(method, url, flags));

	describe(withOutput(program.command('doctor')), 'check everything Compartment needs on this machine', [
		'doctor',
	]).action(async flags => (await import('./inspect/doctor.ts')).doctor(flags));

	const environment = program.command('environment').description('environments of this project');
	describe(withReach(withOutput(environment.command('list'))), 'environments that have a state', [
		'environment list',
	]).action(async flags => (await import('./environments/list.ts')).environmentList(flags));

	describe(withCommon(environment.command('show')), 'what belongs to an environment', ['environment show staging'])
		.argument('[name]', 'the same as --env')
		.action(async (name, flags) => (await import('./environments/show.ts')).environmentShow(name, flags));
	describe(
		withApplying(withReach(withOutput(environment.command('delete')))),
		'destroy an environment with its data and forget it',
		['environment delete preview'],
	)
		.argument('<name>')
		.action(async (name, flags) => (await import('./environments/delete.ts')).environmentDelete(name, flags));

	const state = program.command('state').description('what the last apply left');
	describe(withCommon(state.command('list')), 'addresses of everything in the state', [
		'state list --env staging',
	]).action(async flags => (await import('./state/list.ts')).stateList(flags));
	describe(withCommon(state.command('show')), 'one object of the state, sensitive values hidden', [
		'state show service.web',
	])
		.argument('<address>')
		.action(async (address, flags) => (await import('./state/show.ts')).stateShow(address, flags));
	describe(withCommon(state.command('history')), 'previous states, newest first', ['state history']).action(
		async flags => (await import('./state/history.ts')).stateHistory(flags),
	);
	describe(withCommon(state.command('restore')), 'make a previous state the current one', ['state restore 41'])
		.argument('<serial>', 'of compartment state history', wholeNumber(1, Number.MAX_SAFE_INTEGER))
		.option('--auto-approve', 'do not ask')
		.action(async (serial, flags) => (await import('./state/history.ts')).stateRestore(serial, flags));
	describe(
		withCommon(state.command('trust')),
		'accept a state that this machine has no key for, after a look at what it would own',
		[
			'state trust',
			'state trust --env staging',
			'state trust --auto-approve   # in a pipeline that keeps .compartment',
		],
	)
		.option('--auto-approve', 'do not ask')
		.action(async flags => (await import('./state/trust.ts')).stateTrust(flags));
	describe(
		withCommon(state.command('forget')),
		'remove the state of a copied folder, which then begins with nothing; the engine is not touched',
		['state forget', 'state forget --env staging --auto-approve'],
	)
		.option('--auto-approve', 'do not ask')
		.action(async flags => (await import('./state/forget.ts')).stateForget(flags));
	describe(withCommon(state.command('unlock')), 'forget a lock that another machine left', ['state unlock'])
		.argument('[id]', 'of the message that named the lock')
		.action(async (_id, flags) => (await import('./state/history.ts')).stateUnlock(flags));
}

function addWriting(program: Command): void {
	describe(withOutput(program.command('init')), 'write a first compartment.yml', ['init', 'init --name internal-tools'])
		.option('--name <slug>', 'project name, by default the folder')
		.action(async flags => (await import('./project/init.ts')).init(flags));
	describe(withOutput(program.command('validate')), 'check compartment.yml and compartment.routes.yml', [
		'validate',
	]).action(async flags => (await import('./project/validate.ts')).validate(flags));
	describe(program.command('schema'), 'JSON Schema of the two files, for editors', [
		'schema > compartment.schema.json',
		'schema routes',
	])
		.addArgument(new Argument('[file]', 'which file').choices(['compartment', 'routes']).default('compartment'))
		.action(async which => (await import('./project/schema.ts')).schema(which));
}

/**
 * The whole command line. Every command is loaded when it runs, so that none pays for another.
 * @param wanted the command that will run: once it is there, those that would come after it are left out
 */
export function createProgram(version: string, wanted?: string): Command {
	const program = new Command('compartment')
		.description('Plan, approve and apply services and their databases on machines you own.')
		.version(version, '-V, --version', 'print the version')
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
