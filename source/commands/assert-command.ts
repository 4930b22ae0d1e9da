import type {Command} from 'commander';
import {UserError} from '../errors.ts';
import {nearest} from '../nearest.ts';

/** Refuses an unknown command, also with `--help`, which would otherwise print the help of its parent and succeed. */
export function assertCommand(program: Command, given: readonly string[]): void {
	let command = program;
	for (const word of given) {
		if (word.startsWith('-') || command.commands.length === 0 || word === 'help') return;
		const next = command.commands.find(candidate => candidate.name() === word);
		if (!next) {
			const names = command.commands.map(candidate => candidate.name());
			const path = command === program ? '' : `${command.name()} `;
			const meant = nearest(word, names);
			throw new UserError(
				`there is no command "${path}${word}"${meant === undefined ? '' : `, did you mean "${path}${meant}"?`}`,
				{
					hint:
						command === program
							? 'compartment --help lists all commands.'
							: `${command.name()} has ${names.join(', ')}`,
				},
			);
		}
		command = next;
	}
}
