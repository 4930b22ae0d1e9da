import {createLevelReader, isAtLeast, type Level} from './level.ts';
import {matcherOf, type Search} from './search.ts';

/** Which lines of a log are wanted. */
export type Choice = {
	readonly filter: Search;
	/** The least level; undefined for all lines, those without a level too. */
	readonly level: Level | undefined;
};

type Line = {readonly source: string; readonly text: string};

/** Says of one line after the other, in their order, whether it is wanted: a line may have the level of the one before. */
export function createChooser({filter, level}: Choice): (line: Line) => boolean {
	const {isWanted} = matcherOf(filter);
	if (level === undefined) return ({text}) => isWanted(text);
	const levelOf = createLevelReader();
	return line => isAtLeast(levelOf(line), level) && isWanted(line.text);
}
