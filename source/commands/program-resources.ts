import {type Command, Option} from 'commander';
import {withCommon} from '../workspace/flags.ts';
import {describe, withApplying} from './program-parts.ts';

const withResource = (command: Command): Command => withCommon(command).requiredOption('--resource <name>', 'Resource');

const withBackup = (command: Command): Command =>
	withCommon(command).requiredOption('--backup <id>', 'Backup, such as rbak_1m7vmrwya78dkb0');

function addLife(resource: Command): void {
	describe(withCommon(resource.command('list')), 'List resources', ['resource list']).action(async flags =>
		(await import('./resources/list.ts')).resourceList(flags),
	);
	describe(withResource(resource.command('inspect')), 'Show host, image and ports of a resource', [
		'resource inspect --resource db',
	]).action(async flags => (await import('./resources/list.ts')).resourceInspect(flags));
	describe(withResource(resource.command('logs')), 'Print the last log lines of a running resource', [
		'resource logs --resource db --tail 50',
		'resource logs --resource db --since 2026-01-31T12:00:00Z',
	])
		.option('--tail <lines>', 'Number of lines, at most 500', '100')
		.option('--since <time>', 'Start at this time, such as 2026-01-31T12:00:00Z or 10m')
		.option('--raw', 'Show sensitive values (audited)')
		.action(async flags => (await import('./resources/logs.ts')).resourceLogs(flags));
	const texts = {
		stop: 'Stop a resource and keep its data',
		start: 'Start a stopped resource and wait until it is ready',
	};
	for (const verb of ['stop', 'start'] as const)
		describe(withResource(resource.command(verb)), texts[verb], [`resource ${verb} --resource db`]).action(
			async flags => (await import('./resources/life.ts')).resourceLife(verb, flags),
		);
	describe(
		withApplying(withCommon(resource.command('rotate'))),
		'Change the password of a database and redeploy the services that use it',
		['resource rotate db', 'resource rotate db --env staging --auto-approve'],
	)
		.argument('<name>', 'PostgreSQL, MySQL or MariaDB resource')
		.action(async (name, flags) => (await import('./resources/rotate.ts')).resourceRotate(name, flags));
	describe(withResource(resource.command('delete')), 'Delete a resource and keep its data volumes', [
		'resource delete --resource db',
		'resource delete --resource db --delete-data',
	])
		.option('--delete-data', 'Delete its data volumes too')
		.option('--yes', 'Do not ask for confirmation')
		.addOption(new Option('--auto-approve', 'Same as --yes').implies({yes: true}).hideHelp())
		.action(async flags => (await import('./resources/life.ts')).resourceDelete(flags));
}

function addOutputs(resource: Command): void {
	const output = resource.command('output').description('Show the values that a resource provides to services');
	describe(withResource(output.command('list')), 'List outputs of a resource, with sensitive values hidden', [
		'resource output list --resource db',
	]).action(async flags => (await import('./resources/output.ts')).resourceOutputList(flags));
	describe(withResource(output.command('show')), 'Show one output', [
		'resource output show host --resource db',
		'resource output show connection-url --resource db --reveal',
	])
		.argument('<name>')
		.option('--reveal', 'Show a sensitive value (audited)')
		.action(async (name, flags) => (await import('./resources/output.ts')).resourceOutputShow(name, flags));
}

function addBackups(resource: Command): void {
	const backup = resource.command('backup').description('Manage backups of a resource');
	describe(withResource(backup.command('create')), 'Create a backup', ['resource backup create --resource db']).action(
		async flags => (await import('./resources/backup.ts')).resourceBackupCreate(flags),
	);
	describe(withResource(backup.command('list')), 'List backups, newest first, and the schedule', [
		'resource backup list --resource db',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupList(flags));
	describe(withBackup(backup.command('show')), 'Show a backup and its manifest', [
		'resource backup show --backup rbak_1m7vmrwya78dkb0',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupShow(flags));
	describe(withBackup(backup.command('restore')), 'Restore a backup, in place or as a new resource', [
		'resource backup restore --resource db --backup rbak_1m7vmrwya78dkb0',
		'resource backup restore --backup rbak_1m7vmrwya78dkb0 --as db-restored',
	])
		.option('--resource <name>', 'Replace the data of this resource, after backing it up')
		.option('--as <name>', 'Restore into a new resource with this name')
		.option('--yes', 'Do not ask for confirmation')
		.addOption(new Option('--auto-approve', 'Same as --yes').implies({yes: true}).hideHelp())
		.action(async flags => (await import('./resources/restore.ts')).resourceBackupRestore(flags));
	describe(withBackup(backup.command('verify')), 'Verify a backup by restoring it into a temporary container', [
		'resource backup verify --backup rbak_1m7vmrwya78dkb0',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupVerify(flags));
	describe(withCommon(backup.command('run-due')), 'Create the scheduled backups that are due', [
		'resource backup run-due   # run it every minute from crontab',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupRunDue(flags));
}

/** Resources, their outputs and their backups. */
export function addResources(program: Command): void {
	const resource = program.command('resource').description('Manage resources, such as databases, and their backups');
	addLife(resource);
	addOutputs(resource);
	addBackups(resource);
}
