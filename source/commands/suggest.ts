import {type Argument, type Flag, type Named, wordsOf} from './definitions/definition.ts';
import type {Definitions} from './definitions/load.ts';

/** A word that may stand where the user types. */
export type Suggestion = {readonly value: string; readonly description?: string};

/** What may stand there: known words, or what the project has of this kind. */
export type Suggested = {
	readonly words: readonly Suggestion[];
	readonly names?: Named;
	/** What stands before a value in the same word: `--env=`. */
	readonly prefix: string;
	/** Values of flags that were typed before, by name: where the names come from. */
	readonly given: ReadonlyMap<string, string>;
};

const flagValue = (flag: Flag | Argument): Pick<Suggested, 'words' | 'names'> => {
	if (flag.kind === 'choice') return {words: flag.choices.map(value => ({value}))};
	return {words: [], ...('names' in flag && flag.names ? {names: flag.names} : {})};
};

const shownName = (name: string, flag: Flag): string =>
	flag.kind === 'boolean' && flag.isNegated ? `--no-${name}` : `--${name}`;

/** bash splits words at `=`; the value of the flag is then the next word, as without the sign. */
const joined = (words: readonly string[]): readonly string[] =>
	words.flatMap((word, index) => {
		if (word !== '=' || !words[index - 1]?.startsWith('--')) return [word];
		return index === words.length - 1 ? [''] : [];
	});

/**
 * What may stand in the last of the words.
 * @param typed the words after `compartment`; the last one may be empty or half typed
 */
export function suggest({commands, parents}: Definitions, typed: readonly string[]): Suggested {
	const words = joined(typed);
	const current = words.at(-1) ?? '';
	const given = new Map<string, string>();
	const nothing: Suggested = {words: [], prefix: '', given};
	const path: string[] = [];
	const positions: string[] = [];
	let waiting: Flag | undefined;
	let waitingName = '';
	const definitionAt = () => commands.find(([name]) => name === path.join(' '))?.[1];
	const isParent = () => commands.some(([name]) => name.startsWith(`${path.join(' ')} `)) || path.length === 0;
	for (const word of words.slice(0, -1)) {
		if (waiting) {
			given.set(waitingName, word);
			waiting = undefined;
		} else if (word === '--') return nothing;
		else if (word.startsWith('-')) {
			const [name = '', value] = word.replace(/^--/, '').split(/=(.*)/s);
			const flag = definitionAt()?.flags[name];
			if (value !== undefined) given.set(name, value);
			else if (flag && flag.kind !== 'boolean') [waiting, waitingName] = [flag, name];
			else given.set(name.replace(/^no-/, ''), '');
		} else if (isParent() && commands.some(([name]) => wordsOf(name)[path.length] === word)) path.push(word);
		else if (definitionAt()) positions.push(word);
		else return nothing;
	}
	if (waiting) return {...nothing, ...flagValue(waiting)};
	const definition = definitionAt();
	if (current.startsWith('-')) return suggestFlags(definition?.flags ?? {}, current, nothing);
	const children = new Map<string, string>();
	for (const [name, {description}] of commands) {
		const own = wordsOf(name);
		const child = own[path.length];
		if (child === undefined || own.slice(0, path.length).join(' ') !== path.join(' ')) continue;
		const isCommand = own.length === path.length + 1;
		children.set(child, isCommand ? description : (parents.get([...path, child].join(' ')) ?? ''));
	}
	if (children.size > 0)
		return {...nothing, words: [...children].map(([value, description]) => ({value, description}))};
	const all = definition?.arguments ?? [];
	const argument = all[positions.length] ?? (all.at(-1)?.isVariadic ? all.at(-1) : undefined);
	return argument ? {...nothing, ...flagValue(argument)} : nothing;
}

function suggestFlags(flags: Readonly<Record<string, Flag>>, current: string, nothing: Suggested): Suggested {
	const at = current.indexOf('=');
	if (at >= 0) {
		const flag = flags[current.slice(2, at)];
		return flag ? {...nothing, ...flagValue(flag), prefix: current.slice(0, at + 1)} : nothing;
	}
	const words = Object.entries(flags)
		.filter(([, flag]) => !(flag.kind === 'boolean' && flag.isHidden))
		.filter(([name, flag]) => flag.kind === 'repeated' || !nothing.given.has(name))
		.map(([name, flag]) => ({value: shownName(name, flag), description: flag.description}));
	return {...nothing, words: [...words, {value: '--help', description: 'Show help'}]};
}
