import type {Command} from 'commander';
import {describe, expect, it} from 'vitest';
import {program} from './command-line.ts';

/** The help as a terminal of 80 columns shows it. */
function helpOf(command: Command): string {
	let text = '';
	const writeOut = (written: string) => {
		text += written;
	};
	command.configureOutput({writeOut, getOutHelpWidth: () => 80}).outputHelp();
	return text;
}

/** The help of a command and of those below it. */
const helpsOf = (command: Command): string[] => [helpOf(command), ...command.commands.flatMap(helpsOf)];

/** What a refused command line prints. */
async function refusalOf(line: string): Promise<string> {
	const root = program();
	let text = '';
	const writeErr = (written: string) => {
		text += written;
	};
	const silence = (command: Command) => {
		command.configureOutput({writeErr, writeOut: () => undefined, getErrHelpWidth: () => 80});
		for (const child of command.commands) silence(child);
	};
	silence(root);
	const words = line.split(' ').map(word => (word === "''" ? '' : word));
	const error = await root.parseAsync(words, {from: 'user'}).catch((thrown: unknown) => thrown);
	return `$ compartment ${line}\n${text}exit code ${(error as {exitCode?: number}).exitCode}\n`;
}

describe('the help of', () => {
	it('compartment is as recorded', async () => {
		await expect(helpOf(program())).toMatchFileSnapshot('../../snapshots/help/compartment.txt');
	});

	it.each(program().commands.map(command => command.name()))('%s is as recorded', async name => {
		const command = program().commands.find(candidate => candidate.name() === name)!;
		await expect(helpsOf(command).join('\n')).toMatchFileSnapshot(`../../snapshots/help/${name}.txt`);
	});
});

it('what a refused command line prints is as recorded', async () => {
	const lines = [
		'plan --outt x',
		'plan --out',
		'plan extra',
		"plan --env ''",
		'plan --output xml',
		'plan --lock-timeout 30',
		'apply --parallelism 101',
		'apply --parallelism 1.5',
		'apply --release maybe',
		'logs --tail 0',
		'deployment list --limit 101',
		'state restore',
		'state restore one',
		'schema other',
		'route test GET',
		'resource delete',
		'resource backup restore --resource db',
		'variable import',
		'environment delete',
		'resource',
	];
	const refusals: string[] = [];
	for (const line of lines) refusals.push(await refusalOf(line));
	await expect(refusals.join('\n')).toMatchFileSnapshot('../../snapshots/help/refusals.txt');
});
