import type {Command} from 'commander';
import {withCommon} from '../workspace/flags.ts';
import {describe} from './program-parts.ts';

const withTarget = (command: Command): Command =>
	withCommon(command).option('--service <name>', 'of this service').option('--resource <name>', 'of this resource');

/** Variables, secrets, and the access password. */
export function addVariables(program: Command): void {
	const variable = program
		.command('variable')
		.description('values and secrets of an environment, a service or a resource');
	describe(withTarget(variable.command('set')), 'set a variable; it takes effect with the next apply', [
		'variable set LOG_LEVEL debug --service api',
		'printf "%s" "$TOKEN" | compartment variable set TOKEN --sensitive --stdin',
		'variable set DATABASE_URL --service api --from-resource db.connection-url',
	])
		.argument('<key>')
		.argument('[value]', 'asked for without it')
		.option('--sensitive', 'encrypt it and never show it again')
		.option('--plain', 'make a sensitive variable plain')
		.option('--stdin', 'read the value from standard input')
		.option('--from-resource <resource.output>', 'take the value of a resource output at start')
		.action(async (key, value, flags) => (await import('./variables/set.ts')).variableSet(key, value, flags));
	describe(withTarget(variable.command('list')), 'variables of a target with their source', [
		'variable list',
		'variable list --service api',
	]).action(async flags => (await import('./variables/list.ts')).variableList(flags));
	describe(withTarget(variable.command('show')), 'one variable; a sensitive value stays hidden', [
		'variable show LOG_LEVEL',
	])
		.argument('<key>')
		.action(async (key, flags) => (await import('./variables/list.ts')).variableShow(key, flags));
	describe(withTarget(variable.command('remove')), 'remove a variable', ['variable remove LOG_LEVEL --service api'])
		.argument('<key>')
		.action(async (key, flags) => (await import('./variables/list.ts')).variableRemove(key, flags));
	describe(withTarget(variable.command('import')), 'import a dotenv file atomically', [
		'variable import --file .env --service api',
	])
		.requiredOption('--file <path>', 'dotenv file')
		.option('--replace', 'overwrite variables that exist')
		.option('--sensitive', 'all of them')
		.action(async flags => (await import('./variables/import.ts')).variableImport(flags));
	describe(
		withTarget(variable.command('run')),
		'run a command here with the variables (default environment: development)',
		['variable run -- npm run dev', 'variable run --env production --allow-production --service api -- node task.js'],
	)
		.argument('[command...]', 'after --')
		.option('--allow-production', 'needed for the environment production')
		.action(async (command, flags) => (await import('./variables/run.ts')).variableRun(command, flags));

	const recipients = variable.command('recipients').description('who can read the sensitive values');
	describe(withCommon(recipients.command('list')), 'age recipients of an environment', [
		'variable recipients list',
	]).action(async flags => (await import('./variables/recipients.ts')).variableRecipients('list', undefined, flags));
	describe(withCommon(recipients.command('show')), 'your own recipient, to be added by somebody who can read', [
		'variable recipients show',
	]).action(async flags => (await import('./variables/recipients.ts')).variableRecipients('show', undefined, flags));
	for (const verb of ['add', 'remove'] as const)
		describe(withCommon(recipients.command(verb)), `${verb} one and encrypt everything anew`, [
			`variable recipients ${verb} age1…`,
		])
			.argument('<recipient>', 'age1…, as in an identity file')
			.action(async (recipient, flags) =>
				(await import('./variables/recipients.ts')).variableRecipients(verb, recipient, flags),
			);

	const access = program.command('access').description('the password of services that are not public');
	describe(withCommon(access.command('show')), 'print the password and links that sign in', ['access show']).action(
		async flags => (await import('./variables/access-show.ts')).accessShow(flags),
	);
	describe(withCommon(access.command('rotate')), 'make a new password', ['access rotate']).action(async flags =>
		(await import('./variables/access-rotate.ts')).accessRotate(flags),
	);
}
