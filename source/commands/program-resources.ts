import {type Command, Option} from 'commander';
import {withCommon} from '../workspace/flags.ts';
import {describe, withApplying} from './program-parts.ts';

const withResource = (command: Command): Command =>
	withCommon(command).requiredOption('--resource <name>', 'the resource');

const withBackup = (command: Command): Command =>
	withCommon(command).requiredOption('--backup <id>', 'the backup, rbak_…');

function addLife(resource: Command): void {
	describe(withCommon(resource.command('list')), 'resources that exist', ['resource list']).action(async flags =>
		(await import('./resources/list.ts')).resourceList(flags),
	);
	describe(withResource(resource.command('inspect')), 'host, image and ports of one', [
		'resource inspect --resource db',
	]).action(async flags => (await import('./resources/list.ts')).resourceInspect(flags));
	describe(withResource(resource.command('logs')), 'the last lines of one that runs', [
		'resource logs --resource db --tail 50',
		'resource logs --resource db --since 2026-01-31T12:00:00Z',
	])
		.option('--tail <lines>', 'how many, up to 500', '100')
		.option('--since <time>', 'from this time on, such as 2026-01-31T12:00:00Z or 10m')
		.option('--raw', 'with sensitive values in it (audited)')
		.action(async flags => (await import('./resources/logs.ts')).resourceLogs(flags));
	const texts = {stop: 'stop one; its data stays', start: 'start a stopped one and wait until it is ready'};
	for (const verb of ['stop', 'start'] as const)
		describe(withResource(resource.command(verb)), texts[verb], [`resource ${verb} --resource db`]).action(
			async flags => (await import('./resources/life.ts')).resourceLife(verb, flags),
		);
	describe(
		withApplying(withCommon(resource.command('rotate'))),
		'give a database a new password, and every service that uses it',
		['resource rotate db', 'resource rotate db --env staging --auto-approve'],
	)
		.argument('<name>', 'a PostgreSQL, MySQL or MariaDB')
		.action(async (name, flags) => (await import('./resources/rotate.ts')).resourceRotate(name, flags));
	describe(withResource(resource.command('delete')), 'remove one; its data volumes stay unless asked', [
		'resource delete --resource db',
		'resource delete --resource db --delete-data',
	])
		.option('--delete-data', 'delete its data volumes too')
		.option('--yes', 'do not ask')
		.addOption(new Option('--auto-approve', 'the same as --yes').implies({yes: true}).hideHelp())
		.action(async flags => (await import('./resources/life.ts')).resourceDelete(flags));
}

function addOutputs(resource: Command): void {
	const output = resource.command('output').description('values that services take from a resource');
	describe(withResource(output.command('list')), 'outputs of a resource; sensitive values stay hidden', [
		'resource output list --resource db',
	]).action(async flags => (await import('./resources/output.ts')).resourceOutputList(flags));
	describe(withResource(output.command('show')), 'one output', [
		'resource output show host --resource db',
		'resource output show connection-url --resource db --reveal',
	])
		.argument('<name>')
		.option('--reveal', 'print a sensitive value; the audit says so')
		.action(async (name, flags) => (await import('./resources/output.ts')).resourceOutputShow(name, flags));
}

function addBackups(resource: Command): void {
	const backup = resource.command('backup').description('backups of a resource');
	describe(withResource(backup.command('create')), 'make a backup now', [
		'resource backup create --resource db',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupCreate(flags));
	describe(withResource(backup.command('list')), 'backups, newest first, and the schedule', [
		'resource backup list --resource db',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupList(flags));
	describe(withBackup(backup.command('show')), 'one backup, with its manifest', [
		'resource backup show --backup rbak_1m7vmrwya78dkb0',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupShow(flags));
	describe(withBackup(backup.command('restore')), 'bring a backup back, in place or into a new resource', [
		'resource backup restore --resource db --backup rbak_1m7vmrwya78dkb0',
		'resource backup restore --backup rbak_1m7vmrwya78dkb0 --as db-restored',
	])
		.option('--resource <name>', 'replace the data of this resource, after a backup of it')
		.option('--as <name>', 'make a new resource of it')
		.option('--yes', 'do not ask')
		.addOption(new Option('--auto-approve', 'the same as --yes').implies({yes: true}).hideHelp())
		.action(async flags => (await import('./resources/restore.ts')).resourceBackupRestore(flags));
	describe(withBackup(backup.command('verify')), 'prove that a backup can be restored, in a temporary container', [
		'resource backup verify --backup rbak_1m7vmrwya78dkb0',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupVerify(flags));
	describe(withCommon(backup.command('run-due')), 'make the scheduled backups whose time has come', [
		'resource backup run-due   # a crontab calls it every minute',
	]).action(async flags => (await import('./resources/backup.ts')).resourceBackupRunDue(flags));
}

/** Resources, their outputs and their backups. */
export function addResources(program: Command): void {
	const resource = program.command('resource').description('databases and the like, and their backups');
	addLife(resource);
	addOutputs(resource);
	addBackups(resource);
}
