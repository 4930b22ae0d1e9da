import {stripEscapes} from '../escape-sequences.ts';

/** How bad a line of a log is. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** From harmless to bad. */
const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];

export const isAtLeast = (level: Level | undefined, least: Level): boolean =>
	level !== undefined && levels.indexOf(level) >= levels.indexOf(least);

const words: Readonly<Record<Level, string>> = {
	debug: 'trace|trce|debug|dbug|dbg|verbose|finest|finer|fine|silly',
	info: 'info|inf|information|notice|default|log',
	warn: 'warn|warning|wrn',
	error: 'error|err|eror|severe|fail|failure|fatal|ftl|crit|critical|alert|emerg|emergency|panic|dpanic',
};

const levelsByWord = new Map(levels.flatMap(level => words[level].split('|').map(word => [word, level] as const)));

/** Of Pino and Bunyan from 10 to 60, of syslog from 7 to 0. */
function levelOfNumber(number: number): Level | undefined {
	if (number <= 7) return number <= 3 ? 'error' : number === 4 ? 'warn' : number === 7 ? 'debug' : 'info';
	if (number < 10 || number > 69) return undefined;
	return number >= 50 ? 'error' : number >= 40 ? 'warn' : number >= 30 ? 'info' : 'debug';
}

const levelOfWord = (word: string): Level | undefined =>
	/^\d/.test(word) ? levelOfNumber(Number(word)) : levelsByWord.get(word.toLowerCase());

const field = '(?:log\\.?)?(?:level|levelname|severity|lvl)';
const inJson = new RegExp(`"@?${field}(?:_?text)?"\\s*:\\s*(?:"([a-z]{3,11})"|(\\d{1,2})(?=\\s*[,}]))`, 'i');
const inPairs = new RegExp(`(?:^|\\s)${field}="?([a-z]{3,11}|\\d{1,2})(?![\\w-])`, 'i');

const anyWord = Object.values(words).join('|');
const capitals = anyWord.toUpperCase();

// `[error]`, `<warn>`, and in the first words of a line `ERROR`, `LOG:` or `| WARN |`.
const inBrackets = new RegExp(`[[<(](${anyWord})[\\])>]`, 'i');
const inCapitals = new RegExp(`(?:^|[\\s|:,-])(${capitals})(?=$|[\\s|:,!\\]-])`);
const atStart = new RegExp(`^\\s{0,4}(${anyWord})(?=[:!\\]]|\\s{2}|\\s*\\[)`, 'i');
const ofKlog = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const ofRuby = /^([DIWEF]), \[\d{4}-/;
const letters: Readonly<Record<string, Level>> = {D: 'debug', I: 'info', W: 'warn', E: 'error', F: 'error'};
const ofErrors =
	/^(?:Uncaught |Unhandled |Exception in thread |Traceback \(most recent call last\)|panic: |thread '.{0,80}' panicked|(?:[\w$.]{1,120}\.)?[\w$]{0,80}(?:Error|Exception)(?:: |$| \[))/;

/** The words of a level are in the first characters of a line. */
const searched = 160;

/**
 * The level that a line names itself: in JSON (`level`, `severity`, also as a number), as `level=warn`, in brackets, or in
 * its first words. Undefined when it names none.
 */
export function levelIn(text: string): Level | undefined {
	const line = stripEscapes(text.length > 4096 ? text.slice(0, 4096) : text);
	if (line.trimStart().startsWith('{')) {
		const found = inJson.exec(line);
		if (found) return levelOfWord(found[1] ?? found[2]!);
	}
	const start = line.slice(0, searched);
	const word = (inPairs.exec(start) ?? inBrackets.exec(start) ?? inCapitals.exec(start) ?? atStart.exec(start))?.[1];
	if (word !== undefined) return levelOfWord(word);
	const letter = (ofKlog.exec(start) ?? ofRuby.exec(start))?.[1];
	if (letter !== undefined) return letters[letter];
	return ofErrors.test(start) ? 'error' : undefined;
}

const continuation =
	/^(?:\s|$|at |Caused by: |\.\.\. \d+ more|During handling of |The above exception |[\])}]+[,;]?\s*$)|(?:^|[\s:])(?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY): /;

/** Whether a line belongs to the one before: of a stack trace, or a detail. */
export const isContinuation = (text: string): boolean => continuation.test(stripEscapes(text.slice(0, searched)));

/**
 * Reads the levels of lines in their order. A line that names no level and belongs to the one before, of the same source,
 * has that one's.
 */
export function createLevelReader(): (line: {readonly source: string; readonly text: string}) => Level | undefined {
	const last = new Map<string, Level | undefined>();
	return ({source, text}) => {
		const level = levelIn(text) ?? (isContinuation(text) ? last.get(source) : undefined);
		last.set(source, level);
		return level;
	};
}
