import {defaultEnvironmentOf, environmentScopeOf} from './command-names.ts';
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

/** What each printed command needs to reach the same project and engine. */
type Reach = {readonly project?: string | undefined; readonly remote?: string | undefined};

let reach: Reach = {};

/** Sets what the command line was given to reach its project and its engine. */
export const reachWith = (given: Reach): void => {
	reach = given;
};

/** What a command takes to reach the same project and engine; `--engine` names another engine. */
function reachWords({command: name, words}: CommandPart): readonly string[] {
	const isWhole = environmentScopeOf(name) !== 'none' || name === 'environment list';
	const {project, remote} = reach;
	return [
		...(isWhole && project !== undefined ? ['--project', project] : []),
		...((isWhole || name === 'registry login') && remote !== undefined && !words.includes('--engine')
			? ['--remote', remote]
			: []),
	];
}

/** What a command line needs so that it acts on the same environment, project and engine. */
export const addedWords = (part: CommandPart, environment: string): readonly string[] => [
	...environmentWords(part, environment),
	...reachWords(part),
];

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
	return commandLine([...part.command.split(' '), ...insert(part.words, addedWords(part, environment))]);
}

/**
 * The text of a hint. Commands name the environment unless it is their default, so that a pasted command applies to the
 * environment of the message. Prose is raw: the caller sanitises the text before printing it.
 */
export const renderHint = (shown: Hint, place: HintPlace): string =>
	partsOf(shown)
		.map(part => renderPart(part, place))
		.join('');
