import type {Command} from 'commander';
import {withCommon} from '../workspace/flags.ts';
import {describe} from './program-parts.ts';

const withTarget = (command: Command): Command =>
	withCommon(command)
		.option('--service <name>', 'Service of the variable')
		.option('--resource <name>', 'Resource of the variable');

/** Variables, secrets, and the access password. */
export function addVariables(program: Command): void {
	const variable = program
		.command('variable')
		.description('Manage values and secrets of an environment, a service or a resource');
	describe(withTarget(variable.command('set')), 'Set a variable for the next apply', [
		'variable set LOG_LEVEL debug --service api',
		'printf "%s" "$TOKEN" | compartment variable set TOKEN --sensitive --stdin',
		'variable set DATABASE_URL --service api --from-resource db.connection-url',
	])
		.argument('<key>')
		.argument('[value]', 'Value; prompted for if omitted')
		.option('--sensitive', 'Encrypt the value and never show it again')
		.option('--plain', 'Make a sensitive variable plain')
		.option('--stdin', 'Read the value from standard input')
		.option('--from-resource <resource.output>', 'Use the value of a resource output')
		.action(async (key, value, flags) => (await import('./variables/set.ts')).variableSet(key, value, flags));
	describe(withTarget(variable.command('list')), 'List variables and their sources', [
		'variable list',
		'variable list --service api',
	]).action(async flags => (await import('./variables/list.ts')).variableList(flags));
	describe(withTarget(variable.command('show')), 'Show a variable, with a sensitive value hidden', [
		'variable show LOG_LEVEL',
	])
		.argument('<key>')
		.action(async (key, flags) => (await import('./variables/list.ts')).variableShow(key, flags));
	describe(withTarget(variable.command('remove')), 'Remove a variable', ['variable remove LOG_LEVEL --service api'])
		.argument('<key>')
		.action(async (key, flags) => (await import('./variables/list.ts')).variableRemove(key, flags));
	describe(withTarget(variable.command('import')), 'Import a dotenv file atomically', [
		'variable import --file .env --service api',
	])
		.requiredOption('--file <path>', 'Dotenv file')
		.option('--replace', 'Overwrite existing variables')
		.option('--sensitive', 'Make all of them sensitive')
		.action(async flags => (await import('./variables/import.ts')).variableImport(flags));
	describe(
		withTarget(variable.command('run')),
		'Run a local command with the variables (default environment: development)',
		['variable run -- npm run dev', 'variable run --env production --allow-production --service api -- node task.js'],
	)
		.argument('[command...]', 'Command after --')
		.option('--allow-production', 'Allow the environment production')
		.action(async (command, flags) => (await import('./variables/run.ts')).variableRun(command, flags));

	const recipients = variable.command('recipients').description('Manage the recipients of sensitive values');
	describe(withCommon(recipients.command('list')), 'List the age recipients of an environment', [
		'variable recipients list',
	]).action(async flags => (await import('./variables/recipients.ts')).variableRecipients('list', undefined, flags));
	describe(withCommon(recipients.command('show')), 'Show your own recipient, for an existing recipient to add', [
		'variable recipients show',
	]).action(async flags => (await import('./variables/recipients.ts')).variableRecipients('show', undefined, flags));
	for (const verb of ['add', 'remove'] as const)
		describe(
			withCommon(recipients.command(verb)),
			`${verb === 'add' ? 'Add' : 'Remove'} a recipient and encrypt all sensitive values again`,
			[`variable recipients ${verb} age1…`],
		)
			.argument('<recipient>', 'Recipient, such as age1…')
			.action(async (recipient, flags) =>
				(await import('./variables/recipients.ts')).variableRecipients(verb, recipient, flags),
			);

	const access = program.command('access').description('Manage the access password of services that are not public');
	describe(withCommon(access.command('show')), 'Show the access password and sign-in links', ['access show']).action(
		async flags => (await import('./variables/access-show.ts')).accessShow(flags),
	);
	describe(withCommon(access.command('rotate')), 'Change the access password', ['access rotate']).action(async flags =>
		(await import('./variables/access-rotate.ts')).accessRotate(flags),
	);
}
