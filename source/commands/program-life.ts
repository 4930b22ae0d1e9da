import {type Command, Option} from 'commander';
import {wholeNumber, withCommon} from '../workspace/flags.ts';
import {describe, withApplying, withServices} from './program-parts.ts';

/** Commands for what is deployed: promote, rollback, stop, inspect, jobs. */
export function addLife(program: Command): void {
	describe(
		withApplying(withServices(withCommon(program.command('promote')))),
		'Make held candidates active, or deploy the images of another environment',
		[
			'promote                              # after apply --hold',
			'promote --discard',
			'promote --from staging --to production',
		],
	)
		.option('--from <environment>', 'Environment to take the active images from')
		.option('--to <environment>', 'Environment to deploy them to (default: production)')
		.option('--discard', 'Remove held candidates instead')
		.option('--label <text>', 'Note to keep with the deployment')
		.action(async flags => (await import('./deploy/promote.ts')).promote(flags));

	describe(withApplying(withServices(withCommon(program.command('rollback')))), 'Run the last good deployment again', [
		'rollback',
		'rollback --service web',
		'rollback --service web --to dpl_1m7vmrwya78dkb0',
	])
		.option('--to <deployment>', 'Deployment to run again, from compartment deployment list')
		.option('--label <text>', 'Note to keep with the deployment')
		.action(async flags => (await import('./deploy/rollback.ts')).rollback(flags));

	const texts = {
		stop: 'Stop all services and resources of an environment',
		start: 'Start a stopped environment',
	};
	for (const verb of ['stop', 'start'] as const)
		describe(withApplying(withCommon(program.command(verb))), texts[verb], [
			verb,
			`${verb} --env staging --auto-approve`,
		]).action(async flags => (await import('./deploy/lifecycle.ts')).lifecycle(verb, flags));

	describe(
		withApplying(withServices(withCommon(program.command('restart')))),
		'Restart services and resources, without losing a request to a service',
		['restart', 'restart worker db', 'restart --env staging --auto-approve'],
	)
		.argument('[names...]', 'Services or resources (default: all)')
		.action(async (names, flags) => (await import('./deploy/lifecycle.ts')).restart(names, flags));

	const deployment = program.command('deployment').description('Show deployments of an environment');
	describe(withServices(withCommon(deployment.command('list'))), 'List deployments, newest first', [
		'deployment list --service web',
	])
		.option('--limit <count>', 'Maximum number of deployments', wholeNumber(1, 100), 20)
		.action(async flags => (await import('./inspect/deployment-list.ts')).deploymentList(flags));
	describe(
		withServices(withCommon(deployment.command('logs'))),
		'Print the complete log of an apply: builds, releases, readiness',
		['deployment logs', 'deployment logs dpl_1m7vmrwya78dkb0'],
	)
		.argument('[deployment]', 'Deployment or run (default: the latest run)')
		.option('--run <id>', 'Run')
		.action(async (id, flags) => (await import('./inspect/deployment-logs.ts')).deploymentLogs(id, flags));

	const job = program.command('job').description('Run jobs and show their runs');
	describe(withCommon(job.command('run')), 'Run a job and exit with its exit code', [
		'job run report',
		'job run report -- --month 5',
	])
		.argument('<name>')
		.argument('[arguments...]', 'Arguments after -- to append to its command')
		.action(async (name, added, flags) => (await import('./deploy/job.ts')).jobRun(name, added, flags));
	describe(withServices(withCommon(job.command('list'))), 'List runs, newest first', ['job list']).action(async flags =>
		(await import('./deploy/job.ts')).jobList(flags),
	);
	describe(withCommon(job.command('logs')), 'Print the output of a run', ['job logs', 'job logs report'])
		.argument('[run]', 'Run or job (default: the latest run)')
		.action(async (id, flags) => (await import('./deploy/job.ts')).jobLogs(id, flags));

	describe(withServices(withCommon(program.command('inspect'))), 'Show all details of what is deployed', [
		'inspect --service web',
		'inspect resource.db --yaml   # its preset written out',
	])
		.argument('[address]', 'Service or resource, such as resource.db')
		.option('--yaml', 'Print the block of a resource for compartment.yml, with its preset written out')
		.action(async (address, flags) => (await import('./inspect/inspect.ts')).inspect(address, flags));
	describe(withCommon(program.command('exec')), 'Run a command in a running container', [
		'exec web -- sh',
		'exec db -- psql -U app',
	])
		.argument('<name>', 'Service or resource')
		.argument('[command...]', 'Command after --')
		.action(async (name, command, flags) => (await import('./inspect/exec.ts')).exec(name, command, flags));
	describe(withCommon(program.command('open')), 'Open a service in the browser', ['open', 'open backoffice'])
		.argument('[service]')
		.action(async (name, flags) => (await import('./inspect/open.ts')).open(name, flags));
	describe(withCommon(program.command('why')), 'Explain why the next apply would change an object, and why it failed', [
		'why service.web',
	])
		.argument('<address>')
		.action(async (address, flags) => (await import('./inspect/why.ts')).why(address, flags));
}

/** The options of apply and deploy that change how services are deployed. */
export const withDeploying = (command: Command): Command =>
	command
		.option('--hold', 'Hold ready candidates for promote instead of making them active')
		.addOption(
			new Option('--release <what>', 'Run an interrupted release command again, or count it as done').choices([
				'again',
				'done',
			]),
		)
		.option('--label <text>', 'Note to keep with the deployment');
