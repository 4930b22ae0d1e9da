import {describe, expect, it} from 'vitest';
import {assertCommand} from '../../source/commands/assert-command.ts';
import {parseCommandLine, program, shellWords} from './command-line.ts';

/** Command lines that scripts rely on: they must stay valid. */
const printed = [
	'deploy',
	'deploy --env staging',
	'deploy --env production',
	'status',
	'status --env staging',
	'promote',
	'variable set DATABASE_URL --service api --from-resource db.connection-url',
	'variable set POSTGRES_PASSWORD --resource db --sensitive --stdin',
	'variable remove DATABASE_URL --service api',
	'resource output list --resource db',
	'resource output show connection-url --resource db',
	'resource output show connection-url --resource db --reveal',
	'resource list',
	'resource inspect --resource db',
	'resource logs --resource db --tail 50',
	'resource stop --resource db',
	'resource start --resource db',
	'resource backup create --resource db',
	'resource backup list --resource db',
	'resource backup show --backup rbak_123',
	'resource backup restore --resource db --backup rbak_123 --yes',
	'resource backup restore --backup rbak_123 --as postgres-restore',
	'resource delete --resource db',
	'resource delete --resource db --delete-data',
];

describe('command lines that scripts rely on', () => {
	it.each(printed)('include %s', async line => {
		const {name} = await parseCommandLine(shellWords(line));
		expect(line.startsWith(name)).toBe(true);
	});
});

describe('an unknown command', () => {
	it.each([
		['machines', 'there is no command "machines", did you mean "machine"?'],
		['aply --env staging', 'there is no command "aply", did you mean "apply"?'],
		['environment rename', 'there is no command "environment rename"'],
		['state repair --help', 'there is no command "state repair"'],
		['resource backup lst', 'there is no command "backup lst", did you mean "backup list"?'],
	])('such as %s is refused, also with --help', (line, message) => {
		expect(() => assertCommand(program(), line.split(' '))).toThrow(message);
	});

	it.each([
		'apply --help',
		'--help',
		'help apply',
		'resource backup list --resource db',
		'resource --help',
		'exec web -- sh',
	])('is not reported for %s', line => {
		expect(() => assertCommand(program(), line.split(' '))).not.toThrow();
	});

	it('is in no example of the help', async () => {
		const commands = [...collect(program())];
		for (const example of commands.flatMap(examplesOf)) {
			const [first = '', ...rest] = example.split(/ (?:&&|>) | {3}#/);
			const line =
				[first, ...rest].find(part => part.startsWith('compartment ') || part.includes('| compartment ')) ?? first;
			const words = shellWords(line.replace(/^.*compartment ?/, '')).filter(word => word !== '');
			if (words.length > 0) await parseCommandLine(words);
		}
	});
});

type Program = ReturnType<typeof program>;

function* collect(command: Program): Generator<Program> {
	yield command;
	for (const child of command.commands) yield* collect(child);
}

function examplesOf(command: Program): string[] {
	const parts: string[] = [];
	command.configureOutput({writeOut: part => void parts.push(part)});
	command.outputHelp();
	return [...parts.join('').matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => line);
}
