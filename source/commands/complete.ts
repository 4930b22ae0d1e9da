import {statSync} from 'node:fs';
import {defaultEnvironment} from '../command-names.ts';
import {loadDefinitions} from './definitions/load.ts';
import {findNames, namesOf} from './known-names.ts';
import {type Suggestion, suggest} from './suggest.ts';

/** How many names are offered at most. */
const most = 200;

/** Names that a shell takes as one word. Those of a damaged state are foreign text. */
const isPlain = ({value}: Suggestion): boolean => /^[\w.@:/*+-]+=?$/.test(value);

const isFolder = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() === true;

const line = ({value, description = ''}: Suggestion): string => {
	const text = description.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
	return text === '' ? value : `${value}\t${text}`;
};

/**
 * What the scripts of `compartment completion` ask for: lines of a word and a description, with a tab between them, or `:file`
 * or `:folder` when the shell is to complete a path.
 * @param typed the words after `compartment`, the last one as far as it is typed
 */
export async function complete(typed: readonly string[]): Promise<readonly string[]> {
	const definitions = await loadDefinitions(typed.length > 1 ? typed[0] : undefined);
	const {words, names, prefix, given} = suggest(definitions, typed);
	if (names === 'file' || names === 'folder') return [`:${names}`];
	const project = given.get('project') ?? '.';
	const sources = namesOf(isFolder(project) ? project : '.', given.get('env') || defaultEnvironment);
	const found = names ? await findNames(names, sources) : words;
	const current = typed.at(-1) ?? '';
	const begun = current === '=' ? '' : prefix === '' ? current : current.slice(prefix.length);
	return found
		.filter(isPlain)
		.filter(({value}) => value.startsWith(begun))
		.slice(0, most)
		.map(suggestion => line({...suggestion, value: prefix + suggestion.value}));
}

/** Answers on standard output. A line that cannot be completed has no answer, and never an error. */
export async function answer(typed: readonly string[]): Promise<void> {
	const lines = await complete(typed).catch(() => []);
	process.stdout.write(lines.map(text => `${text}\n`).join(''));
}
