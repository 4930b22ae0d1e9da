import {type CommandName, commandNames} from '../command-names.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {runProgram} from '../programs.ts';
import {addedWords} from '../render-hint.ts';
import {readSettings} from '../settings/settings.ts';
import {shellWord, singleQuoted} from '../shell-word.ts';

/** What a command of the user's own is run for. */
export type CommandPlace = {
	readonly environment: string;
	/** Name of the selected service or resource. */
	readonly object?: string | undefined;
};

/** Every command by its whole name, the longest names first. */
const anyCommand = new RegExp(
	String.raw`(?<=^|[\s;&|(\x60])compartment (${[...commandNames].sort((a, b) => b.length - a.length).join('|')})(?![\w-])([^;&|)\x60\n]*)`,
	'g',
);

/** The line, in which each command of ours acts on an environment unless it names one. */
export const onEnvironment = (line: string, environment: string): string =>
	line.trim().replace(anyCommand, (_, name: CommandName, rest: string) => {
		const added = addedWords({command: name, words: rest.trim().split(/\s+/)}, environment);
		return ['compartment', name, ...added.map(shellWord)].join(' ') + rest;
	});

/** A script in which `compartment` is this program, wherever it is installed. */
const scriptOf = (line: string): string =>
	`compartment() { ${[process.execPath, process.argv[1]!].map(singleQuoted).join(' ')} "$@"; }\n${line}`;

/**
 * The command line of a command of the user's own, from the setting `commands`, for an environment.
 * @throws UserError when there is none of that name any more
 */
export async function readUserCommand(name: string, environment: string): Promise<string> {
	const line = (await readSettings()).commands[name];
	if (line !== undefined) return onEnvironment(line, environment);
	throw new UserError(`settings: commands.${name} was removed`, {
		hint: hint`To see your commands: ${command('settings get', 'commands')}`,
	});
}

/** Runs a command line in a shell, which has the terminal until it ends. */
export function runUserCommand(line: string, {environment, object}: CommandPlace): void {
	const {error} = runProgram('/bin/sh', ['-c', scriptOf(line)], {
		stdio: 'inherit',
		variables: {
			...process.env,
			COMPARTMENT_ENVIRONMENT_NAME: environment,
			...(object === undefined ? {} : {COMPARTMENT_SELECTED_NAME: object}),
		},
	});
	if (error) throw new UserError(`Cannot start a shell: ${error.message}`);
}
