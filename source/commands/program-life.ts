import {type Command, Option} from 'commander';
import {wholeNumber, withCommon} from '../workspace/flags.ts';
import {describe, withApplying, withServices} from './program-parts.ts';

/** Commands on what was deployed: promote, roll back, stop, inspect, jobs. */
export function addLife(program: Command): void {
	describe(
		withApplying(withServices(withCommon(program.command('promote')))),
		'make held candidates active, or bring images from another environment',
		[
			'promote                              # after apply --hold',
			'promote --discard',
			'promote --from staging --to production',
		],
	)
		.option('--from <environment>', 'take the images that serve there')
		.option('--to <environment>', 'environment that gets them (default: production)')
		.option('--discard', 'remove held candidates instead')
		.option('--label <text>', 'a note that is kept with the deployment')
		.action(async flags => (await import('./deploy/promote.ts')).promote(flags));

	describe(withApplying(withServices(withCommon(program.command('rollback')))), 'run the last good deployment again', [
		'rollback',
		'rollback --service web',
		'rollback --service web --to dpl_1m7vmrwya78dkb0',
	])
		.option('--to <deployment>', 'one of compartment deployment list')
		.option('--label <text>', 'a note that is kept with the deployment')
		.action(async flags => (await import('./deploy/rollback.ts')).rollback(flags));

	const texts = {
		stop: 'stop all services and resources of an environment',
		start: 'start a stopped environment as it was',
	};
	for (const verb of ['stop', 'start'] as const)
		describe(withApplying(withCommon(program.command(verb))), texts[verb], [
			verb,
			`${verb} --env staging --auto-approve`,
		]).action(async flags => (await import('./deploy/lifecycle.ts')).lifecycle(verb, flags));

	describe(
		withApplying(withServices(withCommon(program.command('restart')))),
		'restart services, without losing a request, and resources; all without a name',
		['restart', 'restart worker db', 'restart --env staging --auto-approve'],
	)
		.argument('[names...]', 'services or resources')
		.action(async (names, flags) => (await import('./deploy/lifecycle.ts')).restart(names, flags));

	const deployment = program.command('deployment').description('deployments of an environment');
	describe(withServices(withCommon(deployment.command('list'))), 'what was deployed, newest first', [
		'deployment list --service web',
	])
		.option('--limit <count>', 'rows', wholeNumber(1, 100), 20)
		.action(async flags => (await import('./inspect/deployment-list.ts')).deploymentList(flags));
	describe(
		withServices(withCommon(deployment.command('logs'))),
		'complete logs of an apply: builds, releases, readiness',
		['deployment logs', 'deployment logs dpl_1m7vmrwya78dkb0'],
	)
		.argument('[deployment]', 'a deployment or a run; the newest one without it')
		.option('--run <id>', 'a run')
		.action(async (id, flags) => (await import('./inspect/deployment-logs.ts')).deploymentLogs(id, flags));

	const job = program.command('job').description('jobs: run to completion, by hand');
	describe(withCommon(job.command('run')), 'run a job now and exit with its exit code', [
		'job run report',
		'job run report -- --month 5',
	])
		.argument('<name>')
		.argument('[arguments...]', 'after --, added to its command')
		.action(async (name, added, flags) => (await import('./deploy/job.ts')).jobRun(name, added, flags));
	describe(withServices(withCommon(job.command('list'))), 'runs, newest first', ['job list']).action(async flags =>
		(await import('./deploy/job.ts')).jobList(flags),
	);
	describe(withCommon(job.command('logs')), 'what a run printed', ['job logs', 'job logs report'])
		.argument('[run]', 'a run or a job; the newest one without it')
		.action(async (id, flags) => (await import('./deploy/job.ts')).jobLogs(id, flags));

	describe(withServices(withCommon(program.command('inspect'))), 'what serves, in every detail', [
		'inspect --service web',
		'inspect resource.db --yaml   # the block that its preset stands for',
	])
		.argument('[address]', 'a service or a resource, such as resource.db')
		.option('--yaml', 'what compartment.yml would say of a resource without its preset')
		.action(async (address, flags) => (await import('./inspect/inspect.ts')).inspect(address, flags));
	describe(withCommon(program.command('exec')), 'run a command in a running container', [
		'exec web -- sh',
		'exec db -- psql -U app',
	])
		.argument('<name>', 'a service or a resource')
		.argument('[command...]', 'after --')
		.action(async (name, command, flags) => (await import('./inspect/exec.ts')).exec(name, command, flags));
	describe(withCommon(program.command('open')), 'the address of a service, opened in the browser', [
		'open',
		'open backoffice',
	])
		.argument('[service]')
		.action(async (name, flags) => (await import('./inspect/open.ts')).open(name, flags));
	describe(withCommon(program.command('why')), 'why the next apply would touch an object, and why it failed', [
		'why service.web',
	])
		.argument('<address>')
		.action(async (address, flags) => (await import('./inspect/why.ts')).why(address, flags));
}

/** What a deploy may do beside the plain thing. */
export const withDeploying = (command: Command): Command =>
	command
		.option('--hold', 'leave ready candidates beside what serves, for promote')
		.addOption(
			new Option('--release <what>', 'an interrupted release command: run it again, or it is done').choices([
				'again',
				'done',
			]),
		)
		.option('--label <text>', 'a note that is kept with the deployment');
