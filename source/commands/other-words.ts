import {UserError} from '../errors.ts';
import {command, type Hint, hint} from '../hint.ts';

const setSecret = hint`${command('variable set', 'NAME', '--sensitive')}`;

/** Commands of other tools, and some planned ones, with what to use instead. */
const words: Readonly<Record<string, Hint>> = {
	secret: setSecret,
	secrets: setSecret,
	env: command('variable list'),
	config: hint`${command('settings list')} shows your settings, ${command('validate')} checks compartment.yml`,
	up: command('apply'),
	down: command('destroy'),
	rm: command('destroy'),
	ps: command('status'),
	ls: command('environment list'),
	build: command('apply', '--rebuild'),
};

/**
 * Names the equivalent of another tool's command. A suggestion by spelling could do something else entirely, such as
 * `start` for `secret`.
 * @throws UserError when the word is one of those
 */
export function refuseOtherWords(word: string | undefined): void {
	if (word === undefined || !Object.hasOwn(words, word)) return;
	throw new UserError(`there is no command "${word}"`, {hint: words[word]});
}
