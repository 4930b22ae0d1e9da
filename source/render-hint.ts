import {type CommandName, defaultEnvironmentOf, environmentScopeOf} from './command-names.ts';
import {type CommandPart, type Hint, type HintPart, partsOf} from './hint.ts';
import {shellWord} from './shell-word.ts';

/** Where a hint is shown; its commands apply there too. */
export type HintPlace = {
	/** The environment of the message. */
	readonly environment: string;
	/** Words of the given command line, without `compartment`. */
	readonly given?: readonly string[];
};

/** Appends words, but before a `--`, which hands the rest to another program. */
function insert(words: readonly string[], added: readonly string[]): readonly string[] {
	const end = words.indexOf('--');
	return end === -1 ? [...words, ...added] : [...words.slice(0, end), ...added, ...words.slice(end)];
}

function environmentWords({command: name, words}: CommandPart, environment: string): readonly string[] {
	if (environmentScopeOf(name) !== 'flag' || environment === defaultEnvironmentOf(name)) return [];
	const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
	if (own.includes('--env') || (name === 'promote' && own.includes('--to'))) return [];
	return ['--env', environment];
}

let reach: readonly string[] = [];

/** Sets the words that each printed command needs to reach the same project and engine, such as `--project ../shop`. */
export const reachWith = (words: readonly string[]): void => {
	reach = words;
};

/** The words of `reach` that a command takes. */
function reachOf(name: CommandName): readonly string[] {
	if (environmentScopeOf(name) !== 'none' || name === 'environment list') return reach;
	const remote = reach.indexOf('--remote');
	return name === 'registry login' && remote !== -1 ? reach.slice(remote, remote + 2) : [];
}

const commandLine = (words: readonly string[]): string => ['compartment', ...words.map(shellWord)].join(' ');

function renderPart(part: HintPart, {environment, given}: HintPlace): string {
	if (typeof part === 'string') return part;
	if ('again' in part) {
		if (given === undefined) return `the same command with ${part.again.map(shellWord).join(' ')}`;
		return commandLine(
			insert(
				given,
				part.again.filter(word => !given.includes(word)),
			),
		);
	}
	const added = [...environmentWords(part, environment), ...reachOf(part.command)];
	return commandLine([...part.command.split(' '), ...insert(part.words, added)]);
}

/**
 * The text of a hint. Commands name the environment unless it is their default, so that a pasted command applies to the
 * environment of the message. Prose is raw: the caller sanitises the text before printing it.
 */
export const renderHint = (shown: Hint, place: HintPlace): string =>
	partsOf(shown)
		.map(part => renderPart(part, place))
		.join('');
